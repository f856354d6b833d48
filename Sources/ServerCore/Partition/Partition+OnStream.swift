import Glibc
import Log

extension Partition {
    /// Records of the ordered streams that this node follows (rules 2 and 8): stored only if the
    /// copy has the stream's generation as base and the position before; the line goes into the
    /// own log as it came.
    func onStream(_ lines: UnsafeRawBufferPointer, from home: Int) {
        forEachLine(lines) { line in
            guard let record = decode(line), record.kind == .write || record.kind == .remove,
                record.slot >> 10 == number
            else { return }
            take(record, line, from: home)
        }
    }

    private func take(_ record: Record, _ line: UnsafeRawBufferPointer, from home: Int) {
        let place = place(record.slot)
        let state = slots + place
        let isOpen =
            state.pointee.generation == record.generation
            && shared.hotArcs[Int(state.pointee.arc)].home == Int32(home)
        guard isOpen || shared.planted.contains(.noSeal) else {
            refuse(place, to: home)
            if record.generation > state.pointee.generation {
                shared.output.laterEpochSeen(from: home)
            }
            return
        }
        let arc = shared.hotArcs[Int(state.pointee.arc)]
        if arc.selfIndex < 0, isOpen {
            if arc.isLearner { learn(record, place, from: home) } else { refuse(place, to: home) }
            return
        }
        let isOfBase =
            state.pointee.base == record.generation || shared.planted.contains(.takesAnyBase)
        guard isOfBase, !state.pointee.isDamaged,
            shared.writesStopped == nil, !shared.isCongested
        else {
            refuse(place, to: home)
            return
        }
        if record.position <= state.pointee.position {
            acknowledge(place, to: home)
            return
        }
        guard
            record.position == state.pointee.position + 1 || shared.planted.contains(.takesGaps)
        else {
            refuse(place, to: home)
            return
        }
        shared.log.append(line)
        shared.log.append(UInt8(ascii: "\n"))
        shared.records += 1
        state.pointee.position = record.position
        let hash = index.hash(record.key)
        if record.kind == .write {
            index.put(
                slot: place, key: record.key, hash: hash, value: record.value,
                generation: record.generation, position: record.position, expiry: record.expiry)
        } else {
            _ = index.remove(slot: place, key: record.key, hash: hash)
        }
        shared.undurable.append(
            .acknowledge(
                home: home, slot: record.slot, generation: record.generation,
                position: record.position),
            after: shared.planted.contains(.acknowledgesEarly) ? 0 : shared.batch)
    }
}
