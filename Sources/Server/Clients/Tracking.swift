/// How a connection wants to hear of changed keys: what CLIENT TRACKING ON has said.
struct Tracking: Equatable, Sendable {
    /// Which keys it wants to hear of.
    enum Mode: Sendable {
        /// Those that it reads.
        case usual
        /// Those that it reads with the command behind CLIENT CACHING YES.
        case optIn
        /// Those that it reads, but for the command behind CLIENT CACHING NO.
        case optOut
        /// All that begin with one of its prefixes.
        case broadcast
    }

    var mode = Mode.usual
    /// Where the keys begin; no one of them is the beginning of another.
    var prefixes: [[UInt8]] = []
    /// Whether it does not want to hear of its own writes.
    var isNoLoop = false
    /// The client that is told instead; 0 for the connection itself.
    var redirect = 0
    /// Whether that client was gone when something was to be told.
    var isRedirectBroken = false

    /// Whether what a command reads is remembered.
    ///
    /// - Parameter isCachingGiven: whether CLIENT CACHING came right before the command.
    /// - Returns: whether the connection is told when it changes.
    func remembers(isCachingGiven: Bool) -> Bool {
        switch mode {
        case .usual: true
        case .optIn: isCachingGiven
        case .optOut: !isCachingGiven
        case .broadcast: false
        }
    }

    /// Whether a key begins with one of the prefixes.
    func covers(_ key: [UInt8]) -> Bool { prefixes.contains { key.starts(with: $0) } }
}
