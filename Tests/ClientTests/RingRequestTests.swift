import Ring
import Testing

@testable import Client

@Suite("Changes of the ring asked for by a client")
struct RingRequestTests {
    /// A ring whose nodes answer what is not about its state as the test says.
    private func ring(
        _ answer: @escaping @Sendable (Int, [String]) -> FakeAnswer
    ) async throws -> FakeRing {
        try await FakeRing(answer)
    }

    /// A client that outwaits a busy machine.
    private func client(of ring: FakeRing) -> ClusterClient {
        var options = ClientOptions()
        options.deadline = .seconds(30)
        options.connectTimeout = .seconds(10)
        return ClusterClient(seeds: [ring.nodes[0].endpoint], options: options)
    }

    @Test("a request goes to some node in the protocol's words, and tells the change")
    func words() async throws {
        let id = try #require(NodeID(String(repeating: "a", count: 40)))
        let cases: [(RingRequest, [String])] = [
            (.leave("n2"), ["RING", "LEAVE", "n2"]),
            (.evict("n3"), ["RING", "EVICT", "n3"]),
            (.rebalance, ["RING", "REBALANCE"]),
            (.cancel(4), ["RING", "CANCEL", "4"]),
            (
                .join(id: id, name: "n4", host: "127.0.0.1", port: 7_104),
                ["RING", "JOIN", id.description, "n4", "127.0.0.1", "7104"]
            ),
        ]
        for (request, words) in cases {
            let ring = try await ring { _, asked in
                asked == words
                    ? .bulk(#"{"request":"r","change":7,"epoch":2}"#) : .error("ERR no")
            }
            let client = client(of: ring)
            #expect(await client.request(request) == .done(7))
            await client.close()
        }
    }

    @Test("a setting needs no change, and OK is its answer")
    func setting() async throws {
        let ring = try await ring { _, words in
            words == ["CONFIG", "SET", "grace", "2000"] ? .ok : .error("ERR no")
        }
        let client = client(of: ring)
        #expect(await client.request(.set(name: "grace", value: "2000")) == .done(nil))
        await client.close()
    }

    @Test("a refusal is an answer that is no; a node that is not there is not asked for")
    func refusals() async throws {
        let ring = try await ring { _, _ in .error("ERR n2 is down") }
        let client = client(of: ring)
        #expect(await client.request(.leave("n2")) == .no("n2 is down"))
        let before = ring.nodes.flatMap(\.allRequests).count { $0[0] == "RING" && $0[1] == "LEAVE" }
        #expect(
            await client.request(.leave("n9"))
                == .no("the cluster has no node n9; there are n1 n2 n3"))
        let after = ring.nodes.flatMap(\.allRequests).count { $0[0] == "RING" && $0[1] == "LEAVE" }
        #expect(before == after)
        await client.close()
    }

    @Test("an answer that was lost is made good by what the ring shows, and by nothing else")
    func lostAnswer() async throws {
        for isDone in [true, false] {
            let ring = try await FakeRing { _, _ in .hangUp }
            for node in ring.nodes {
                node.answer { words in
                    if words == ["RING", "EPOCH"] { return .json(ring.epoch.withLock { $0 }) }
                    if isDone {
                        let wish = ChangeRequest(id: "r", wish: .leave(member: 2))
                        ring.epoch.withLock { epoch in
                            epoch =
                                epoch.next(applying: [.request(wish)], settled: { _ in true })
                                ?? epoch
                        }
                    }
                    return .hangUp
                }
            }
            let client = client(of: ring)
            let outcome = await client.request(.leave("n2"))
            if isDone {
                #expect(outcome == .done(1))
            } else if case .unknown = outcome {
            } else {
                Issue.record("\(outcome)")
            }
            await client.close()
        }
    }

