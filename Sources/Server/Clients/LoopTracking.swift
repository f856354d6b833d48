/// What one event loop's connections want to hear of, and what they are to be told at the end of
/// the tick.
///
/// The connections register their keys on their own event loop before a read leaves it, and changed
/// keys are handed to all loops: so registering needs no message, and whatever changes a key
/// behind the read finds it registered.
final class LoopTracking {
    /// How a node's clients use tracking.
    struct Counts: Sendable {
        var clients = 0
        var keys = 0
        var items = 0
        var prefixes = 0

        static func + (one: Counts, other: Counts) -> Counts {
            Counts(
                clients: one.clients + other.clients, keys: one.keys + other.keys,
                items: one.items + other.items, prefixes: one.prefixes + other.prefixes)
        }
    }

    /// Own writes of one key under way, and what was told of it meanwhile.
    private struct OwnKey {
        var underWay = 0
        var proven = 0
        var told = 0
        /// Whether the key was read behind the last of them.
        var isReadAnew = false
    }

    /// A connection that tracks.
    private final class Tracker {
        weak var taker: (any InvalidationTaker)?
        var tracking: Tracking
        var own: [[UInt8]: OwnKey] = [:]

        init(_ taker: any InvalidationTaker, _ tracking: Tracking) {
            self.taker = taker
            self.tracking = tracking
        }
    }

    /// Changed keys of one tick whose room is kept for the next.
    private static let keptCapacity = 4_096

    private var table: TrackingTable
    private var trackers: [Int: Tracker] = [:]
    private var broadcasts: [[UInt8]: Set<Int>] = [:]
    /// How often each was told of in this tick.
    private var changedKeys: [[UInt8]: Int] = [:]
    private var changedSlots: Set<Int> = []
    private var answered: [(connection: Int, write: OwnWrite, isProven: Bool)] = []
    private var invalidations: [Int: Invalidation] = [:]

    init(keysMax: Int) { table = TrackingTable(keysMax: keysMax) }

    /// Whether some connection tracks.
    var isOn: Bool { !trackers.isEmpty }

    var counts: Counts {
        Counts(
            clients: trackers.count, keys: table.keyCount, items: table.itemCount,
            prefixes: broadcasts.count)
    }

    // MARK: Connections

    /// A connection wants to hear of changes, or in another way than so far.
    func begin(_ connection: Int, _ taker: any InvalidationTaker, _ tracking: Tracking) {
        if let tracker = trackers[connection] {
            tracker.tracking = tracking
        } else {
            trackers[connection] = Tracker(taker, tracking)
        }
        for prefix in tracking.prefixes { broadcasts[prefix, default: []].insert(connection) }
    }

    /// A connection is gone or does not want to hear any more.
    ///
    /// - Returns: whether it tracked.
    func end(_ connection: Int) -> Bool {
        guard let tracker = trackers.removeValue(forKey: connection) else { return false }
        for prefix in tracker.tracking.prefixes {
            broadcasts[prefix]?.remove(connection)
            if broadcasts[prefix]?.isEmpty == true { broadcasts[prefix] = nil }
        }
        if trackers.isEmpty {
            table.removeAll()
            dropChanges()
        }
        return true
    }

    // MARK: What connections do

    /// A connection reads a key that it is to hear of.
    func noteRead(_ key: [UInt8], by connection: Int) {
        table.remember(key, for: connection)
        trackers[connection]?.own[key]?.isReadAnew = true
        while let evicted = table.evict() {
            for reader in evicted.readers { tell(evicted.key, to: reader) }
        }
    }

    /// A connection that does not want to hear of its own writes sends one.
    func noteWrite(_ write: OwnWrite, by connection: Int) {
        guard let tracker = trackers[connection] else { return }
        write.asker = tracker
        for key in write.keys {
            tracker.own[key, default: OwnKey()].underWay += 1
            tracker.own[key]?.isReadAnew = false
        }
    }

    /// The reply to such a write is there, whatever it has changed was told before.
    func noteReply(_ reply: UnsafeRawBufferPointer, to write: OwnWrite, by connection: Int) {
        answered.append((connection, write, write.isProven(by: reply)))
    }

    // MARK: What has changed

    /// Keys and slots have changed, somewhere in the cluster.
    func note(keys: [[UInt8]], slots: [Int] = []) {
        guard isOn else { return }
        for key in keys { changedKeys[key, default: 0] += 1 }
        changedSlots.formUnion(slots)
    }

    /// Tells the connections what they have to forget; at the end of a tick.
    func tell() {
        guard isOn else { return }
        if !changedKeys.isEmpty || !changedSlots.isEmpty { gatherChanges() }
        if !answered.isEmpty { settleOwnWrites() }
        guard !invalidations.isEmpty else { return }
        let told = invalidations
        invalidations.removeAll(keepingCapacity: true)
        for (connection, invalidation) in told {
            trackers[connection]?.taker?.take(invalidation)
        }
    }

    private func gatherChanges() {
        for (key, times) in changedKeys { tellOfChange(key, times: times) }
        for slot in changedSlots {
            for (key, readers) in table.take(slot: slot) {
                for reader in readers { tell(key, to: reader) }
            }
        }
        // Which keys of a slot have changed nobody knows.
        if !changedSlots.isEmpty {
            for connection in Set(broadcasts.values.joined()) {
                invalidations[connection] = .everything
            }
        }
        dropChanges()
    }

    private func dropChanges() {
        changedKeys.removeAll(keepingCapacity: changedKeys.count < Self.keptCapacity)
        changedSlots.removeAll()
    }

    private func tellOfChange(_ key: [UInt8], times: Int) {
        for reader in table.take(key) {
            if withhold(key, times: times, from: reader) {
                table.remember(key, for: reader)
            } else {
                tell(key, to: reader)
            }
        }
        for (prefix, connections) in broadcasts where key.starts(with: prefix) {
            for connection in connections where !withhold(key, times: times, from: connection) {
                tell(key, to: connection)
            }
        }
    }

    private func tell(_ key: [UInt8], to connection: Int) {
        guard let tracker = trackers[connection] else { return }
        // What it read before it began to be told of prefixes.
        if tracker.tracking.mode == .broadcast, !tracker.tracking.covers(key) { return }
        invalidations[connection, default: .keys([])].add(key)
    }

    // MARK: Own writes

    /// Keeps a change back that may be the connection's own.
    private func withhold(_ key: [UInt8], times: Int, from connection: Int) -> Bool {
        guard let tracker = trackers[connection], tracker.own[key] != nil else { return false }
        tracker.own[key]?.told += times
        return true
    }

    private func settleOwnWrites() {
        for (connection, write, isProven) in answered {
            guard let tracker = trackers[connection], write.asker === tracker else { continue }
            for key in write.keys {
                tracker.own[key]?.underWay -= 1
                if isProven { tracker.own[key]?.proven += 1 }
                guard let own = tracker.own[key], own.underWay <= 0 else { continue }
                tracker.own[key] = nil
                guard own.told > 0 else { continue }
                let isAnothers = own.told > own.proven
                if isAnothers { tell(key, to: connection) }
                // As in Redis: who has written a key itself is not told of it before it reads anew.
                if isAnothers || !own.isReadAnew { table.forget(key, for: connection) }
            }
        }
        answered.removeAll(keepingCapacity: true)
    }
}
