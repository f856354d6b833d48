import NIOConcurrencyHelpers
import Ring
import ServerCore

/// When a log is compacted, and how fast.
struct CompactionLimits: Sendable {
    /// A log of fewer bytes is left alone.
    var logBytesMin = 64 << 20
    /// The share of the log that must be of no use any more.
    var garbageMin = 0.5
    /// Bytes that an event loop writes per tick.
    var bytesPerTick = 512 << 10
    /// Less is written while so many bytes wait for the disk.
    var backlogBytesMax = 1 << 20
    /// By so much: without an end the log would grow for as long as the disk is behind.
    var behindShare = 8
    /// How long a compaction that failed is put off, in microseconds.
    var retryMicroseconds = 30_000_000
}

/// Compacts the log in the background: decides when, and brings all event loops to write their
/// slots once more.
///
/// The snapshot is written into the log itself, between the other records and by way of the same
/// batches. That is simpler than a rewrite beside the log, and correct for a reason that is easy to
/// see: nothing is ever in two places, order included, so that a crash at any point leaves a
/// log that says the same; and what fails leaves only some lines that were not needed. Memory
/// and time per tick are bounded by ``CompactionLimits``, extra disk by what is alive: about half
/// of the log by the time it begins.
final class Compactor: Sendable {
    private enum Phase: Equatable {
        case idle
        /// So many event loops have not written all their slots yet.
        case writing(loops: Int)
        case removing
    }

    private struct State {
        var phase = Phase.idle
        var health: [CopyHealth?]
        var shares: [Double]
        /// Whether damaged lines are in the log that must not be met at the next start again.
        var hasDamage = false
        /// When a compaction may begin, in monotonic microseconds.
        var notBefore = 0
    }

    private let state: NIOLockedValueBox<State>
    let limits: CompactionLimits

    init(loopCount: Int, limits: CompactionLimits) {
        self.limits = limits
        state = NIOLockedValueBox(
            State(
                health: Array(repeating: nil, count: loopCount),
                shares: Array(repeating: 0, count: loopCount)))
    }

    /// The log holds lines that cannot be read: once their slots are mended it is compacted,
    /// however short it is.
    func noteDamage() { state.withLockedValue { $0.hasDamage = true } }

    /// The copies of all event loops; nil before each has told of its own.
    var health: CopyHealth? { state.withLockedValue(Compactor.total) }

    private static func total(_ state: inout State) -> CopyHealth? {
        let known = state.health.compactMap { $0 }
        return known.count == state.health.count ? known.reduce(CopyHealth(), +) : nil
    }

    /// How far the compaction under way is, 0 to 1; nil when none is.
    var share: Double? {
        state.withLockedValue { state in
            state.phase == .idle
                ? nil : state.shares.reduce(0, +) / Double(max(1, state.shares.count))
        }
    }

    /// What one look at the copies shows.
    struct Look: Equatable {
        /// The copies of all loops the last time; nil until each has told of its own.
        var former: CopyHealth?
        /// The copies of all loops now.
        var present: CopyHealth?
        /// Whether a compaction is to begin now.
        var begins = false
    }

    /// An event loop tells of its copies, about once a second.
    ///
    /// - Parameters:
    ///   - health: its copies.
    ///   - loop: its number.
    ///   - log: the log as it is.
    ///   - room: free bytes on the disk; nil when not known.
    ///   - now: monotonic microseconds.
    /// - Returns: what that shows.
    func look(
        _ health: CopyHealth, loop: Int, log: LogReport, room: Int? = nil, now: Int
    ) -> Look {
        state.withLockedValue { state in
            var look = Look(former: Compactor.total(&state))
            state.health[loop] = health
            look.present = Compactor.total(&state)
            if let present = look.present, state.phase == .idle, now >= state.notBefore,
                isWorthwhile(present, log: log, hasDamage: state.hasDamage),
                // What is alive and what is written meanwhile must fit beside the log.
                room ?? Int.max >= present.liveBytes + present.liveBytes / 2
            {
                look.begins = true
                state.phase = .writing(loops: state.health.count)
                state.shares = state.shares.map { _ in 0 }
            }
            return look
        }
    }

    private func isWorthwhile(_ health: CopyHealth, log: LogReport, hasDamage: Bool) -> Bool {
        // A copy that is not mended yet must be kept as it is, line by line.
        guard health.damaged == 0, health.doubtful == 0 else { return false }
        let garbage = 1 - Double(health.liveBytes) / Double(max(1, log.bytes))
        return hasDamage || log.bytes >= limits.logBytesMin && garbage >= limits.garbageMin
    }

    /// How much an event loop writes in this tick.
    ///
    /// - Parameters:
    ///   - backlog: bytes that wait for the disk.
    ///   - isHeldUp: whether the disk takes nothing at all, or new writes are refused already.
    /// - Returns: bytes.
    func bytes(backlog: Int, isHeldUp: Bool) -> Int {
        if isHeldUp { return 0 }
        return backlog < limits.backlogBytesMax
            ? limits.bytesPerTick : limits.bytesPerTick / limits.behindShare
    }

    /// How far an event loop is, 0 to 1.
    func note(share: Double, loop: Int) { state.withLockedValue { $0.shares[loop] = share } }

    /// An event loop has handed all its slots to the log.
    ///
    /// - Returns: whether it was the last one.
    func finished(loop: Int) -> Bool {
        state.withLockedValue { state in
            state.shares[loop] = 1
            guard case .writing(let loops) = state.phase else { return false }
            state.phase = loops > 1 ? .writing(loops: loops - 1) : .removing
            return loops == 1
        }
    }

    /// The former segments are removed, or the compaction has failed.
    func end(isDone: Bool, now: Int) {
        state.withLockedValue { state in
            state.phase = .idle
            if isDone {
                state.hasDamage = false
            } else {
                state.notBefore = now + limits.retryMicroseconds
            }
        }
    }
}
