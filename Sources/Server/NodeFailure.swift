/// Why a node does not run, in words that say what to do.
public enum NodeFailure: Error, Sendable, CustomStringConvertible {
    /// Its newest epoch cannot be read.
    case damagedEpoch(path: String, reason: String)
    /// The epoch does not list it.
    case notMember(name: String, path: String)
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
        case .notMember(let name, let path):
            "\(path): the epoch does not list node \(name); remove the directory and join anew"
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
