import NIOCore
import Testing

@testable import Bench

@Suite("How stale reads are")
struct FreshnessTests {
    @Test("a read of the newest value is fresh")
    func fresh() {
        var history = WriteHistory()
        let first = history.begin(at: 10)
        history.acknowledge(first, at: 20)
        let second = history.begin(at: 30)
        history.acknowledge(second, at: 40)
        #expect(history.staleness(of: second, sentAt: 100) == 0)
    }

    @Test("a read of an overwritten value is stale from the overwrite's acknowledgement on")
    func stale() {
        var history = WriteHistory()
        for time in [10, 30, 50] as [UInt64] {
            history.acknowledge(history.begin(at: time), at: time + 5)
        }
        #expect(history.staleness(of: 1, sentAt: 34) == 0)
        #expect(history.staleness(of: 1, sentAt: 36) == 1)
        #expect(history.staleness(of: 1, sentAt: 100) == 65)
        #expect(history.staleness(of: 2, sentAt: 100) == 45)
        #expect(history.staleness(of: 0, sentAt: 100) == 85)
    }

    @Test("writes at the same time may have been done in either order")
    func concurrent() {
        var history = WriteHistory()
        let slow = history.begin(at: 10)
        let quick = history.begin(at: 11)
        history.acknowledge(quick, at: 12)
        history.acknowledge(slow, at: 50)
        #expect(history.staleness(of: slow, sentAt: 100) == 0)
        #expect(history.staleness(of: quick, sentAt: 100) == 0)
        history.acknowledge(history.begin(at: 60), at: 70)
        #expect(history.staleness(of: slow, sentAt: 100) == 30)
    }

    @Test("a write without an acknowledgement makes nothing stale")
    func unacknowledged() {
        var history = WriteHistory()
        history.acknowledge(history.begin(at: 10), at: 20)
        _ = history.begin(at: 30)
        #expect(history.staleness(of: 1, sentAt: 100) == 0)
    }

    @Test("of writes that are long past only the number is known, and the least staleness")
    func forgotten() {
        var history = WriteHistory()
        for number in 1...(3 * WriteHistory.keptMin) {
            let time = UInt64(number) * 10
            #expect(history.begin(at: time) == number)
            history.acknowledge(number, at: time + 5)
        }
        let now = UInt64(3 * WriteHistory.keptMin) * 10 + 5
        #expect(history.staleness(of: 3 * WriteHistory.keptMin - 1, sentAt: now + 7) == 7)
        #expect(history.staleness(of: 1, sentAt: now) >= UInt64(WriteHistory.keptMin - 1) * 10)
    }

    @Test("a value's number travels through request and reply, and is 0 where there is none")
    func numbers() {
        var stream = RequestStream(
            updatesOf: 3, count: 1, keyPrefix: KeyNames.commonPrefix, valueBytes: 20, seed: 1)
        var buffer = ByteBuffer()
        stream.write(1, into: &buffer) { _ in 1_234 }
        let lines = String(buffer: buffer).split(separator: "\r\n")
        let value = String(lines.last ?? "")
        #expect(value.hasPrefix("0000000000001234"))
        #expect(value.utf8.count == 20)
        func number(_ reply: String) -> Int {
            Array(reply.utf8).withUnsafeBytes { RequestStream.number(inReply: $0) }
        }
        #expect(number("$20\r\n\(value)\r\n") == 1_234)
        #expect(number("$20\r\nabcdefghijklmnopqrst\r\n") == 0)
        #expect(number("$3\r\n123\r\n") == 0)
        #expect(number("$-1\r\n") == 0)
        #expect(number("_\r\n") == 0)
    }
}
