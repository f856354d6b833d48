/// How a client connects, waits and tries again.
public struct ClientOptions: Sendable {
    /// How long one operation may take, tries and waits included.
    public var deadline: Duration = .seconds(5)
    /// How long a connection may take to come about.
    public var connectTimeout: Duration = .seconds(1)
    /// Silence after which a *read* is tried elsewhere; doubled at each try of an operation.
    public var silence: Duration = .seconds(1)
    /// The wait before the second try at one node; doubled at each further one.
    public var backoffMin: Duration = .milliseconds(10)
    /// The longest wait between two tries.
    public var backoffMax: Duration = .milliseconds(500)

    /// The most requests in flight on one connection.
    public static let pendingMax = 4_096
    /// The most nodes that a cluster is believed to have.
    public static let nodesMax = 4_096

    /// The defaults.
    public init() {}

    /// The wait before a try: half of it fixed, half of it chance, so that clients that failed
    /// together do not come back together.
    ///
    /// - Parameters:
    ///   - tries: how many have failed, 1 or more.
    ///   - generator: where the chance comes from.
    /// - Returns: between half of the doubled wait and all of it.
    func backoff(
        afterTries tries: Int, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        var whole = backoffMin
        for _ in 1..<max(tries, 1) where whole < backoffMax { whole *= 2 }
        whole = min(whole, backoffMax)
        return whole / 2 + (whole / 2) * Double.random(in: 0...1, using: &generator)
    }
}
