/// One slot's hash table, in memory of its own.
///
/// A cell is 8 bytes: the upper 16 bits of the key's hash, and a pointer to its entry in the lower
/// 48, which is what user space has on the machines this runs on; 0 is an empty cell. Probing is
/// linear from ``home(_:)``; a removal shifts the cells behind it back, so that no marks of former
/// entries pile up. Capacities are any number, not powers of two, so that a table grows by half.
struct Table {
    typealias Cell = UInt64

    var cells: UnsafeMutablePointer<Cell>?
    var capacity = 0
    /// Cells in use, tombstones included.
    var used = 0
    /// Entries that are no tombstones.
    var live = 0
    /// Bytes of their keys and values.
    var bytes = 0
    /// The wrapping sum of their contributions.
    var digest: UInt64 = 0

    static let capacityMin = 4
    static let pointerMask: Cell = (1 << 48) - 1

    /// A cell for an entry.
    @inline(__always)
    static func cell(_ entry: Entry, _ hash: UInt64) -> Cell {
        let address = UInt64(UInt(bitPattern: entry.base))
        precondition(address & ~pointerMask == 0, "a pointer of more than 48 bits")
        return hash & ~pointerMask | address
    }

    /// The entry of a cell; nil when the cell is empty.
    @inline(__always)
    static func entry(_ cell: Cell) -> Entry? {
        UnsafeMutableRawPointer(bitPattern: UInt(cell & pointerMask)).map(Entry.init(base:))
    }

    /// Where probing for a hash begins: its lower 48 bits, scaled to the capacity.
    @inline(__always)
    func home(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: (hash << 16).multipliedFullWidth(by: UInt64(capacity)).high)
    }

    /// The cell behind one, wrapping.
    @inline(__always)
    func next(_ index: Int) -> Int {
        let next = index &+ 1
        return next == capacity ? 0 : next
    }

    /// How far `index` lies behind `start`, wrapping.
    @inline(__always)
    func distance(from start: Int, to index: Int) -> Int {
        index >= start ? index &- start : index &+ capacity &- start
    }

    /// Puts a cell into the first free place for its hash; there must be one.
    @inline(__always)
    func insert(_ cell: Cell, _ hash: UInt64, into cells: UnsafeMutablePointer<Cell>) {
        var index = home(hash)
        while cells[index] != 0 { index = next(index) }
        cells[index] = cell
    }

    /// Makes room for one more cell: at most four fifths of them are ever in use.
    @inline(__always)
    mutating func makeRoom(_ secret: KeyHash) {
        if (used &+ 1) &* 5 > capacity &* 4 {
            resize(max(Table.capacityMin, capacity + capacity / 2), secret)
        }
    }

    /// Moves all cells into a table of another capacity.
    @inline(never)
    mutating func resize(_ capacity: Int, _ secret: KeyHash) {
        let former = UnsafeMutableBufferPointer(start: cells, count: self.capacity)
        let fresh = UnsafeMutablePointer<Cell>.allocate(capacity: capacity)
        fresh.initialize(repeating: 0, count: capacity)
        self.capacity = capacity
        for cell in former {
            guard let entry = Table.entry(cell) else { continue }
            insert(cell, secret(entry.key) & Table.pointerMask, into: fresh)
        }
        cells?.deallocate()
        cells = fresh
    }

    /// Empties a cell and closes the gap.
    mutating func vacate(_ index: Int, _ secret: KeyHash) {
        guard let cells else { return }
        var hole = index
        var index = next(index)
        while let entry = Table.entry(cells[index]) {
            let home = home(secret(entry.key) & Table.pointerMask)
            // The cell may move back unless its home lies behind the hole.
            if distance(from: home, to: index) >= distance(from: hole, to: index) {
                cells[hole] = cells[index]
                hole = index
            }
            index = next(index)
        }
        cells[hole] = 0
        used -= 1
        if used == 0 {
            cells.deallocate()
            self.cells = nil
            capacity = 0
        } else if capacity > 4 * Table.capacityMin, used * 4 < capacity {
            resize(capacity / 2, secret)
        }
    }

    /// Frees the cells and all entries.
    mutating func clear() {
        for cell in UnsafeMutableBufferPointer(start: cells, count: capacity) {
            Table.entry(cell)?.deallocate()
        }
        cells?.deallocate()
        self = Table()
    }

    /// Adds an entry to the counters.
    @inline(__always)
    mutating func count(_ entry: Entry, _ common: UInt64) {
        live &+= 1
        bytes &+= entry.keyCount &+ entry.valueCount
        digest &+= Table.contribution(common, entry)
    }

    /// Takes an entry out of the counters, unless it is a tombstone, which is not in them.
    @inline(__always)
    mutating func discount(_ entry: Entry, _ common: UInt64) {
        if entry.isTombstone { return }
        live &-= 1
        bytes &-= entry.keyCount &+ entry.valueCount
        digest &-= Table.contribution(common, entry)
    }

    /// What an entry adds to its slot's digest.
    ///
    /// - Parameters:
    ///   - common: the hash of its key that is equal on all nodes.
    ///   - entry: gives the version.
    /// - Returns: a term of the sum.
    @inline(__always)
    static func contribution(_ common: UInt64, _ entry: Entry) -> UInt64 {
        let generation = UInt64(truncatingIfNeeded: entry.generation)
        let position = UInt64(truncatingIfNeeded: entry.position)
        let mixed = KeyHash.mix(common ^ generation &* 0x9E37_79B9_7F4A_7C15)
        return KeyHash.mix(mixed &+ position &* 0xD6E8_FEB8_6659_FD93)
    }
}
