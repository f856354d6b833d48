import Ring
import Testing

@testable import Server

@Suite("News of epochs")
struct EpochNewsTests {
    private static func id(_ number: Int) -> NodeID {
        guard let id = NodeID(String(repeating: String(number), count: 40)) else {
            preconditionFailure("forty digits are an id")
        }
        return id
    }

    private let founding = RingEpoch.founding(
        clusterID: String(repeating: "5", count: 32), clusterName: "demo",
        settings: ClusterSettings(),
        nodes: (1...4).map { (Self.id($0), "n\($0)", "127.0.0.1", 7_100 + $0) })

    private func news(_ old: RingEpoch, _ new: RingEpoch) -> [String] {
        EpochNews(from: old, to: new, me: 1).items.map { "\($0.node): \($0.text)" }
    }

    @Test("a member that is down is told with who is home of its slots now")
    func down() throws {
        let new = try #require(
            founding.next(applying: [.down(member: 3)], settled: { _ in true }))
        let told = news(founding, new)
        #expect(told.count == 1)
        let lost = try #require(founding.homeSlotCounts[3])
        #expect(told[0].hasPrefix("n3: epoch 2: n3 down; "))
        #expect(told[0].filter { $0 != "," }.contains("\(lost) slots have a new home: "))
        for (number, slots) in new.homeSlotCounts
        where slots > founding.homeSlotCounts[number] ?? 0 {
            #expect(told[0].contains("n\(number) "))
        }
    }

    @Test(
        "a setting that has another value is told with both, amounts with their unit",
        arguments: [
            ("coherence", "invalidate", "coherence is invalidate, was off"),
            ("grace", "90000", "grace is 90s, was 60s"),
            ("move-rate", "1048576", "move-rate is 1M a second, was 16M a second"),
        ])
    func setting(name: String, value: String, text: String) throws {
        let wish = ChangeRequest.Wish.set(name: name, value: value)
        let new = try #require(
            founding.next(
                applying: [.request(ChangeRequest(id: "a", wish: wish))], settled: { _ in true }))
        #expect(news(founding, new) == [": epoch 2: \(text)"])
    }

    @Test("a join is told when it begins, and with its new homes when it is done")
    func join() throws {
        let wish = ChangeRequest.Wish.join(
            id: Self.id(5), name: "n5", host: "127.0.0.1", port: 7_105)
        let begun = try #require(
            founding.next(
                applying: [.request(ChangeRequest(id: "a", wish: wish))], settled: { _ in true }))
        let first = news(founding, begun)
        #expect(first.count == 1)
        #expect(first[0].hasPrefix("n5: epoch 2: change 1 (n5 joins) under way, "))
        let done = try #require(
            begun.next(applying: [.finish(change: 1)], settled: { _ in true }))
        let last = news(begun, done)
        let homes = try #require(done.homeSlotCounts[5])
        #expect(last.count == 1)
        #expect(last[0].hasPrefix("n5: epoch 3: change 1 (n5 joins) done; "))
        #expect(last[0].filter { $0 != "," }.contains("new home: n5 \(homes)"))
    }

    @Test("a change that waits is told once, and again when its turn comes")
    func queued() throws {
        func asking(_ wish: ChangeRequest.Wish, _ epoch: RingEpoch) -> RingEpoch? {
            let request = ChangeRequest(id: "\(epoch.number)", wish: wish)
            return epoch.next(applying: [.request(request)], settled: { _ in true })
        }
        let first = try #require(asking(.leave(member: 2), founding))
        let second = try #require(asking(.leave(member: 3), first))
        #expect(
            news(first, second) == ["n3: epoch 3: change 2 (n3 leaves) waits behind change 1"])
        let third = try #require(asking(.cancel(change: 1), second))
        let told = news(second, third)
        #expect(told.count == 2)
        #expect(told[0] == "n2: epoch 4: change 1 (n2 leaves) cancelled: taken back")
        #expect(told[1].hasPrefix("n3: epoch 4: change 2 (n3 leaves) under way"))
    }
}
