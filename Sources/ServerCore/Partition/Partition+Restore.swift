import Log

/// Reading the log back, and what is written to it about a copy as a whole.
extension Partition {
    /// Puts back what the log says of one slot; before ``adopt(clock:isStart:)``.
    ///
    /// A log that was compacted begins anywhere in the streams of its slots. Until a slot's first
    /// mark it is not known where its copy stands, so that a gap says nothing; from then on a stream
    /// record continues its generation without a gap, or the log is not what was written. No mark
    /// mends damage by itself, because it was written by a process that may have had the lines
    /// that are damaged now; only one behind a void does, as everything is written anew between.
    func restore(_ record: Record) {
        let place = place(record.slot)
        switch record.kind {
        case .write, .copy:
            index.put(
                slot: place, key: record.key, hash: index.hash(record.key), value: record.value,
                generation: record.generation, position: record.position, expiry: record.expiry)
        case .remove, .drop:
            _ = index.remove(slot: place, key: record.key, hash: index.hash(record.key))
        case .mark, .clear, .void, .doubt:
            restoreState(slots + place, record)
        }
        switch record.kind {
        case .write, .remove: restorePosition(slots + place, record)
        case .copy, .drop: slots[place].isTouched = true
        case .mark, .clear, .void, .doubt: break
        }
    }

    private func restoreState(_ state: UnsafeMutablePointer<SlotState>, _ record: Record) {
        switch record.kind {
        case .mark:
            state.pointee.base = record.generation
            state.pointee.position = record.position
            state.pointee.isTouched = false
            if state.pointee.readBack == .holed { break }
            if state.pointee.readBack == .void || state.pointee.isDoubtful {
                state.pointee.trust()
            }
            state.pointee.readBack = .whole
        case .clear:
            index.removeAll(slot: place(record.slot))
            state.pointee.base = 0
            state.pointee.position = 0
            state.pointee.trust()
        case .void:
            index.removeAll(slot: place(record.slot))
            state.pointee.markDamaged()
            state.pointee.readBack = .void
        default:
            // Lines that a stop of the machine has lost look like damage.
            if state.pointee.isLost { state.pointee.readBack = .holed }
            state.pointee.isDamaged = true
            state.pointee.isDoubtful = true
        }
    }

    private func restorePosition(_ state: UnsafeMutablePointer<SlotState>, _ record: Record) {
        let isNext =
            record.generation == state.pointee.base
            && record.position == state.pointee.position + 1
        if isNext {
            state.pointee.position = record.position
        } else if state.pointee.readBack == .nothing || state.pointee.readBack == .headless {
            state.pointee.readBack = .headless
        } else {
            state.pointee.markDamaged()
        }
    }

    /// The log is read: a stream of which no mark was found has lost its beginning.
    func endRestore() {
        for place in 0..<Partition.slotCount where slots[place].readBack == .headless {
            slots[place].markDamaged()
        }
    }

    /// Drops the entries of a slot that this node no longer owns; its copy has no base any more.
    func clear(_ place: Int) {
        let slot = firstSlot + place
        index.removeAll(slot: place)
        slots[place].base = 0
        slots[place].position = 0
        slots[place].isTouched = false
        slots[place].trust()
        shared.append(Record(.clear, slots: slot...slot))
    }

    /// Writes a copy that replaces a damaged one so that nothing depends on the lines before it.
    ///
    /// Its mark comes behind; until that is on the disk the copy stays damaged.
    func writeAnew(_ place: Int) {
        let slot = firstSlot + place
        shared.append(Record(.void, slots: slot...slot))
        index.forEach(slot: place) { entry in append(copyOf: entry, place) }
    }

    /// Appends what a slot holds to the log once more, in steps; of a damaged copy only that it is.
    ///
    /// What is written in between may be anything: replay needs the last record of each key, and
    /// the mark at the end.
    ///
    /// - Parameters:
    ///   - place: the slot.
    ///   - position: 0, or what the step before returned.
    ///   - count: about how many entries to write.
    /// - Returns: where the next step begins; nil when the slot is done.
    func rewrite(_ place: Int, from position: UInt32, count: Int) -> UInt32? {
        let slot = firstSlot + place
        let state = slots[place]
        if state.isDamaged {
            // What the log drops must not be taken for whole because memory still has it.
            slots[place].markDamaged()
            shared.append(Record(.void, slots: slot...slot))
            return nil
        }
        let next = index.scan(slot: place, from: position, count: count) { entry in
            append(copyOf: entry, place)
        }
        if let next { return next }
        if state.base > 0 || index.count(slot: place) > 0 {
            shared.append(
                Record(mark: slot...slot, generation: state.base, position: state.position))
            // An entry behind the mark: replay then knows, too, that an install had begun.
            if state.isTouched {
                _ = index.scan(slot: place, from: 0, count: 1) { append(copyOf: $0, place) }
            }
        }
        return nil
    }

    private func append(copyOf entry: Entry, _ place: Int) {
        guard !entry.isTombstone else { return }
        shared.append(
            Record(
                kind: .copy, key: entry.key, value: entry.value, slot: firstSlot + place,
                generation: entry.generation, position: entry.position, expiry: entry.expiry))
    }
}

extension SlotState {
    /// Whether the copy cannot even be used for want of a better one.
    var isLost: Bool { isDamaged && !isDoubtful }

    /// Lines of the copy were lost: nothing of it counts.
    mutating func markDamaged() {
        isDamaged = true
        isDoubtful = false
        readBack = .whole
    }

    /// The copy counts again.
    mutating func trust() {
        isDamaged = false
        isDoubtful = false
        readBack = .whole
    }
}
