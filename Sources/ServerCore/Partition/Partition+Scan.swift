import Bytes
import Commands
import RESP
import Ring

extension Partition {
    /// One step of a SCAN: keys from the cursor on, as long as this node is the home.
    ///
    /// Duplicates are legal, a key that is there throughout is never left out: the cursor is a slot
    /// and a place in an order that does not depend on node or epoch.
    func scan(_ arguments: Arguments, clock: Clock, reply: OutputBuffer) -> Execution {
        guard var cursor = ScanCursor(arguments, reply: reply) else { return .replied }
        guard canAnswer(slot: cursor.slot, clock: clock) else { return .notServing }
        var found: [[UInt8]] = []
        var examined = 0
        repeat {
            let next = index.scan(
                slot: place(cursor.slot), from: cursor.position,
                count: max(1, cursor.options.count - examined)
            ) { entry in
                examined += 1
                let isFound =
                    cursor.options.isTypePossible
                    && !EntryView.isExpired(entry.expiry, at: clock.wall)
                    && cursor.options.pattern?.matches(entry.key) ?? true
                if isFound { found.append(Array(entry.key)) }
            }
            if cursor.options.isTypePossible {
                found += undecidedRemovals(place(cursor.slot)).filter { key in
                    key.withUnsafeBytes { cursor.options.pattern?.matches($0) ?? true }
                }
            }
            if let next {
                cursor.position = next
            } else {
                cursor.slot += 1
                cursor.position = 0
            }
        } while examined < cursor.options.count && cursor.slot >> 10 == number
            && canAnswer(slot: cursor.slot, clock: clock)
        let writer = ReplyWriter(reply)
        writer.array(2)
        writer.bulk(String(cursor.slot >= Slots.count ? 0 : cursor.value))
        writer.array(found.count)
        for key in found { writer.bulk(key) }
        return .replied
    }

    /// Keys whose removal is not committed: should it come to nothing, they were there throughout.
    private func undecidedRemovals(_ place: Int) -> [[UInt8]] {
        // A removal from the only copy may have been answered before it is committed.
        guard !burials.isEmpty, arc(place).followerCount > 1 else { return [] }
        return burials[place]?.map(\.key) ?? []
    }

    private func canAnswer(slot: Int, clock: Clock) -> Bool {
        let state = slots[place(slot)]
        return state.phase == .serving
            && clock.now < shared.hotArcs[Int(state.arc)].leaseUntil
    }

    /// Whether all slots that this node is home of are served, with leases.
    func canAnswer(clock: Clock) -> Bool {
        for place in 0..<Partition.slotCount where arc(place).home == Int32(shared.number) {
            if !canAnswer(slot: firstSlot + place, clock: clock) { return false }
        }
        return true
    }

    /// Keys in the slots that this node is home of.
    var homeKeys: Int {
        homePlaces.reduce(0) { $0 + index.count(slot: $1) }
    }

    private var homePlaces: [Int] {
        (0..<Partition.slotCount).filter { arc($0).home == Int32(shared.number) }
    }

    /// The keys that match, as a count, a line feed, and bulk strings.
    func writeKeys(matching pattern: Glob, clock: Clock, reply: OutputBuffer) {
        var found: [[UInt8]] = []
        for place in homePlaces {
            index.forEach(slot: place) { entry in
                let isThere =
                    !entry.isTombstone && !EntryView.isExpired(entry.expiry, at: clock.wall)
                if isThere, pattern.matches(entry.key) { found.append(Array(entry.key)) }
            }
        }
        write(count: found.count, found, reply)
    }

    /// The number of keys, a line feed, and one of them.
    func writeRandomKey(_ random: UInt64, reply: OutputBuffer) {
        let keys = homeKeys
        guard keys > 0 else { return write(count: 0, [], reply) }
        var chosen = Int(random % UInt64(keys))
        for place in homePlaces {
            let count = index.count(slot: place)
            if chosen < count, let entry = index.randomEntry(slot: place, random: random) {
                return write(count: keys, [Array(entry.key)], reply)
            }
            chosen -= count
        }
        write(count: 0, [], reply)
    }

    private func write(count: Int, _ keys: [[UInt8]], _ reply: OutputBuffer) {
        reply.append(decimal: count)
        reply.append("\n")
        let writer = ReplyWriter(reply)
        for key in keys { writer.bulk(key) }
    }

    /// Keys of one slot, whoever is its home.
    func keyCount(slot: Int) -> Int { index.count(slot: place(slot)) }
}
