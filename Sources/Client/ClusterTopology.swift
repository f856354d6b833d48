import FoundationEssentials
import RESP
import Ring

/// Which nodes a cluster has, and which of them orders the operations of each slot.
public struct ClusterTopology: Sendable, Equatable {
    /// Whose cluster it is, which decides who may be asked for what.
    public enum Kind: Sendable, Equatable {
        /// Any node serves any key, at the cost of a hop.
        case ringmaster(RingEpoch)
        /// Redis or Valkey Cluster: only a slot's home serves it, and lists only its own keys.
        case redisCluster
        /// One server without a cluster.
        case single
    }

    /// Whose cluster it is.
    public let kind: Kind
    /// The nodes to ask: those that serve, then those that the epoch says are down.
    public let nodes: [Endpoint]
    /// For each arc in ascending order: its last slot and its nodes, the home first.
    private let arcs: [Arc]

    private struct Arc: Sendable, Equatable {
        var last: Int
        var nodes: [Endpoint]
    }

    /// The ring's epoch, where the cluster is Ringmaster's.
    public var epoch: RingEpoch? {
        if case .ringmaster(let epoch) = kind { epoch } else { nil }
    }

    /// The nodes that list their keys each for itself, in a fixed order; one where any node lists
    /// all keys.
    var scanned: [Endpoint] {
        guard kind == .redisCluster else { return Array(nodes.prefix(1)) }
        return Array(Set(arcs.compactMap(\.nodes.first))).sorted()
    }

    /// The nodes that hold a slot and serve, the home first.
    ///
    /// - Parameter slot: 0 to 16,383.
    /// - Returns: none where the slot has no home.
    public func endpoints(servingSlot slot: Int) -> [Endpoint] { arc(ofSlot: slot)?.nodes ?? [] }

    /// The nodes that may be asked for a slot, the best first; nil asks for any slot's.
    func candidates(forSlot slot: Int?) -> [Endpoint] {
        guard let slot, let arc = arc(ofSlot: slot) else { return nodes }
        switch kind {
        case .ringmaster: return arc.nodes + nodes.filter { !arc.nodes.contains($0) }
        case .redisCluster, .single: return arc.nodes
        }
    }

    private func arc(ofSlot slot: Int) -> Arc? {
        var low = 0
        var high = arcs.count
        while low < high {
            let middle = (low + high) / 2
            if arcs[middle].last < slot { low = middle + 1 } else { high = middle }
        }
        return low < arcs.count ? arcs[low] : nil
    }

    /// One server that holds everything.
    init(single endpoint: Endpoint) {
        kind = .single
        nodes = [endpoint]
        arcs = [Arc(last: Slots.count - 1, nodes: [endpoint])]
    }

    /// The topology of an epoch; nil when that is no valid one.
    init?(_ epoch: RingEpoch) {
        guard epoch.members.count <= ClientOptions.nodesMax, epoch.validate() == nil else {
            return nil
        }
        kind = .ringmaster(epoch)
        var endpoints: [Int: Endpoint] = [:]
        for member in epoch.members {
            endpoints[member.number] = Endpoint(host: member.host, port: member.port)
        }
        let serving = epoch.members.filter(\.canBeHome)
        let others = epoch.members.filter { !$0.canBeHome }
        nodes = (serving + others).compactMap { endpoints[$0.number] }
        let canServe = Set(serving.map(\.number))
        arcs = epoch.arcs.map { arc in
            let era = arc.present
            let order = (era.home.map { [$0] } ?? []) + era.replicas.filter { $0 != era.home }
            return Arc(
                last: arc.last,
                nodes: order.filter(canServe.contains).compactMap { endpoints[$0] })
        }
    }

    /// The topology that `CLUSTER SLOTS` tells; nil when the reply has not its form.
    ///
    /// - Parameters:
    ///   - reply: a list of `[first, last, [host, port, …], replica …]`.
    ///   - source: the node that told it, whose host stands for an empty one.
    init?(clusterSlots reply: RESPValue, from source: Endpoint) {
        guard case .array(let ranges) = reply, ranges.count <= Slots.count else { return nil }
        var arcs: [Arc] = []
        for range in ranges {
            guard case .array(let fields) = range, fields.count >= 3,
                case .integer(let first) = fields[0], case .integer(let last) = fields[1],
                0 <= first, first <= last, last < Slots.count,
                let home = Self.endpoint(fields[2], source)
            else { return nil }
            // A gap is nobody's, and asking the neighbour is answered with the right word.
            arcs.append(Arc(last: last, nodes: [home]))
        }
        guard !arcs.isEmpty else { return nil }
        self.arcs = arcs.sorted { $0.last < $1.last }
        kind = .redisCluster
        nodes = Array(Set(arcs.flatMap(\.nodes))).sorted()
    }

    private static func endpoint(_ value: RESPValue, _ source: Endpoint) -> Endpoint? {
        guard case .array(let fields) = value, fields.count >= 2,
            case .integer(let port) = fields[1], (1...65_535).contains(port)
        else { return nil }
        switch fields[0] {
        case .bulk(let bytes) where !bytes.isEmpty:
            return Endpoint(host: String(decoding: bytes, as: UTF8.self), port: port)
        default: return Endpoint(host: source.host, port: port)
        }
    }
}

extension RESPValue {
    /// Decodes a bulk string, or text, that holds JSON; nil when it is none of that shape.
    public func decoded<Value: Decodable>(as type: Value.Type) -> Value? {
        switch self {
        case .bulk(let bytes), .verbatim(_, let bytes):
            try? JSONDecoder().decode(type, from: Data(bytes))
        default: nil
        }
    }
}
