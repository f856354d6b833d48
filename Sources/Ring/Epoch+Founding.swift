extension RingEpoch {
    /// The most members whose acceptance counts.
    public static let votersMax = 7

    /// The first epoch of a cluster: every node up, in its first incarnation, and every slot in
    /// generation 1.
    ///
    /// - Parameters:
    ///   - clusterID: 32 hexadecimal digits.
    ///   - clusterName: what people call the cluster.
    ///   - settings: valid settings.
    ///   - nodes: 1 to ``Placement/nodesMax``; they become members 1, 2, 3 … in this order, and of
    ///     more than seven the first seven vote.
    /// - Returns: epoch 1.
    public static func founding(
        clusterID: String, clusterName: String, settings: ClusterSettings,
        nodes: [(id: NodeID, name: String, host: String, port: Int)]
    ) -> RingEpoch {
        let tokens = Placement.founding(nodes: nodes.count)
        let members = nodes.enumerated().map { index, node in
            Member(
                number: index + 1, id: node.id, name: node.name, host: node.host, port: node.port,
                tokens: tokens[index], state: .up, incarnation: 1, isVoter: index < votersMax)
        }
        var epoch = RingEpoch(
            number: 1, clusterID: clusterID, clusterName: clusterName, settings: settings,
            members: members, former: [], arcs: [])
        let ring = epoch.ring
        epoch.arcs = ring.arcEnds.map { first, last in
            Arc(first: first, last: last, history: [epoch.era(of: first, in: ring)])
        }
        return epoch
    }
}

extension TokenRing {
    /// The slots cut at the tokens, ascending and without gaps; both ends inclusive.
    var arcEnds: [(first: Int, last: Int)] {
        var ends: [(first: Int, last: Int)] = []
        var first = 0
        for position in positions {
            ends.append((first, position))
            first = position + 1
        }
        if first < Slots.count { ends.append((first, Slots.count - 1)) }
        return ends
    }
}

extension RingEpoch {
    /// The replica set and home that the members and settings of this epoch give a slot, as a
    /// generation that begins with this epoch.
    ///
    /// - Parameters:
    ///   - slot: 0 to 16,383.
    ///   - ring: the ring of this epoch.
    /// - Returns: what an arc's history would end with, had it changed in this epoch.
    func era(of slot: Int, in ring: TokenRing) -> Era {
        guard let index = ring.index(owning: slot) else {
            preconditionFailure("an epoch has at least one token")
        }
        let replicas = ring.replicas(at: index, count: settings.replicas)
        let home = replicas.first { member(number: $0)?.canBeHome ?? false }
        return Era(generation: number, replicas: replicas, home: home)
    }
}
