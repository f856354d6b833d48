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
        case .dial(let member): world.dial(from: self, to: member)
        case .linkUp(let member, let memberLife): connected(to: member, life: memberLife)
        case .linkDown(let member, let session): disconnected(from: member, session: session)
        case .refused(let member):
            let directives = running?.node.onRefused(member, now: monotonic) ?? []
            carryOut(directives)
        case .request(let client, let operation, let command):
            submit(command, client: client, operation: operation)
        }
    }

    private func tick() {
        running?.worker.onTick(clock: clock)
        running?.ticks += 1
        if let worker = running?.worker,
            (running?.ticks ?? 0) % SimulatedProcess.ticksPerReport == 0
        {
            running?.node.onSlotReport(worker.slotReport())
        }
        let directives = running?.node.onTick(now: monotonic) ?? []
        carryOut(directives)
        scheduleInput(.tick, after: SimulatedProcess.tickInterval)
    }

    private func takeFrames(_ bytes: [UInt8], from sender: Int) {
        guard let worker = running?.worker else { return }
        let parser = RequestParser()
        bytes.withUnsafeBytes { memory in
            while case .request = parser.next(memory) {
                if !worker.onFrame(parser.arguments, from: sender, clock: clock) {
                    world.violate(.malformedFrame, "n\(sender) → n\(number)")
                }
            }
            if parser.consumed != memory.count {
                world.violate(.malformedFrame, "n\(sender) → n\(number): not whole")
            }
        }
    }

    private func connected(to member: Int, life memberLife: Int) {
        guard world.connect(self, to: member, memberLife: memberLife) else {
            world.redial(from: self, to: member)
            return
        }
        world.trace.note(world.now, "n\(number) → n\(member) connected")
        running?.worker.onLink(to: member, isUp: true, clock: clock)
    }

    private func disconnected(from member: Int, session: Int) {
        let link = world.links[number][member]
        guard link.isUp, link.session == session else { return }
        world.trace.note(world.now, "n\(number) → n\(member) disconnected")
        world.links[number][member].isUp = false
        running?.worker.onLink(to: member, isUp: false, clock: clock)
        world.dial(from: self, to: member)
    }

    private func submit(_ command: [[UInt8]], client: Int, operation: Int) {
        guard let worker = running?.worker else { return }
        let token = RequestToken(kind: .connection, worker: 0, owner: client, sequence: operation)
        let reply = world.replyBuffer
        reply.clear()
        withArguments(command) { arguments in
            guard let id = world.commandID(arguments) else { return }
            let disposition = worker.submit(
                id, arguments, token: token, version: .two, clock: clock, reply: reply)
            if disposition == .replied { running?.replies.append((token, reply.array())) }
        }
    }
}
