import Ring

/// Why a node does not run, in words that say what to do.
public enum NodeFailure: Error, Sendable, CustomStringConvertible {
    /// Its newest epoch cannot be read.
    case damagedEpoch(path: String, reason: String)
    /// The epoch has it at another address than the one that it was started with.
    case elsewhere(name: String, address: String, started: String)
    /// Its port cannot be listened on.
    case cannotListen(host: String, port: Int, reason: String)
    /// It would be open to the network, and there is no password yet.
    case notLoopback(host: String)
    /// The cluster has settled without it; `number` was its member number.
    case out(name: String, number: Int, epoch: Int, hasLeft: Bool)
    /// It had to stop.
    case stopped(reason: String)

    /// The reason and the remedy.
    public var description: String {
        switch self {
        case .damagedEpoch(let path, let reason):
            "\(path): the newest epoch cannot be used: \(reason); restore the file, or remove the "
                + "node's directory and let it join anew"
        case .elsewhere(let name, let address, let started):
            "the others reach \(name) at \(address) and it was started for \(started): start it with "
                + "that --host and --port"
        case .cannotListen(let host, let port, let reason):
            "cannot listen on \(host):\(port): \(reason); choose another --port"
        case .notLoopback(let host):
            "\(host) is no loopback address: there is no password and no TLS yet, so nodes listen on "
                + "127.0.0.1, another address of 127.0.0.0/8, ::1 or localhost only"
        case .out(let name, _, let epoch, true):
            "\(name) has left the cluster; epoch \(epoch) is settled without it"
        case .out(let name, _, let epoch, false):
            "\(name) is no member any more; epoch \(epoch) is settled without it"
        case .stopped(let reason):
            reason
        }
    }
}

extension NodeFailure {
    /// The end of a node that its cluster has settled without.
    ///
    /// - Parameters:
    ///   - identity: the node.
    ///   - number: its member number.
    ///   - epoch: the newest epoch that it has.
    ///   - settled: the epoch that is settled without it; nil when that is the same.
    /// - Returns: ``out(name:number:epoch:hasLeft:)``.
    static func out(
        _ identity: NodeIdentity, number: Int, _ epoch: RingEpoch, settledIn settled: Int? = nil
    ) -> NodeFailure {
        .out(
            name: identity.name, number: number, epoch: settled ?? epoch.number,
            hasLeft: epoch.hasLeft(number))
    }
}

extension RingEpoch {
    /// Whether a member has left of its own accord, as far as that is remembered.
    func hasLeft(_ number: Int) -> Bool {
        queue.ended.contains { $0.kind == .leave(member: number) && $0.outcome == .done }
    }

    /// The number of the last member of a name that is gone; 0, which is nobody's, when that is
    /// not remembered.
    func formerNumber(named name: String) -> Int {
        queue.ended.last { $0.name == name && $0.kind.member != nil }?.kind.member ?? 0
    }
}
