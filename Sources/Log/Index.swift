import Bytes

/// All entries of a partition: a table of keys for each of its slots.
///
/// The value is a handle, as `OutputBuffer` is: copies share one storage, whoever creates it calls
/// ``deallocate()`` once, and it belongs to one thread. Every table grows on its own, so no
/// operation ever waits for more than one slot's keys to be moved.
///
/// All unsafe memory of the data path is in this type and its two parts, ``Entry`` and `Table`.
public struct Index {
    struct Storage {
        let tables: UnsafeMutablePointer<Table>
        let slotCount: Int
        let secret: KeyHash
        /// Where hints leave what they loaded, so that the loads are not optimised away.
        var hinted: UInt64
    }

    let storage: UnsafeMutablePointer<Storage>

    /// Makes an empty index.
    ///
    /// - Parameters:
    ///   - seed: random, secret and new in each process, so that no client can choose keys that
    ///     collide.
    ///   - slotCount: how many slots; here they are numbered from 0.
    public init(seed: UInt64, slotCount: Int) {
        let tables = UnsafeMutablePointer<Table>.allocate(capacity: slotCount)
        tables.initialize(repeating: Table(), count: slotCount)
        storage = .allocate(capacity: 1)
        storage.initialize(
            to: Storage(
                tables: tables, slotCount: slotCount, secret: KeyHash(seed: seed), hinted: 0))
    }

    /// Frees all memory; this handle, its copies and all entries are dead afterwards.
    public func deallocate() {
        for slot in 0..<storage.pointee.slotCount { storage.pointee.tables[slot].clear() }
        storage.pointee.tables.deallocate()
        storage.deallocate()
    }

    @inline(__always)
    func table(_ slot: Int) -> UnsafeMutablePointer<Table> {
        precondition(slot >= 0 && slot < storage.pointee.slotCount, "no such slot")
        return storage.pointee.tables + slot
    }

    /// The hash that other calls take with their key: 16 bits that are equal on all nodes, which
    /// tell entries apart and order scans, and 48 secret ones, which spread them.
    public func hash(_ key: UnsafeRawBufferPointer) -> UInt64 {
        KeyHash.common(key) & ~Table.pointerMask
            | storage.pointee.secret(key) & Table.pointerMask
    }

    /// Begins to load what ``find(slot:key:hash:)`` will need; a hint for batches.
    ///
    /// Nothing waits for what it loads, so the loads of several keys overlap.
    public func prefetch(slot: Int, hash: UInt64) {
        let table = table(slot)
        guard let cells = table.pointee.cells,
            let entry = Table.entry(cells[table.pointee.home(hash)])
        else { return }
        storage.pointee.hinted ^= entry.word
    }

    @inline(__always)
    private func cell(
        _ table: UnsafeMutablePointer<Table>, _ key: UnsafeRawBufferPointer, _ hash: UInt64
    ) -> (index: Int, entry: Entry)? {
        guard let cells = table.pointee.cells else { return nil }
        var index = table.pointee.home(hash)
        while true {
            let cell = cells[index]
            if cell == 0 { return nil }
            if cell ^ hash <= Table.pointerMask, let entry = Table.entry(cell),
                bytesEqual(entry.key, key)
            {
                return (index, entry)
            }
            index = table.pointee.next(index)
        }
    }

    /// The key's entry, tombstones included.
    public func find(slot: Int, key: UnsafeRawBufferPointer, hash: UInt64) -> Entry? {
        cell(table(slot), key, hash)?.entry
    }

