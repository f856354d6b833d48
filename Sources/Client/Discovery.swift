import NIOCore
import RESP
import Ring

/// Looks for servers on a range of addresses and ports.
///
/// It asks each what Ringmaster and Redis answer without harm, `RING STATUS` and `INFO server`, and
/// waits a short time. What it is told is not believed further than to be shown, cut to size.
public struct Discovery: Sendable {
    /// How the scan is done.
    public struct Options: Sendable {
        /// How long one port may take, connection and answers together.
        public var timeout: Duration = .milliseconds(600)
        /// Ports that are asked at the same time.
        public var parallelMax = 128

        /// The usual ones.
        public init() {}
    }

    /// Ports that are asked at the same time beyond this machine.
    static let remoteParallelMax = 32
    /// The time between two connections that are begun beyond this machine: 200 a second.
    static let remotePace = Duration.milliseconds(5)

    /// How far a scan has come.
    public struct Progress: Sendable, Equatable {
        /// Ports that were asked.
        public var done: Int
        /// Ports to ask.
        public var total: Int
        /// Servers met so far.
        public var found: Int
    }

    private let range: DiscoveryRange
    private let options: Options

    /// Makes a scan; nothing is sent yet.
    public init(_ range: DiscoveryRange, options: Options = Options()) {
        self.range = range
        self.options = options
    }

    /// Scans.
    ///
    /// - Parameter progress: is told after each port.
    /// - Returns: what listens, by address.
    public func scan(
        progress: @Sendable (Progress) -> Void = { _ in }
    ) async -> [FoundServer] {
        let endpoints = range.endpoints
        let isLocal = range.isLoopback
        let width = isLocal ? options.parallelMax : min(options.parallelMax, Self.remoteParallelMax)
        var state = Progress(done: 0, total: endpoints.count, found: 0)
        var found: [FoundServer] = []
        var next = 0
        await withTaskGroup(of: FoundServer?.self) { group in
            while next < endpoints.count || state.done < next {
                if next < endpoints.count, next - state.done < width, !Task.isCancelled {
                    let endpoint = endpoints[next]
                    let timeout = options.timeout
                    group.addTask { await DiscoveryProbe.look(at: endpoint, within: timeout) }
                    next += 1
                    // A cancelled pause returns at once, and the loop then only gathers.
                    if !isLocal { try? await Task.sleep(for: Self.remotePace) }
                    continue
                }
                guard let result = await group.next() else { break }
                state.done += 1
                if let server = result { found.append(server) }
                state.found = found.count
                progress(state)
            }
        }
        return await withStates(found.sorted { $0.endpoint < $1.endpoint })
    }

    /// Asks one node of each cluster for its epoch, and notes what that says of the nodes.
    private func withStates(_ found: [FoundServer]) async -> [FoundServer] {
        var found = found
        for cluster in FoundCluster.all(found) {
            guard let epoch = await epoch(of: cluster) else { continue }
            for (index, server) in found.enumerated() {
                guard var node = server.node, node.clusterID == cluster.id else { continue }
                node.state = epoch.member(id: node.id)?.state
                found[index].kind = .ringmaster(node)
            }
        }
        return found
    }

    private func epoch(of cluster: FoundCluster) async -> RingEpoch? {
        for endpoint in cluster.nodes.prefix(3) {
            let question = [Array("RING".utf8), Array("EPOCH".utf8)]
            guard
                case .success(let connection) = await NodeConnection.connect(
                    to: endpoint, timeout: options.timeout)
            else { continue }
            defer { connection.close() }
            let exchange = await connection.send(
                question, before: .now() + TimeAmount(options.timeout))
            if case .reply(let value) = exchange, let epoch = value.decoded(as: RingEpoch.self),
                epoch.clusterID == cluster.id, epoch.validate() == nil
            {
                return epoch
            }
        }
        return nil
    }
}
