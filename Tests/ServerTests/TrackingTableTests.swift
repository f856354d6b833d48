import Ring
import Testing

@testable import Server

@Suite("TrackingTable")
struct TrackingTableTests {
    private func key(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func isEvicting(_ table: inout TrackingTable) -> Bool { table.evict() != nil }

    @Test("a key is forgotten when its readers are told")
    func take() {
        var table = TrackingTable(keysMax: 10)
        #expect(table.take(key("a")) == [])
        for connection in [1, 2, 1] { table.remember(key("a"), for: connection) }
        table.remember(key("b"), for: 3)
        #expect(table.keyCount == 2)
        #expect(table.itemCount == 3)
        #expect(table.take(key("a")).sorted() == [1, 2])
        #expect(table.take(key("a")) == [])
        #expect(table.keyCount == 1)
        #expect(table.itemCount == 1)
    }

    @Test("one reader can be forgotten without the others")
    func forget() {
        var table = TrackingTable(keysMax: 10)
        for connection in [1, 2] { table.remember(key("a"), for: connection) }
        table.forget(key("a"), for: 3)
        table.forget(key("a"), for: 1)
        #expect(table.itemCount == 1)
        table.forget(key("a"), for: 2)
        #expect(table.keyCount == 0)
        #expect(table.itemCount == 0)
        #expect(table.take(key("a")) == [])
    }

    @Test("the keys of a slot are taken together, others stay")
    func slot() {
        var table = TrackingTable(keysMax: 10)
        for name in ["{t}1", "{t}2", "other"] { table.remember(key(name), for: 1) }
        let taken = table.take(slot: Slots.slot(of: "t"))
        #expect(Set(taken.map(\.key)) == [key("{t}1"), key("{t}2")])
        #expect(table.keyCount == 1)
        #expect(table.take(key("other")) == [1])
    }

    @Test("beyond the bound some key is forgotten, and its readers are named")
    func evict() throws {
        var table = TrackingTable(keysMax: 3)
        for number in 1...3 { table.remember(key("k\(number)"), for: number) }
        #expect(!isEvicting(&table))
        table.remember(key("k4"), for: 4)
        let oldest = table.evict()
        let evicted = try #require(oldest)
        #expect(evicted.readers.map { key("k\($0)") } == [evicted.key])
        #expect(table.keyCount == 3)
        #expect(!isEvicting(&table))
        #expect(table.take(evicted.key) == [])
    }
}
