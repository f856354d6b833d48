/// Why a down member keeps its place.
extension ClusterStatus {
    /// Why a down member is not evicted however long it is down, in words for people; nil when it
    /// will be, or is not down.
    ///
    /// An eviction needs enough other members for all N copies of each slot.
    public func evictionObstacle(of node: NodeStatus) -> String? {
        let others = nodes.count { $0.state == .up || $0.state == .leaving }
        guard node.state == .down, node.evictionSeconds == nil, others < cluster.replicas else {
            return nil
        }
        let nodes = others == 1 ? "1 node" : "\(others) nodes"
        return "not evicted: \(nodes) cannot hold \(cluster.replicas) copies"
    }
}