    @Test("what an epoch shows of a wish is told from what was there before")
    func traces() throws {
        let before = FakeRing.founding(
            (1...4).map { Endpoint(host: "127.0.0.1", port: 7_100 + $0) })
        func next(_ epoch: RingEpoch, _ wish: ChangeRequest.Wish) throws -> RingEpoch {
            let request = ChangeRequest(id: "r\(epoch.number)", wish: wish)
            return try #require(
                epoch.next(applying: [.request(request)], settled: { _ in true }))
        }
        let leaving = try next(before, .leave(member: 2))
        #expect(RingRequest.leave("n2").trace(from: before, to: leaving) == RingTrace(change: 1))
        #expect(RingRequest.leave("n2").trace(from: leaving, to: leaving) == nil)
        #expect(RingRequest.leave("n3").trace(from: before, to: leaving) == nil)
        let cancelled = try next(leaving, .cancel(change: 1))
        #expect(RingRequest.cancel(1).trace(from: leaving, to: cancelled) == RingTrace(change: nil))
        #expect(RingRequest.cancel(2).trace(from: leaving, to: cancelled) == nil)
        let set = try next(before, .set(name: "grace", value: "2000"))
        let wish = RingRequest.set(name: "grace", value: "2000")
        #expect(wish.trace(from: before, to: set) == RingTrace(change: nil))
        #expect(wish.trace(from: before, to: before) == nil)
        let two = RingRequest.set(name: "replicas", value: "2")
        #expect(
            two.trace(from: before, to: try next(before, .set(name: "replicas", value: "2")))
                == RingTrace(change: 1))
    }

    @Test("a plan is made of what the homes say that they hold")
    func plan() async throws {
        let ring = try await FakeRing { _, _ in .hangUp }
        let epoch = ring.epoch.withLock { $0 }
        for (index, node) in ring.nodes.enumerated() {
            node.answer { words in
                guard words[0] == "RING" else { return .hangUp }
                if words[1] == "EPOCH" { return .json(epoch) }
                guard words[1] == "COPIES", index < 2, let first = Int(words[2]),
                    let last = Int(words[3])
                else { return .error("LOADING") }
                return .json(
                    (first...last).map {
                        CopyReport(
                            slot: $0, base: 1, position: 1, keys: 1, bytes: 10, digest: "0")
                    })
            }
        }
        let client = client(of: ring)
        let facts = await client.slotFacts(of: epoch)
        #expect(facts.unknownSlots == epoch.homeSlotCounts[3])
        let id = try #require(NodeID(String(repeating: "a", count: 40)))
        let wish = RingRequest.join(id: id, name: "n4", host: "127.0.0.1", port: 1)
        guard case .done(let plan) = await client.plan(wish) else {
            Issue.record("no plan")
            return
        }
        #expect(plan.total.keys > 0 && plan.total.bytes == 10 * plan.total.keys)
        #expect(plan.moves.filter { $0.from == "n3" }.allSatisfy { $0.amount.keys == 0 })
        #expect(
            await client.plan(.evict("n7")) == .no("the cluster has no node n7; there are n1 n2 n3")
        )
        await client.close()
    }

    @Test("slots of one home that lie side by side are asked for at once")
    func runs() {
        let epoch = FakeRing.founding([Endpoint(host: "127.0.0.1", port: 7_101)])
        #expect(
            HomeRun.all(of: epoch) == [
                HomeRun(
                    home: Endpoint(host: "127.0.0.1", port: 7_101), first: 0,
                    last: Slots.count - 1)
            ])
    }

    @Test("the status tells moving slots, joining members and those that are gone")
    func status() throws {
        let founded = FakeRing.founding(
            (1...4).map { Endpoint(host: "127.0.0.1", port: 7_100 + $0) })
        func next(_ epoch: RingEpoch, _ change: EpochChange, settled: Bool = true) throws
            -> RingEpoch
        {
            try #require(epoch.next(applying: [change], settled: { _ in settled }))
        }
        func status(_ epoch: RingEpoch) throws -> ClusterStatus {
            try #require(
                ClusterStatus(
                    ClusterSnapshot(milliseconds: 0, clusterName: "demo", epoch: epoch)))
        }
        let wish = ChangeRequest(id: "r", wish: .leave(member: 2))
        let leaving = try next(founded, .request(wish))
        let under = try status(leaving)
        let learning = zip(leaving.arcs, leaving.learners).filter { !$0.1.isEmpty }
        #expect(under.slots.moving == learning.reduce(0) { $0 + $1.0.slotCount })
        #expect(under.slots.moving > 0 && under.former.isEmpty)
        #expect(under.nodes[1].state == .leaving)
        #expect(under.moves.map(\.kind) == ["leave"] && under.moves[0].node == "n2")
        let gone = try status(try next(leaving, .finish(change: 1)))
        #expect(gone.slots.moving == 0 && gone.moves.isEmpty)
        #expect(gone.former.map(\.name) == ["n2"] && gone.former[0].state == .left)
    }
}
