import Ring

/// Which connections of one event loop have read which keys since they last heard of them.
///
/// A key is forgotten when its readers are told. Connections that are gone stay in it until then:
/// looking for their keys would cost more.
struct TrackingTable {
    /// Connections, most often one.
    enum Readers: Equatable {
        case one(Int)
        case several(Set<Int>)

        mutating func insert(_ connection: Int) -> Bool {
            switch self {
            case .one(let other):
                guard other != connection else { return false }
                self = .several([other, connection])
                return true
            case .several(var all):
                self = .one(connection)
                let isNew = all.insert(connection).inserted
                self = .several(all)
                return isNew
            }
        }

        /// Without a connection; nil when nobody is left.
        func without(_ connection: Int) -> Readers? {
            switch self {
            case .one(let other):
                return other == connection ? nil : self
            case .several(var all):
                all.remove(connection)
                return all.isEmpty ? nil : .several(all)
            }
        }

        func contains(_ connection: Int) -> Bool {
            switch self {
            case .one(let other): other == connection
            case .several(let all): all.contains(connection)
            }
        }

        var all: [Int] {
            switch self {
            case .one(let connection): [connection]
            case .several(let all): Array(all)
            }
        }
    }

    /// Keys that may be remembered.
    let keysMax: Int
    private(set) var keyCount = 0
    /// Pairs of a key and a connection.
    private(set) var itemCount = 0
    /// By slot; empty before the first key.
    private var slots: [[[UInt8]: Readers]] = []
    private var nextToEvict = 0

    init(keysMax: Int) { self.keysMax = keysMax }

    /// Remembers that a connection has read a key.
    mutating func remember(_ key: [UInt8], for connection: Int) {
        if slots.isEmpty { slots = Array(repeating: [:], count: Slots.count) }
        let slot = Self.slot(of: key)
        let isKnown = slots[slot][key] != nil
        if isKnown {
            if slots[slot][key]?.insert(connection) == true { itemCount += 1 }
        } else {
            slots[slot][key] = .one(connection)
            keyCount += 1
            itemCount += 1
        }
    }

    /// Forgets a key, and says who had read it.
    mutating func take(_ key: [UInt8]) -> [Int] {
        guard !slots.isEmpty, let readers = slots[Self.slot(of: key)].removeValue(forKey: key)
        else { return [] }
        let all = readers.all
        keyCount -= 1
        itemCount -= all.count
        return all
    }

    /// Forgets the keys of a slot, and says who had read them.
    mutating func take(slot: Int) -> [(key: [UInt8], readers: [Int])] {
        guard !slots.isEmpty, !slots[slot].isEmpty else { return [] }
        let taken = slots[slot].map { ($0.key, $0.value.all) }
        slots[slot] = [:]
        keyCount -= taken.count
        itemCount -= taken.reduce(0) { $0 + $1.1.count }
        return taken
    }

    /// Forgets that one connection has read a key.
    mutating func forget(_ key: [UInt8], for connection: Int) {
        guard !slots.isEmpty else { return }
        let slot = Self.slot(of: key)
        guard let readers = slots[slot][key], readers.contains(connection) else { return }
        itemCount -= 1
        if let left = readers.without(connection) {
            slots[slot][key] = left
        } else {
            slots[slot][key] = nil
            keyCount -= 1
        }
    }

    /// Forgets some key while there are more than may be; slots have their turn one by one.
    ///
    /// - Returns: the key and who had read it; nil when there are not too many.
    mutating func evict() -> (key: [UInt8], readers: [Int])? {
        guard keyCount > keysMax else { return nil }
        while slots[nextToEvict].isEmpty { nextToEvict = (nextToEvict + 1) % Slots.count }
        guard let key = slots[nextToEvict].first?.key else { return nil }
        nextToEvict = (nextToEvict + 1) % Slots.count
        return (key, take(key))
    }

    /// Forgets everything and tells nobody.
    mutating func removeAll() { self = TrackingTable(keysMax: keysMax) }

    private static func slot(of key: [UInt8]) -> Int {
        key.withUnsafeBytes { Slots.slot(of: $0) }
    }
}
