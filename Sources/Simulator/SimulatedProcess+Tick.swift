import Ring
import ServerCore

/// The end of a tick: frames out, then the log, then replies.
extension SimulatedProcess {
    func endTick() {
        passWishes()
        for worker in running?.workers ?? [] {
            endTick(of: worker)
            // It may have ended in the middle of writing.
            guard isAlive else { return }
        }
        guard let running, !running.replies.isEmpty else { return }
        let replies = running.replies
        running.replies.removeAll()
        for reply in replies { world.sendReply(reply.bytes, reply.token) }
    }

    private func endTick(of worker: Worker) {
        while true {
            let batch = worker.flush(clock: clock)
            sendFrames(worker)
            guard let batch, let running else { return }
            disk.append(
                LogBatch(
                    worker: running.workers.firstIndex { $0 === worker } ?? 0, number: batch,
                    bytes: worker.log.array(), reached: watched(by: worker)))
            worker.endBatch()
            if crashesWhileWriting { return world.crash(self) }
            if world.plan.isSyncedAlways {
                return beginSync()
            } else if disk.hasFailed {
                return failLog(running)
            }
            disk.sync(through: disk.lastTicket)
            worker.onDurable(batch: batch, clock: clock)
            passWishes()
        }
    }

    /// Hands the node what the workers want of it.
    private func passWishes() {
        guard let running else { return }
        if running.wantsConfirm {
            running.wantsConfirm = false
            carryOut(running.node.onConfirmWanted(now: monotonic))
        }
        guard !running.laterEpochsSeen.isEmpty else { return }
        for member in running.laterEpochsSeen.sorted() {
            carryOut(running.node.onLaterEpochSeen(from: member, now: monotonic))
        }
        running.laterEpochsSeen.removeAll()
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

    /// What the watched slots that a worker owns have reached.
    private func watched(by worker: Worker) -> [CopyVersion?] {
        world.watchedSlots.map { self.worker(ofSlot: $0) === worker ? version(of: $0) : nil }
    }

    // MARK: The log

    /// One sync at a time, of all that is written by then.
    func beginSync() {
        guard let running, !running.isSyncing, !isDiskStalled, disk.hasUnsynced else { return }
        running.isSyncing = true
        running.syncingBatch = disk.lastTicket
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
        running.isSyncing = false
        // After a failed sync nobody knows what is on the disk: nothing more is acknowledged.
        if disk.hasFailed { return failLog(running) }
        for batch in disk.sync(through: running.syncingBatch) {
            running.workers[batch.worker].onDurable(batch: batch.number, clock: clock)
        }
        beginSync()
    }

    private func failLog(_ running: Running) {
        for worker in running.workers { worker.onLogFailure("the simulated disk failed") }
        running.replies.removeAll()
    }

    // MARK: Directives

    /// Does what the node wants done, in the order of its ``DirectiveQueue``.
    func carryOut(_ directives: [NodeDirective]) {
        for directive in directives where running?.directives.add(directive) == true {
            perform(directive)
        }
        goOn()
    }

    func goOn() {
        while let running {
            if running.directives.underWay != nil {
                guard !running.isDirectiveUnderWay, !isDiskStalled else { return }
                running.isDirectiveUnderWay = true
                scheduleInput(.directiveDone, after: world.syncTime())
                return
            }
            guard let directive = running.directives.next() else { return }
            perform(directive)
        }
    }

    private func perform(_ directive: NodeDirective) {
        switch directive {
        case .persist, .adopt: return
        case .leases(let leases): leaveForAll(.leases(leases))
        case .send(let message, let member): world.sendMessage(message, from: number, to: member)
        case .note(let note): world.trace.note(world.now, "n\(number) \(note.words)")
        }
    }

    /// A vote or an epoch is durable; without being able to make it so a process must not go on.
    func finishDirective() {
        guard let running, let directive = running.directives.underWay else { return }
        if disk.hasFailed { return world.crash(self) }
        keep(directive)
        if case .adopt(let epoch) = directive {
            world.inspect(epoch, of: self)
            running.adoptionsMissing = running.workers.count
            leaveForAll(.adopt(epoch))
        } else {
            completeDirective()
        }
    }

    func finishAdoption() {
        guard let running else { return }
        let epoch = running.node.epoch
        dialled.formIntersection(epoch.everyone.map(\.number))
        dial(epoch)
        // What still is to be sent is said by the others too.
        if running.node.isOut { return retire() }
        completeDirective()
    }

    private func completeDirective() {
        guard let running, running.directives.underWay != nil else { return }
        running.directives.complete()
        running.isDirectiveUnderWay = false
        goOn()
    }
}
