import Bytes
import RESP
import Testing

@testable import Server

@Suite("ReplyQueue")
struct ReplyQueueTests {
    /// What can leave now, in order.
    private func leaving(_ queue: inout ReplyQueue) -> [String] {
        var all: [String] = []
        while let ready = queue.next() {
            switch ready {
            case .reply(let reply): all.append(String(decoding: reply, as: UTF8.self))
            case .invalidation(.everything): all.append("forget all")
            case .invalidation(.keys(let keys)):
                let names = keys.map { String(decoding: $0, as: UTF8.self) }
                all.append("forget " + names.joined(separator: " "))
            }
        }
        return all
    }

    private let read = ReplyQueue.Awaited(startedAt: 0, isWrite: false)

    @Test("what is to be forgotten leaves behind the replies that were awaited before it")
    func order() {
        var queue = ReplyQueue()
        let first = queue.nextSequence
        queue.append(read)
        queue.append(Array("two".utf8))
        queue.append(.keys([Array("k".utf8)]))
        let fourth = queue.nextSequence
        queue.append(read)
        #expect(leaving(&queue) == [])
        queue.keep(Array("four".utf8), as: fourth)
        #expect(leaving(&queue) == [])
        #expect(queue.isFirst(first))
        queue.removeFirst()
        #expect(leaving(&queue) == ["two", "forget k", "four"])
        #expect(queue.isEmpty)
        #expect(queue.awaited(first) == nil)
    }

    @Test("what is to be forgotten in a row becomes one")
    func merged() {
        var queue = ReplyQueue()
        queue.append(read)
        for name in ["a", "b"] { queue.append(.keys([Array(name.utf8)])) }
        #expect(queue.count == 2)
        queue.removeFirst()
        #expect(leaving(&queue) == ["forget a b"])
        queue.append(read)
        queue.append(.keys([Array("a".utf8)]))
        queue.append(.everything)
        queue.removeFirst()
        #expect(leaving(&queue) == ["forget all"])
    }

    @Test("64 replies are asked for at once, and many more when those before them were small")
    func small() {
        var queue = ReplyQueue()
        for _ in 0..<63 { queue.append(read) }
        #expect(!queue.isFull)
        queue.append(read)
        #expect(queue.isFull)
        for _ in 0..<64 {
            queue.noteSize(5, isWrite: false)
            queue.removeFirst()
        }
        while queue.count < ServerLimits.pendingRepliesMax {
            #expect(!queue.isFull)
            queue.append(read)
        }
        #expect(queue.isFull)
    }

    @Test("few replies are asked for at once behind large ones, but four in any case")
    func large() {
        var queue = ReplyQueue()
        queue.noteSize(16 << 20, isWrite: false)
        for _ in 0..<3 { queue.append(read) }
        #expect(!queue.isFull)
        queue.append(read)
        #expect(queue.isFull)
        queue.removeFirst()
        queue.noteSize(64 << 20, isWrite: false)
        #expect(!queue.isFull)
        // Replies of writes say nothing of those of reads.
        for _ in 0..<1_000 { queue.noteSize(5, isWrite: true) }
        queue.append(read)
        #expect(queue.isFull)
    }

    @Test("replies that are kept until earlier ones are there count as they are")
    func kept() {
        var queue = ReplyQueue()
        for _ in 0..<200 { queue.noteSize(5, isWrite: false) }
        let first = queue.nextSequence
        for _ in 0..<5 { queue.append(read) }
        #expect(!queue.isFull)
        let large = [UInt8](repeating: 0, count: ServerLimits.pendingBytes / 2)
        queue.keep(large, as: first + 1)
        #expect(!queue.isFull)
        queue.keep(large, as: first + 2)
        #expect(queue.isFull)
        queue.removeAll()
        for _ in 0..<5 { queue.append(read) }
        #expect(!queue.isFull)
    }

    @Test("a push in RESP3, a message to RESP2 connections that listen, nothing to others")
    func written() {
        func text(
            _ invalidation: Invalidation, _ version: ProtocolVersion, isSubscribed: Bool
        ) -> String {
            let buffer = OutputBuffer()
            defer { buffer.deallocate() }
            invalidation.write(to: ReplyWriter(buffer, version), isSubscribed: isSubscribed)
            return String(decoding: buffer.bytes, as: UTF8.self)
                .replacing("\r\n", with: "|")
        }
        let keys = Invalidation.keys([Array("k".utf8), []])
        #expect(
            text(keys, .three, isSubscribed: false) == ">2|$10|invalidate|*2|$1|k|$0||")
        #expect(text(.everything, .three, isSubscribed: true) == ">2|$10|invalidate|_|")
        #expect(
            text(keys, .two, isSubscribed: true)
                == "*3|$7|message|$20|__redis__:invalidate|*2|$1|k|$0||")
        #expect(
            text(.everything, .two, isSubscribed: true)
                == "*3|$7|message|$20|__redis__:invalidate|$-1|")
        #expect(text(keys, .two, isSubscribed: false) == "")
    }
}
