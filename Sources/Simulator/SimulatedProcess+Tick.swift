import Ring
import ServerCore

/// The end of a tick: frames out, then the log, then replies.
extension SimulatedProcess {
    func endTick() {
        passWishes()
        while let worker = running?.worker {
            let batch = worker.flush(clock: clock)
            sendFrames(worker)
            guard let batch else { break }
            disk.unsynced.append(
                LogBatch(number: batch, bytes: worker.log.array(), reached: watched(worker)))
            worker.endBatch()
            if crashesWhileWriting { return world.crash(self) }
            if world.plan.isSyncedAlways {
                beginSync()
            } else {
                disk.sync(through: batch)
                worker.onDurable(batch: batch, clock: clock)
                passWishes()
            }
        }
        let replies = running?.replies ?? []
        running?.replies.removeAll()
        for reply in replies { world.sendReply(reply.bytes, reply.token) }
    }

    /// Hands the node what the worker wants of it.
    private func passWishes() {
        guard let running else { return }
        if running.wantsConfirm {
            self.running?.wantsConfirm = false
            let directives = self.running?.node.onConfirmWanted(now: monotonic) ?? []
            carryOut(directives)
        }
        for member in running.laterEpochsSeen.sorted() {
            let directives =
                self.running?.node.onLaterEpochSeen(from: member, now: monotonic) ?? []
            carryOut(directives)
        }
        self.running?.laterEpochsSeen.removeAll()
    }

    private func sendFrames(_ worker: Worker) {
        for member in worker.linkedMembers {
            guard let out = worker.outgoing(to: member), !out.isEmpty else { continue }
            let bytes = out.array()
            out.clear()
            world.trace.fold(bytes)
            world.sendFrames(bytes, from: number, to: member)
        }
    }

    private func watched(_ worker: Worker) -> [Int: CopyVersion] {
        var versions: [Int: CopyVersion] = [:]
        for slot in world.watchedSlots { versions[slot] = version(of: slot, worker) }
        return versions
    }

    // MARK: The log

    /// One sync at a time, of all that is written by then.
    func beginSync() {
        guard running?.isSyncing == false, !isDiskStalled, let last = disk.unsynced.last else {
            return
        }
        running?.isSyncing = true
        running?.syncingBatch = last.number
        scheduleInput(.synced, after: world.syncTime())
    }

    /// The disk goes on.
    func endStall() {
        isDiskStalled = false
        beginSync()
        goOn()
    }

    func finishSync() {
        guard let running else { return }
        disk.sync(through: running.syncingBatch)
        self.running?.isSyncing = false
        running.worker.onDurable(batch: running.syncingBatch, clock: clock)
        beginSync()
    }

    // MARK: Directives

    /// Queues what the node wants done; each is complete before the next is begun.
    func carryOut(_ directives: [NodeDirective]) {
        running?.directives.append(contentsOf: directives)
        goOn()
    }

    func goOn() {
        while running?.isDirectiveUnderWay == false, let directive = running?.directives.first {
            switch directive {
            case .persist, .adopt:
                guard !isDiskStalled else { return }
                running?.isDirectiveUnderWay = true
                scheduleInput(.directiveDone, after: world.syncTime())
            case .leases(let leases):
                running?.directives.removeFirst()
                running?.worker.setLeases(leases, clock: clock)
            case .send(let message, let member):
                running?.directives.removeFirst()
                world.sendMessage(message, from: number, to: member)
            case .note(let note):
                running?.directives.removeFirst()
                world.trace.note(world.now, "n\(number) \(note)")
            }
        }
    }

    func finishDirective() {
        guard let directive = running?.directives.popFirst() else { return }
        running?.isDirectiveUnderWay = false
        keep(directive)
        if case .adopt(let epoch) = directive {
            world.inspect(epoch, of: self)
            running?.worker.adopt(epoch, clock: clock)
        }
        goOn()
    }
}
