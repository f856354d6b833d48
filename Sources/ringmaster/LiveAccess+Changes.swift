import Client
import Dashboard
import LocalCluster
import Ring

/// Changes of the ring, asked for by the dashboard.
extension LiveAccess {
    func plan(_ wish: ChangeWish) async -> Result<ChangePlan, AccessFailure> {
        await saying {
            let request = try await RingRequest(wish) { name, port in
                let (join, order) = try await orderOfJoin(name, port)
                return try join.request(order)
            }
            return try await client.plan(request).get()
        }
    }

    func change(_ wish: ChangeWish) async -> Result<String, AccessFailure> {
        await saying {
            switch wish {
            case .join(let name, let port):
                let (join, order) = try await orderOfJoin(name, port)
                let asked = try await join.begin(order)
                return "\(asked.member.name) is started; its joining is change \(asked.change)"
            case .leave(let name):
                try await note(leaving: true, of: name)
                do {
                    return try await ask(.leave(name), "\(name) leaves")
                } catch let failure as Failure where failure.status != .unknown {
                    try await note(leaving: false, of: name)
                    throw failure
                }
            case .evict(let name): return try await ask(.evict(name), "\(name) is evicted")
            case .rebalance: return try await ask(.rebalance, "rebalancing")
            case .cancel(let change):
                return try await ask(.cancel(change), "change \(change) is cancelled")
            case .set("moves-paused", let value):
                let done = value == "yes" ? "copying is paused" : "copying goes on"
                return try await ask(.set(name: "moves-paused", value: value), done)
            case .set(let name, let value):
                return try await ask(.set(name: name, value: value), "\(name) is \(value) now")
            }
        }
    }

    func tidy(after ended: EndedChange) async -> AccessFailure? {
        guard let local = watch.local else { return nil }
        let result = await saying {
            switch (ended.kind, ended.outcome) {
            case (.leave, .done), (.join, .cancelled), (.join, .failed):
                try await LocalNodeEnd(local: local).seeOff(ended.name)
            case (.evict, .done): try await local.forgetLost(ended.name)
            case (.leave, _): try await note(leaving: false, of: ended.name)
            default: break
            }
        }
        guard case .failure(let failure) = result else { return nil }
        // Another program may have been quicker.
        let isKnown = try? local.manifest().nodes.contains { $0.name == ended.name }
        return isKnown == false ? nil : failure
    }

    private func ask(_ request: RingRequest, _ done: String) async throws -> String {
        guard let change = try await client.request(request).get() else { return done }
        return "\(done): change \(change)"
    }

    private func orderOfJoin(_ name: String, _ port: Int) async throws -> (LocalJoin, NodeOrder) {
        guard let local = watch.local else {
            throw AccessFailure("a node is started on its own machine: ringmaster node --join")
        }
        let order = try LocalJoin.order(
            name: name, port: port, epoch: try await client.newestEpoch().get(),
            manifest: try local.manifest())
        return (LocalJoin(local: local, monitor: watch.monitor()), order)
    }

    private func note(leaving: Bool, of name: String) async throws {
        guard let local = watch.local,
            try local.manifest().nodes.contains(where: { $0.name == name })
        else { return }
        try await local.note(leaving: leaving, of: name)
    }

    /// What came of it, or why nothing did in the words for people.
    func saying<Value: Sendable>(
        _ body: () async throws -> Value
    ) async -> Result<Value, AccessFailure> {
        do {
            return .success(try await body())
        } catch let failure as AccessFailure {
            return .failure(failure)
        } catch {
            return .failure(AccessFailure(Failure(error)?.text ?? "\(error)"))
        }
    }
}

extension RingRequest {
    /// The client's terms for a wish; `join` gives those of a new node's name and port.
    fileprivate init(
        _ wish: ChangeWish, join: (String, Int) async throws -> RingRequest
    ) async throws {
        switch wish {
        case .join(let name, let port): self = try await join(name, port)
        case .leave(let name): self = .leave(name)
        case .evict(let name): self = .evict(name)
        case .rebalance: self = .rebalance
        case .cancel(let change): self = .cancel(change)
        case .set(let name, let value): self = .set(name: name, value: value)
        }
    }
}
