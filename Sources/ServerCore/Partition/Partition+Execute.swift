import Bytes
import Commands
import Log
import RESP

extension Partition {
    /// What became of a command at the partition of its key.
    enum Execution {
        /// The reply is in the buffer.
        case replied
        /// The reply waits for a commit or for a confirm round.
        case held
        /// This node is not the home, or not yet: nothing was done.
        case notServing
    }

    /// Runs a one-key command on the newest value, uncommitted ones included (rules 8 to 10).
    ///
    /// The key is at index 1 of the arguments; the reply goes into `reply` when it may leave at once.
    func execute(
        _ id: CommandID, _ arguments: Arguments, slot: Int, token: RequestToken, clock: Clock,
        version: ProtocolVersion, reply: OutputBuffer
    ) -> Execution {
        let place = place(slot)
        let state = slots + place
        guard state.pointee.phase == .serving else { return .notServing }
        let key = arguments[1]
        let hash = index.hash(key)
        let entry = index.find(slot: place, key: key, hash: hash)
        var awaited = 0
        var view: EntryView?
        if let entry {
            if entry.generation == state.pointee.generation,
                entry.position > state.pointee.committed,
                !shared.planted.contains(.readsPending)
            {
                awaited = entry.position
            }
            if entry.isTombstone {
                view = nil
            } else if EntryView.isExpired(entry.expiry, at: clock.wall) {
                // Expiry is a write: its removal is committed before anything is answered.
                guard shared.writesStopped == nil else { return refuseWrite(reply) }
                awaited = remove(place, key: key, hash: hash, clock: clock)
            } else {
                view = EntryView(value: entry.value, expiry: entry.expiry)
            }
        }
        let replyStart = reply.count
        let change = shared.evaluator.evaluate(
            id, arguments, entry: view, now: clock.wall, protocolVersion: version, reply: reply,
            scratch: shared.scratch)
        if change == .none {
            let isRefusal =
                shared.planted.contains(.refusesEarly)
                && CommandTable.shape(id).flags.contains(.write)
            if awaited <= state.pointee.committed || awaited == 0 || isRefusal
                || mayAnswerEarly(token, place),
                clock.now < shared.hotArcs[Int(state.pointee.arc)].leaseUntil
            {
                return .replied
            }
            hold(
                place, position: awaited, token: token, reply: reply, from: replyStart,
                isWrite: false, clock: clock)
            return .held
        }
        if shared.writesStopped != nil {
            reply.truncate(to: replyStart)
            return refuseWrite(reply)
        }
        let position = apply(change, place, arguments: arguments, hash: hash, clock: clock)
        if mayAnswerEarly(token, place) { return .replied }
        // A large value takes its time to every disk: its deadline is later.
        let extra = arguments.count > 2 ? OperationTime.extra(bytes: arguments[2].count) : 0
        hold(
            place, position: position, token: token, reply: reply, from: replyStart,
            isWrite: true, clock: Clock(now: clock.now + extra, wall: clock.wall))
        return .held
    }

    /// Whether a reply may leave although what it depends on is not committed yet: this node has the
    /// only copy, a written batch counts as durable, and the reply leaves behind this tick's batch.
    private func mayAnswerEarly(_ token: RequestToken, _ place: Int) -> Bool {
        shared.isDurableAtFlush && arc(place).followerCount == 1
            && token.follows(logOf: shared.worker) && sharers.announcements.isEmpty
            && shared.writesStopped == nil
    }

    private func refuseWrite(_ reply: OutputBuffer) -> Execution {
        let reason = shared.writesStopped ?? ""
        // After a failure for good there will be another home to ask; a full disk is for people.
        let code = shared.isLogLost ? "CLUSTERDOWN" : "MISCONF"
        ReplyWriter(reply).error("\(code) this node takes no writes: \(reason); not done")
        return .replied
    }

