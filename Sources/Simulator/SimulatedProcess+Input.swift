import RESP
import ServerCore

/// One input, and the end of the tick that it makes.
extension SimulatedProcess {
    func take(_ input: ProcessInput) {
        guard running != nil else { return }
        if isPaused {
            held.append(input)
            return
        }
        perform(input)
        endTick()
    }

    private func perform(_ input: ProcessInput) {
        switch input {
        case .tick: tick()
        case .frames(let bytes, let sender, let session):
            guard session > world.links[sender][number].brokenSession else { return }
            takeFrames(bytes, from: sender)
        case .message(let message, let sender):
            let directives = running?.node.onMessage(message, from: sender, now: monotonic) ?? []
            carryOut(directives)
        case .synced: finishSync()
        case .directiveDone: finishDirective()
        case .mail(let worker): openMail(of: worker)
        case .dial(let member): world.dial(from: self, to: member)
        case .linkUp(let member, let memberLife): connected(to: member, life: memberLife)
        case .linkDown(let member, let session): disconnected(from: member, session: session)
        case .refused(let member):
            let directives = running?.node.onRefused(member, now: monotonic) ?? []
            carryOut(directives)
        case .request(let client, let operation, let command):
            submit(command, client: client, operation: operation)
        case .hint(let key): running?.workers[0].prefetch([key], clock: clock)
        case .stop: beginStop()
        case .change(let request):
            carryOut(running?.node.onRequest(request, now: monotonic) ?? [])
        }
    }

    private func tick() {
        guard let running else { return }
        for worker in running.workers { worker.onTick(clock: clock) }
        running.ticks += 1
        if running.ticks % SimulatedProcess.ticksPerReport == 0 { reportSlots(running) }
        carryOut(running.node.onTick(now: monotonic))
        scheduleInput(.tick, after: SimulatedProcess.tickInterval)
        pursueStop()
    }

    /// Adds the workers' accounts up, unless one of them acts by another epoch.
    private func reportSlots(_ running: Running) {
        let reports = running.workers.map { $0.slotReport() }
        guard let first = reports.first, reports.allSatisfy({ $0.epoch == first.epoch }) else {
            return
        }
        guard reports.count > 1 else { return running.node.onSlotReport(first) }
        let level = reports.dropFirst().reduce(Set(first.level)) { $0.intersection($1.level) }
        let unsettled = Set(reports.flatMap(\.unsettled))
        let isCopied = reports.allSatisfy { $0.copied == first.copied }
        running.node.onSlotReport(
            SlotReport(
                epoch: first.epoch, unsettled: unsettled.sorted(), level: level.sorted(),
                copied: isCopied ? first.copied : 0,
                sharedUntil: reports.map(\.sharedUntil).max() ?? 0))
    }

    private func takeFrames(_ bytes: [UInt8], from sender: Int) {
        let parser = RequestParser()
        bytes.withUnsafeBytes { memory in
            while case .request = parser.next(memory) {
                guard let worker = worker(for: FrameTarget(parser.arguments)),
                    worker.onFrame(parser.arguments, from: sender, clock: clock)
                else {
                    world.violate(.malformedFrame, "n\(sender) → n\(number)")
                    return
                }
            }
            if parser.consumed != memory.count {
                world.violate(.malformedFrame, "n\(sender) → n\(number): not whole")
            }
        }
    }

    private func worker(for target: FrameTarget) -> Worker? {
        guard let workers = running?.workers else { return nil }
        switch target {
        case .partition(let number), .worker(let number):
            return workers.indices.contains(number) ? workers[number] : nil
        case .any:
            return workers.count == 1 ? workers[0] : workers.randomElement(using: &world.random)
        case .invalid: return nil
        }
    }

    private func connected(to member: Int, life memberLife: Int) {
        guard world.connect(self, to: member, memberLife: memberLife) else {
            world.redial(from: self, to: member)
            return
        }
        world.trace.note(world.now, "n\(number) → n\(member) connected")
        setLink(to: member, isUp: true)
    }

    private func disconnected(from member: Int, session: Int) {
        let link = world.links[number][member]
        guard link.isUp, link.session == session else { return }
        world.trace.note(world.now, "n\(number) → n\(member) disconnected")
        world.links[number][member].isUp = false
        setLink(to: member, isUp: false)
        world.dial(from: self, to: member)
    }

    private func setLink(to member: Int, isUp: Bool) {
        for worker in running?.workers ?? [] {
            worker.onLink(to: member, isUp: isUp, clock: clock)
        }
    }

    private func submit(_ command: [[UInt8]], client: Int, operation: Int) {
        guard let running else { return }
        let place = client % running.workers.count
        let token = RequestToken(
            kind: .connection, worker: place, owner: client, sequence: operation)
        let reply = world.replyBuffer
        reply.clear()
        withArguments(command) { arguments in
            guard let id = world.commandID(arguments) else { return }
            let disposition = running.workers[place].submit(
                id, arguments, token: token, version: .two, clock: clock, reply: reply)
            if disposition == .replied { running.replies.append((token, reply.array())) }
        }
    }
}
