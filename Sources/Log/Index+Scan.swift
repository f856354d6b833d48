extension Index {
    /// Calls `body` with each entry of a slot, tombstones included, in no particular order.
    ///
    /// - Parameters:
    ///   - slot: the slot.
    ///   - body: must not change the index.
    public func forEach(slot: Int, _ body: (Entry) -> Void) {
        let table = table(slot).pointee
        for cell in UnsafeMutableBufferPointer(start: table.cells, count: table.capacity) {
            if let entry = Table.entry(cell) { body(entry) }
        }
    }

    /// One more than the largest scan position.
    ///
    /// Positions are the 16 bits of a key's hash that are equal on all nodes.
    static let scanEnd = 1 << 16

    /// Calls `body` with a slot's entries, without tombstones, in steps of a stateless cursor.
    ///
    /// The steps go through the keys' node-independent hashes in ascending order and never part
    /// keys with equal ones. So whatever was written or moved between two steps, on whichever node, a
    /// key that was there throughout is met. The table itself is in another order: each step reads
    /// all its cells, though not the entries. In a large table a step therefore gives at least some
    /// 1/500 of the keys, so that the cost of a whole scan stays linear.
    ///
    /// - Parameters:
    ///   - slot: the slot.
    ///   - position: 0, or what the step before returned, on any node.
    ///   - count: how many entries to give at least, when there are as many; some more may come.
    ///   - body: must not change the index.
    /// - Returns: where the next step begins; nil at the end of the slot.
    public func scan(
        slot: Int, from position: UInt32, count: Int, _ body: (Entry) -> Void
    ) -> UInt32? {
        let table = table(slot).pointee
        guard table.live > 0 else { return nil }
        var begin = Int(position)
        var missing = min(max(count, 1), table.live)
        var width = max(1, table.capacity >> 14)
        while begin < Self.scanEnd {
            // As many positions as should hold what is missing, and more each time.
            width = max(width, (missing * Self.scanEnd + table.live - 1) / table.live)
            let end = min(Self.scanEnd, begin + width)
            missing -= visit(table, begin..<end, body)
            begin = end
            if missing <= 0 { break }
            width *= 2
        }
        return begin < Self.scanEnd ? UInt32(begin) : nil
    }

    private func visit(_ table: Table, _ positions: Range<Int>, _ body: (Entry) -> Void) -> Int {
        guard let cells = table.cells else { return 0 }
        let first = UInt64(positions.lowerBound) << 48
        // The distance to the last cell that counts; the one behind it might not fit.
        let span = UInt64(positions.count) << 48 &- 1
        var visited = 0
        for index in 0..<table.capacity where cells[index] &- first <= span {
            guard let entry = Table.entry(cells[index]), !entry.isTombstone else { continue }
            visited += 1
            body(entry)
        }
        return visited
    }

    /// Some entry of a slot, no tombstone; nil when there is none.
    ///
    /// - Parameters:
    ///   - slot: the slot.
    ///   - random: chooses it; not all entries are exactly as likely.
    /// - Returns: the entry, valid until the key is changed.
    public func randomEntry(slot: Int, random: UInt64) -> Entry? {
        let table = table(slot).pointee
        guard table.live > 0, let cells = table.cells else { return nil }
        var index = table.home(random >> 16)
        while true {
            if let entry = Table.entry(cells[index]), !entry.isTombstone { return entry }
            index = table.next(index)
        }
    }
}