    private func apply(
        _ change: Change, _ place: Int, arguments: Arguments, hash: UInt64, clock: Clock
    ) -> Int {
        let key = arguments[1]
        switch change {
        case .none:
            return 0
        case .remove:
            return remove(place, key: key, hash: hash, clock: clock)
        case .put(let source, let expiry):
            let position = slots[place].position + 1
            let generation = slots[place].generation
            var record = Record(
                kind: .write, key: key, value: key, slot: firstSlot + place,
                generation: generation, position: position,
                expiry: min(expiry, RecordLimits.numberMax - 1))
            switch source {
            case .argument(let argument): record.value = arguments[argument]
            case .scratch: record.value = shared.scratch.bytes
            case .same:
                guard let entry = index.find(slot: place, key: key, hash: hash) else { return 0 }
                record.value = entry.value
            }
            write(place, record, clock: clock)
            if source == .same {
                _ = index.setExpiry(
                    slot: place, key: key, hash: hash, generation: generation,
                    position: position, expiry: record.expiry)
            } else {
                index.put(
                    slot: place, key: key, hash: hash, value: record.value,
                    generation: generation, position: position, expiry: record.expiry)
            }
            return position
        }
    }

    /// Writes the removal of a key that is there.
    ///
    /// - Returns: the removal's position.
    func remove(
        _ place: Int, key: UnsafeRawBufferPointer, hash: UInt64, clock: Clock
    ) -> Int {
        let position = slots[place].position + 1
        let generation = slots[place].generation
        let record = Record(
            kind: .remove, key: key, value: UnsafeRawBufferPointer(start: nil, count: 0),
            slot: firstSlot + place, generation: generation, position: position, expiry: 0)
        write(place, record, clock: clock)
        burials[place, default: []].append(Burial(position: position, key: Array(key)))
        index.bury(slot: place, key: key, hash: hash, generation: generation, position: position)
        return position
    }

    /// Gives a record the next position: to the own log and to the members at the same time.
    private func write(_ place: Int, _ record: Record, clock: Clock) {
        isQuiet = false
        let state = slots + place
        let start = shared.log.count
        shared.append(record)
        state.pointee.position = record.position
        let arc = shared.hotArcs[Int(state.pointee.arc)]
        if shared.isWatching || !watchers.isEmpty { tellWatchers(record.key) }
        if !sharers.keys.isEmpty {
            tellSharers(place, record.key, position: record.position, clock: clock)
        }
        let line = shared.log.bytes(in: start..<shared.log.count)
        for replica in 0..<Int(arc.followerCount) where replica != Int(arc.selfIndex) {
            let follower = follower(place, replica)
            guard follower.pointee.state == .streaming || follower.pointee.state == .installing,
                let link = shared.link(to: Int(arc.members[replica]))
            else { continue }
            if follower.pointee.acknowledged >= record.position - 1 {
                follower.pointee.since = clock.now
            }
            link.stream(line, partition: number)
            copyCounts.messages.records += 1
        }
        shared.undurable.append(
            .own(
                slot: firstSlot + place, generation: record.generation,
                position: record.position),
            after: shared.batch)
    }

    private func hold(
        _ place: Int, position: Int, token: RequestToken, reply: OutputBuffer, from start: Int,
        isWrite: Bool, clock: Clock
    ) {
        isQuiet = false
        let bytes = reply.bytes(in: start..<reply.count)
        let isOK = HoldPool.okReply.withUnsafeBytes { bytesEqual($0, bytes) }
        let hold = Hold(
            position: position, token: token, reply: isOK ? HoldPool.okReply : Array(bytes),
            since: clock.now, isWrite: isWrite)
        reply.truncate(to: start)
        if !isWrite, position <= slots[place].committed || position == 0 {
            confirm(hold, place)
        } else {
            shared.holds.append(hold, to: slots + place)
        }
    }

    /// Lets a read wait for a confirm round that begins after it was asked.
    func confirm(_ hold: Hold, _ place: Int) {
        shared.unconfirmed.append(
            UnconfirmedRead(
                slot: firstSlot + place, generation: slots[place].generation,
                since: hold.since, token: hold.token, reply: hold.reply))
        shared.output.confirmWanted()
    }
}
