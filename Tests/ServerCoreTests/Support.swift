import Ring

@testable import ServerCore

/// The first epoch of a cluster of so many nodes, named `n1` and so on.
func founded(_ nodes: Int, replicas: Int = 3) -> RingEpoch {
    var settings = ClusterSettings()
    settings.replicas = replicas
    return .founding(
        clusterID: String(repeating: "c", count: 32), clusterName: "demo", settings: settings,
        nodes: (1...nodes).map { (nodeID($0), "n\($0)", "127.0.0.1", 7_100 + $0) })
}

func nodeID(_ number: Int) -> NodeID {
    let text = String(repeating: "0", count: 38) + String(10 + number)
    guard let id = NodeID(text) else { preconditionFailure("\(text) is no identity") }
    return id
}

extension RingEpoch {
    /// The next epoch, decided while every arc is settled.
    func after(_ changes: EpochChange...) -> RingEpoch {
        guard let next = next(applying: changes, settled: { _ in true }) else {
            preconditionFailure("\(changes) do not follow epoch \(number)")
        }
        return next
    }
}

/// A member is up at the address that ``founded(_:replicas:)`` gave it.
func up(_ member: Int, incarnation: Int) -> EpochChange {
    .up(member: member, incarnation: incarnation, host: "127.0.0.1", port: 7_100 + member)
}
