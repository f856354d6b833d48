import Bytes
import Ring

/// A node's question to a home to tell it of changed keys, for its clients' own caches.
///
/// Nothing waits for it: a client hears of a change soon after it, and of more than has changed
/// when something may have been missed.
struct Watch {
    /// Never used before with this home.
    var number: Int
    /// Whether the home tells from some time on.
    var isConfirmed = false
}

extension Partition {
    // MARK: At the home

    /// A key changes: those are told whose clients may know it.
    func tellWatchers(_ key: UnsafeRawBufferPointer) {
        if shared.isWatching { shared.output.keyChanged(key) }
        for member in watchers.keys.sorted() {
            guard let link = shared.link(to: member), link.isUp else { continue }
            let writer = FrameWriter(buffer: link.out)
            writer.begin(.changed, elements: 2)
            writer.element(number)
            writer.element(key)
        }
    }

    /// A node wants to hear of changed keys, or does not any more.
    func onWatch(_ watch: Int, isOn: Bool, from member: Int) {
        watchers[member] = isOn ? watch : nil
        if isOn { shared.link(to: member)?.append(.watched, partition: number, watch, 1) }
    }

    /// What was told to a member may be lost; it begins anew.
    func loseWatcher(_ member: Int, isUp: Bool) {
        guard isUp, let watch = watchers.removeValue(forKey: member) else { return }
        shared.link(to: member)?.append(.watched, partition: number, watch, 0)
    }

    // MARK: At the node that wants to hear

    /// Whether a change of a slot's keys is told from now on.
    func isWatched(_ place: Int) -> Bool {
        let home = Int(arc(place).home)
        return shared.isWatching && (home == shared.number || watches[home]?.isConfirmed == true)
    }

    /// Asks the homes that have not confirmed.
    func pursueWatches() {
        guard shared.isWatching else { return }
        var homes: Set<Int> = []
        let lastSlot = firstSlot + Partition.slotCount - 1
        for arc in shared.epoch.arcs where arc.last >= firstSlot && arc.first <= lastSlot {
            if let home = arc.present.home, home != shared.number { homes.insert(home) }
        }
        for home in homes.sorted() where watches[home]?.isConfirmed != true {
            if watches[home] == nil { watches[home] = Watch(number: nextWatch()) }
            guard let watch = watches[home]?.number else { continue }
            shared.link(to: home)?.append(.watch, partition: number, watch, 1)
        }
    }

    /// Nobody here wants to hear any more.
    func endWatches() {
        for (home, watch) in watches.sorted(by: { $0.key < $1.key }) {
            shared.link(to: home)?.append(.watch, partition: number, watch.number, 0)
        }
        watches.removeAll()
    }

    private func nextWatch() -> Int {
        lastWatch = max(lastWatch, shared.incarnation << 24) + 1
        return lastWatch
    }

    /// A home says that it tells, or that it has missed to.
    func onWatched(_ watch: Int, isOn: Bool, from home: Int) {
        guard watches[home]?.number == watch, watches[home]?.isConfirmed != isOn else { return }
        watches[home]?.isConfirmed = isOn
        if isOn {
            // A copy from before may be older than the first change that is told.
            shared.copies.removeAll()
        } else {
            watches[home]?.number = nextWatch()
        }
        tellOfSlots(of: home)
    }

    /// The link to a home was lost: behind it may be another process, which does not know of the
    /// question.
    func loseWatch(_ home: Int) {
        guard watches.removeValue(forKey: home) != nil else { return }
        tellOfSlots(of: home)
    }

    /// What is known of a home's keys may be old: nothing was told until now, or something is lost.
    private func tellOfSlots(of home: Int) {
        for place in 0..<Partition.slotCount where arc(place).home == Int32(home) {
            shared.output.slotChanged(firstSlot + place)
        }
    }
}

extension Worker {
    /// Whether clients of this process want to hear of changed keys; each home is asked to tell as
    /// long as it is on.
    public func setWatching(_ isOn: Bool, clock: Clock) {
        guard isOn != shared.isWatching else { return }
        shared.isWatching = isOn
        for partition in partitions {
            if isOn { partition?.pursueWatches() } else { partition?.endWatches() }
        }
    }

    /// Whether a change of the key from now on will be told.
    ///
    /// Otherwise the homes have not confirmed yet, or the partition is another worker's.
    public func isWatched(_ key: UnsafeRawBufferPointer) -> Bool {
        let slot = Slots.slot(of: key)
        guard let partition = partitions[slot >> 10] else { return false }
        return partition.isWatched(partition.place(slot))
    }

    /// WATCH and WATCHED: numbers and whether on.
    func onWatchFrame(
        _ name: PeerFrame, _ bytes: UnsafeRawBufferPointer, _ partition: Partition,
        from member: Int
    ) -> Bool {
        var numbers = NumberReader(bytes)
        while !numbers.isAtEnd {
            guard let watch = numbers.next(), let isOn = numbers.next() else { return false }
            if name == .watch {
                partition.onWatch(watch, isOn: isOn != 0, from: member)
            } else {
                partition.onWatched(watch, isOn: isOn != 0, from: member)
            }
        }
        return true
    }
}
