import Ring

/// An identity made of one number.
func nodeID(_ number: Int) -> NodeID {
    let digits = String(number, radix: 16)
    let text = String(repeating: "0", count: 40 - digits.count) + digits
    guard let id = NodeID(text) else { preconditionFailure("\(text) is no identity") }
    return id
}

/// The first epoch of a cluster of so many nodes, named `n1` and so on.
func founded(_ nodes: Int, replicas: Int = 3) -> RingEpoch {
    var settings = ClusterSettings()
    settings.replicas = replicas
    return .founding(
        clusterID: String(repeating: "c", count: 32), clusterName: "demo", settings: settings,
        nodes: (1...nodes).map { (nodeID($0), "n\($0)", "127.0.0.1", 7_100 + $0) })
}

/// A member is up at the address that `founded` gave it.
func up(_ member: Int, incarnation: Int = 1) -> EpochChange {
    .up(member: member, incarnation: incarnation, host: "127.0.0.1", port: 7_100 + member)
}

/// A request with an identity of its own.
func ask(_ wish: ChangeRequest.Wish, id: String = "r") -> EpochChange {
    .request(ChangeRequest(id: id, wish: wish))
}

extension RingEpoch {
    /// The epochs that ask for a change and that finish it; `settled` says whether all arcs are at
    /// its end.
    func changed(_ wish: ChangeRequest.Wish, settled: Bool = true) -> RingEpoch? {
        guard let asked = next(ask(wish, id: "r\(number)")), let change = asked.queue.active else {
            return nil
        }
        return asked.next(.finish(change: change.id), settled: settled)
    }

    /// The wish of one more node to join.
    var joinWish: ChangeRequest.Wish {
        let number = queue.lastMember + 1
        return .join(
            id: nodeID(number), name: "n\(number)", host: "127.0.0.1", port: 7_100 + number)
    }

    /// The next epoch while every arc, or none, is settled.
    func next(_ changes: EpochChange..., settled: Bool = true) -> RingEpoch? {
        next(applying: changes) { _ in settled }
    }
}