    /// Stores a value under a key, whatever was there before.
    ///
    /// - Parameters:
    ///   - slot: the key's slot.
    ///   - key: any bytes.
    ///   - hash: the key's ``hash(_:)``.
    ///   - value: any bytes; may be those of an entry, this key's own included.
    ///   - generation: of the version, below 2^53.
    ///   - position: of the version, below 2^53.
    ///   - expiry: milliseconds since 1970; 0 is never.
    public func put(
        slot: Int, key: UnsafeRawBufferPointer, hash: UInt64, value: UnsafeRawBufferPointer,
        generation: Int, position: Int, expiry: Int
    ) {
        let table = table(slot)
        let common = KeyHash.common(key)
        if let (index, former) = cell(table, key, hash) {
            table.pointee.discount(former, common)
            var entry = former
            if !former.replace(
                value: value, generation: generation, position: position, expiry: expiry)
            {
                entry = .make(
                    key: key, value: value, generation: generation, position: position,
                    expiry: expiry)
                table.pointee.cells?[index] = Table.cell(entry, hash)
                former.deallocate()
            }
            table.pointee.count(entry, common)
        } else {
            let entry = Entry.make(
                key: key, value: value, generation: generation, position: position,
                expiry: expiry)
            add(entry, hash, table)
            table.pointee.count(entry, common)
        }
    }

    @inline(__always)
    private func add(_ entry: Entry, _ hash: UInt64, _ table: UnsafeMutablePointer<Table>) {
        table.pointee.makeRoom(storage.pointee.secret)
        guard let cells = table.pointee.cells else { return }
        table.pointee.insert(Table.cell(entry, hash), hash, into: cells)
        table.pointee.used &+= 1
    }

    /// Makes the key's entry a tombstone: a removal whose commit is pending.
    ///
    /// The value is dropped. A key that has no entry gets a tombstone too.
    public func bury(
        slot: Int, key: UnsafeRawBufferPointer, hash: UInt64, generation: Int, position: Int
    ) {
        let table = table(slot)
        let tombstone = Entry.make(
            key: key, value: UnsafeRawBufferPointer(start: nil, count: 0), generation: generation,
            position: position, expiry: 0, isTombstone: true)
        if let (index, former) = cell(table, key, hash) {
            table.pointee.discount(former, KeyHash.common(key))
            table.pointee.cells?[index] = Table.cell(tombstone, hash)
            former.deallocate()
        } else {
            add(tombstone, hash, table)
        }
    }

    /// Gives the key's entry a new version and expiry and keeps its value.
    ///
    /// - Returns: false, and nothing is done, when the key has no entry or a tombstone.
    @discardableResult
    public func setExpiry(
        slot: Int, key: UnsafeRawBufferPointer, hash: UInt64, generation: Int, position: Int,
        expiry: Int
    ) -> Bool {
        guard let entry = find(slot: slot, key: key, hash: hash), !entry.isTombstone else {
            return false
        }
        put(
            slot: slot, key: key, hash: hash, value: entry.value, generation: generation,
            position: position, expiry: expiry)
        return true
    }

    /// Removes the key's entry or tombstone; false when there is none.
    @discardableResult
    public func remove(slot: Int, key: UnsafeRawBufferPointer, hash: UInt64) -> Bool {
        let table = table(slot)
        guard let (index, entry) = cell(table, key, hash) else { return false }
        table.pointee.discount(entry, KeyHash.common(key))
        table.pointee.vacate(index, storage.pointee.secret)
        entry.deallocate()
        return true
    }

    /// Removes all entries and tombstones of a slot.
    public func removeAll(slot: Int) { table(slot).pointee.clear() }

    /// Entries in a slot, without tombstones.
    public func count(slot: Int) -> Int { table(slot).pointee.live }

    /// Bytes of keys and values in a slot, without tombstones.
    public func bytes(slot: Int) -> Int { table(slot).pointee.bytes }

    /// An order-free hash over (key, version) of a slot's entries, without tombstones; equal on all
    /// nodes that hold the same.
    public func digest(slot: Int) -> UInt64 { table(slot).pointee.digest }

    /// What an entry adds to the digest of its slot, which is a sum that wraps around; 0 for a
    /// tombstone.
    public func digestShare(of entry: Entry) -> UInt64 {
        entry.isTombstone ? 0 : Table.contribution(KeyHash.common(entry.key), entry)
    }
}
