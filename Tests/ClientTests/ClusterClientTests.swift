import RESP
import Ring
import Synchronization
import Testing

@testable import Client

@Suite struct ClusterClientTests {
    @Test("each key is asked for at its home, and nowhere else")
    func routing() async throws {
        let ring = try await FakeRing { _, words in .bulk("value of \(words[1])") }
        let client = ring.client()
        for index in 0..<3 {
            let key = try ring.key(at: index)
            #expect(await client.get(key) == .done(Array("value of \(key)".utf8)))
            #expect(ring.nodes[index].requests == [["GET", key]])
        }
        await client.close()
    }

    @Test("the answers of all operations are told apart")
    func outcomes() async throws {
        let ring = try await FakeRing { _, words in
            switch words {
            case let words where words.first == "GET": .null
            case let words where words.last == "NX": .null
            case let words where words.last == "XX": .null
            case let words where words[0] == "DEL": .raw(":0\r\n")
            case let words where words.last == "GET": .bulk("old")
            case let words where words.contains("IFEQ"): .null
            default: .ok
            }
        }
        let client = ring.client()
        let key = Array("k".utf8)
        #expect(await client.get(key) == .no("not found"))
        #expect(await client.create(key, key) == .no("exists already"))
        #expect(await client.update(key, key) == .no("not found"))
        #expect(await client.delete(key) == .no("not found"))
        #expect(await client.set(key, key) == .done(.notAsked))
        #expect(
            await client.set(key, key, wantsPrevious: true) == .done(.value(Array("old".utf8))))
        #expect(
            await client.compareAndSet(key, expected: key, key)
                == .no("the value differs or is gone"))
        await client.close()
    }

    @Test("a write that was refused as not done is tried again until it is done")
    func retriedWrite() async throws {
        let countdown = Countdown(3)
        let ring = try await FakeRing { _, _ in
            countdown.next() ? .error("TRYAGAIN the slot is being settled") : .ok
        }
        let client = ring.client()
        #expect(await client.set("a", "1") == .done(.notAsked))
        #expect(ring.nodes.flatMap(\.requests).count == 4)
        await client.close()
    }

    @Test("a write whose link died after it was sent is unknown and is not repeated")
    func lostWrite() async throws {
        let ring = try await FakeRing { _, _ in .hangUp }
        let client = ring.client()
        guard case .unknown = await client.set("a", "1") else {
            Issue.record("the fate of a write was not unknown")
            return
        }
        #expect(ring.nodes.flatMap(\.requests).count == 1)
        await client.close()
    }

    @Test("a write without an answer is unknown after the deadline and is not repeated")
    func silentWrite() async throws {
        let ring = try await FakeRing { _, _ in .silence }
        let client = ring.client(deadline: .milliseconds(500))
        _ = await client.topology()
        guard case .unknown = await client.set("a", "1") else {
            Issue.record("the fate of a write was not unknown")
            return
        }
        #expect(ring.nodes.flatMap(\.requests).count == 1)
        await client.close()
    }

    @Test("a read goes elsewhere when its home hangs up, hangs, or does not know")
    func retriedRead() async throws {
        for answer in [FakeAnswer.hangUp, .silence, .error("UNKNOWN the link died")] {
            // Which node is the home is known only once all of them have a port.
            let home = Mutex<Int?>(nil)
            let ring = try await FakeRing { index, _ in
                index == home.withLock { $0 } ? answer : .bulk("v")
            }
            let index = try ring.home(of: "a")
            home.withLock { $0 = index }
            let client = ring.client(silence: .milliseconds(50))
            #expect(await client.get("a") == .done(Array("v".utf8)))
            await client.close()
        }
    }

    @Test("a dead home's write waits for the epoch that names another")
    func takeover() async throws {
        let ring = try await FakeRing { _, _ in .ok }
        // Not the one that the client has a connection to already.
        let victim = 1
        let key = try ring.key(at: victim)
        let client = ring.client()
        _ = await client.topology()
        try await ring.nodes[victim].stopListening()
        for (index, node) in ring.nodes.enumerated() where index != victim {
            node.answer { words in
                let epoch = ring.epoch.withLock { $0 }
                if words[0] == "RING" { return .json(epoch) }
                return epoch.home(of: Slots.slot(of: key)) == index + 1
                    ? .ok : .error("CLUSTERDOWN the home is not reachable")
            }
        }
        async let write = client.set(key, "1")
        try await until("the write was refused") {
            ring.nodes.enumerated().contains { $0.offset != victim && !$0.element.requests.isEmpty }
        }
        ring.markDown(victim)
        #expect(await write == .done(.notAsked))
        await client.close()
    }

    @Test("when the deadline passes without a try that was sent on, the write is not done")
    func notDone() async throws {
        let ring = try await FakeRing { _, _ in .error("CLUSTERDOWN no majority") }
        let client = ring.client(deadline: .seconds(8))
        _ = await client.topology()
        guard case .notDone(let reason) = await client.set("a", "1") else {
            Issue.record("a refused write was not reported as not done")
            return
        }
        #expect(reason.contains("CLUSTERDOWN no majority"))
        await client.close()
    }

    @Test("without any node the answer comes at once and names the nodes")
    func nobody() async throws {
        let node = try await FakeNode.start()
        try await node.stopListening()
        let client = ClusterClient(seeds: [node.endpoint], options: .patient)
        guard case .notDone(let reason) = await client.get("a") else {
            Issue.record("nobody answered, and yet there was an answer")
            return
        }
        #expect(reason.contains("\(node.endpoint): connection refused"))
    }

    @Test("many operations at once share a connection and get their own answers")
    func pipelining() async throws {
        let ring = try await FakeRing { _, words in .bulk(words[1]) }
        let client = ring.client()
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<500 {
                group.addTask {
                    await client.get("key:\(number)") == .done(Array("key:\(number)".utf8))
                }
            }
            for await isRight in group { #expect(isRight) }
        }
        let greetings = ring.nodes.flatMap(\.allRequests).filter { $0[0] == "HELLO" }
        #expect(greetings.count == 3)
        await client.close()
    }

    @Test("bytes that are no reply end the connection, and the write is unknown")
    func garbage() async throws {
        let ring = try await FakeRing { _, _ in .raw("HTTP/1.1 400\r\n") }
        let client = ring.client()
        guard case .unknown = await client.set("a", "1") else {
            Issue.record("garbage was taken for an answer")
            return
        }
        await client.close()
    }

    @Test("a scan goes on from page to page to its end, with any bytes in keys")
    func scan() async throws {
        let ring = try await FakeRing { _, words in
            words[1] == "0"
                ? .raw("*2\r\n$2\r\n17\r\n*2\r\n$1\r\na\r\n$2\r\n\r\n\r\n")
                : .raw("*2\r\n$1\r\n0\r\n*1\r\n$0\r\n\r\n")
        }
        let client = ring.client()
        let first = await client.scan(matching: Array("*".utf8), count: 2)
        let next = ScanCursor("17")
        #expect(first == .done(ScanPage(keys: [[97], [13, 10]], next: next)))
        let second = await client.scan(from: try #require(next))
        #expect(second == .done(ScanPage(keys: [[]], next: nil)))
        await client.close()
    }
}

/// Says yes a number of times and then no.
private final class Countdown: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    func next() -> Bool {
        left.withLock { left in
            left -= 1
            return left >= 0
        }
    }
}
