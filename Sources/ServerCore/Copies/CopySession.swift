/// One unbroken sharer lease that a home has given this node, for one partition's slots: this
/// node's side.
///
/// The home says before a value changes, as long as the lease lasts; the end of it ends the session
/// and with it every copy that was taken in it (`PROTOCOL`, rule 15).
struct CopySession {
    /// Never used before with this home, not by a former process of this node either.
    private(set) var number: Int
    /// Until when copies may be used, by this node's clock; 0 while no lease was given.
    private(set) var until = 0
    /// Whether a copy was used since more time was last asked for.
    var isUsed = false
    var nextRenewal = 0
    /// Sessions that have ended.
    private(set) var ended = 0
    /// The newest version that the home said would come, by slot: what was asked for before is too
    /// old to be kept.
    private var announced: [Int: Version] = [:]

    /// Microseconds between two questions for more time.
    static let renewalInterval = 100_000
    /// What is taken off a lease's length for clocks that run at different rates, in percent.
    static let marginPercent = 10

    init(incarnation: Int) {
        number = incarnation << 24 + 1
    }

    /// Whether a copy of a session may answer now; finding that the lease has run out ends it.
    mutating func isLive(_ session: Int, now: Int) -> Bool {
        guard session == number, until != 0 else { return false }
        if now < until { return true }
        end()
        return false
    }

    /// The home gave time, in answer to what was sent at `askedAt`.
    mutating func extend(_ session: Int, askedAt: Int, lease: Int, now: Int) {
        guard session == number, lease > 0 else { return }
        // After a lapse nothing more of the session is taken, not this answer either.
        if until != 0, now >= until {
            end()
            return
        }
        let granted = askedAt + lease * (100 - CopySession.marginPercent) / 100
        if granted > now { until = max(until, granted) }
    }

    mutating func end() {
        number += 1
        until = 0
        ended += 1
        isUsed = false
        announced.removeAll()
    }

    /// The home has announced a write.
    mutating func announce(_ version: Version, _ place: Int) {
        announced[place] = max(announced[place] ?? Version(), version)
    }

    /// Whether what a home said as of a version is not overtaken by what it announced since.
    func isNews(_ asOf: Version, _ place: Int) -> Bool {
        asOf >= announced[place] ?? Version()
    }

    /// Whether it is time to ask for more.
    func wantsRenewal(now: Int, lease: Int) -> Bool {
        isUsed && until != 0 && now >= nextRenewal && now >= until - lease / 2
    }
}
