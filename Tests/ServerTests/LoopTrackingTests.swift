import Bytes
import Commands
import RESP
import Ring
import Testing

@testable import Server

@Suite("LoopTracking")
struct LoopTrackingTests {
    /// A connection that keeps what it is told.
    private final class Taker: InvalidationTaker {
        var told: [Invalidation] = []

        func take(_ invalidation: Invalidation) { told.append(invalidation) }

        /// The keys told since the last call, sorted; nil for everything.
        func keys() -> [String]? {
            defer { told.removeAll() }
            var all: [String] = []
            for invalidation in told {
                guard case .keys(let keys) = invalidation else { return nil }
                all += keys.map { String(decoding: $0, as: UTF8.self) }
            }
            return all.sorted()
        }
    }

    private let loop = LoopTracking(keysMax: 100)
    private let taker = Taker()

    private func key(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func change(_ keys: String...) {
        loop.note(keys: keys.map(key))
        loop.tell()
    }

    /// A write of connection 1 leaves.
    private func write(_ words: String) throws -> OwnWrite {
        let list = words.split(separator: " ").map { Array($0.utf8) }
        return try withArguments(list) { arguments in
            let id = try #require(CommandTable.find(arguments[0]))
            let write = OwnWrite(id, arguments)
            loop.noteWrite(write, by: 1)
            return write
        }
    }

    private func reply(_ text: String, to write: OwnWrite) {
        Array((text + "\r\n").utf8).withUnsafeBytes { loop.noteReply($0, to: write, by: 1) }
        loop.tell()
    }

    // MARK: Who is told

    @Test("a reader is told once of a changed key, until it reads it anew")
    func once() {
        loop.begin(1, taker, Tracking())
        loop.noteRead(key("a"), by: 1)
        loop.noteRead(key("b"), by: 1)
        change("a", "a", "c")
        #expect(taker.keys() == ["a"])
        change("a")
        #expect(taker.keys() == [])
        loop.noteRead(key("a"), by: 1)
        change("a", "b")
        #expect(taker.keys() == ["a", "b"])
    }

    @Test("changes of one tick are one message")
    func oneMessage() {
        loop.begin(1, taker, Tracking())
        for name in ["a", "b"] { loop.noteRead(key(name), by: 1) }
        change("a", "b")
        #expect(taker.told.count == 1)
    }

    @Test("who listens to prefixes is told of every change of such keys")
    func broadcast() {
        loop.begin(1, taker, Tracking(mode: .broadcast, prefixes: [key("u:"), key("v:")]))
        for _ in 0..<2 {
            change("u:1", "u:1", "v:1", "w:1")
            #expect(taker.keys() == ["u:1", "v:1"])
        }
        #expect(loop.counts.prefixes == 2)
    }

    @Test("when a slot may have changed its readers forget its keys, and prefix listeners all")
    func slots() {
        let listener = Taker()
        loop.begin(1, taker, Tracking())
        loop.begin(2, listener, Tracking(mode: .broadcast, prefixes: [key("u:")]))
        for name in ["{t}1", "{t}2", "x"] { loop.noteRead(key(name), by: 1) }
        loop.note(keys: [], slots: [Slots.slot(of: "t")])
        loop.tell()
        #expect(taker.keys() == ["{t}1", "{t}2"])
        #expect(listener.told == [.everything])
    }

    @Test("beyond the bound readers are told of keys that have not changed")
    func bound() {
        let loop = LoopTracking(keysMax: 2)
        loop.begin(1, taker, Tracking())
        for name in ["a", "b", "c"] { loop.noteRead(key(name), by: 1) }
        loop.tell()
        #expect(taker.keys()?.count == 1)
        #expect(loop.counts.keys == 2)
    }

    @Test("who has ended is told nothing, and nothing is kept without trackers")
    func ended() {
        loop.begin(1, taker, Tracking(mode: .broadcast, prefixes: [[]]))
        loop.noteRead(key("a"), by: 1)
        #expect(loop.end(1))
        #expect(!loop.end(1))
        change("a")
        #expect(taker.told.isEmpty)
        let counts = loop.counts
        #expect(counts.clients + counts.keys + counts.items + counts.prefixes == 0)
    }

    @Test("very many keys become everything")
    func everything() {
        loop.begin(1, taker, Tracking(mode: .broadcast, prefixes: [[]]))
        loop.note(keys: (0...Invalidation.keysMax).map { key("\($0)") })
        loop.tell()
        #expect(taker.told == [.everything])
    }

    // MARK: NOLOOP

    @Test("with NOLOOP an own write is not told, and its key is forgotten until it is read anew")
    func own() throws {
        loop.begin(1, taker, Tracking(isNoLoop: true))
        loop.noteRead(key("a"), by: 1)
        let first = try write("SET a 1")
        change("a")
        reply("+OK", to: first)
        #expect(taker.told.isEmpty)
        change("a")
        #expect(taker.told.isEmpty)
        loop.noteRead(key("a"), by: 1)
        change("a")
        #expect(taker.keys() == ["a"])
    }

    @Test("a key that is read behind an own write is remembered")
    func readBehind() throws {
        loop.begin(1, taker, Tracking(isNoLoop: true))
        let first = try write("SET a 1")
        loop.noteRead(key("a"), by: 1)
        change("a")
        reply("+OK", to: first)
        #expect(taker.told.isEmpty)
        change("a")
        #expect(taker.keys() == ["a"])
    }

    @Test("another's write is told though own ones are under way")
    func others() throws {
        loop.begin(1, taker, Tracking(isNoLoop: true))
        loop.noteRead(key("a"), by: 1)
        let both = [try write("SET a 1"), try write("SET a 2")]
        change("a", "a", "a")
        reply("+OK", to: both[0])
        #expect(taker.told.isEmpty)
        reply("+OK", to: both[1])
        #expect(taker.keys() == ["a"])
    }

    @Test(
        "another's write is told when an own one did nothing, or nobody knows",
        arguments: [
            ("SET a 1 NX", "$-1"), ("SET a 1 NX GET", "$1\r\nx"), ("SETNX a 1", ":0"),
            ("DEL a", ":0"), ("DEL a b", ":1"), ("GETDEL a", "_"), ("PERSIST a", ":0"),
            ("GETEX a", "$1\r\nx"), ("INCR a", "-ERR value is not an integer or out of range"),
            ("SET a 1", "-UNKNOWN the link to the home was lost; it may have been applied"),
        ])
    func nothingDone(_ words: String, _ answer: String) throws {
        loop.begin(1, taker, Tracking(isNoLoop: true))
        loop.noteRead(key("a"), by: 1)
        let write = try write(words)
        change("a")
        reply(answer, to: write)
        #expect(taker.keys() == ["a"])
    }

    @Test(
        "own writes of every kind are recognised",
        arguments: [
            ("SET a 1", "+OK"), ("SET a 1 GET", "_"), ("SET a 1 XX", "+OK"), ("SETNX a 1", ":1"),
            ("DEL a", ":1"), ("UNLINK a b", ":2"), ("GETDEL a", "$1\r\nx"), ("INCRBY a 2", ":0"),
            ("APPEND a x", ":4"), ("EXPIRE a 1", ":1"), ("MSET a 1 b 2", "+OK"),
        ])
    func recognised(_ words: String, _ answer: String) throws {
        loop.begin(1, taker, Tracking(mode: .broadcast, prefixes: [[]], isNoLoop: true))
        let write = try write(words)
        for name in write.keys.map({ String(decoding: $0, as: UTF8.self) }) { change(name) }
        reply(answer, to: write)
        #expect(taker.told.isEmpty)
        change("a")
        #expect(taker.keys() == ["a"])
    }

    @Test("a write from before tracking was switched off and on again explains nothing")
    func switched() throws {
        loop.begin(1, taker, Tracking(isNoLoop: true))
        let old = try write("SET a 1")
        #expect(loop.end(1))
        loop.begin(1, taker, Tracking(isNoLoop: true))
        loop.noteRead(key("a"), by: 1)
        let new = try write("SET a 2 NX")
        change("a")
        reply("+OK", to: old)
        reply("_", to: new)
        #expect(taker.keys() == ["a"])
    }
}
