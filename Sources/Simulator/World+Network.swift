import RESP
import ServerCore

/// The links between processes. A data link either behaves as TCP does, or it loses, doubles, holds
/// back and reorders single frames without telling anyone, which is meaner than any real one.
extension World {
    private static let redial = 50_000...250_000

    /// Sends what a worker has for a member.
    func sendFrames(_ sent: [UInt8], from sender: Int, to receiver: Int) {
        let link = links[sender][receiver]
        guard link.isUp, link.session > link.brokenSession else { return }
        let bytes = damaged(sent)
        trace.tell(now, from: sender, to: receiver) { FrameText.words(sent) }
        if plan.isOrdered {
            guard !link.isCut else { return breakLink(from: sender, to: receiver) }
            let arrival = max(now + latency(), link.lastArrival + 1)
            links[sender][receiver].lastArrival = arrival
            deliver(.frames(bytes, from: sender, session: link.session), to: receiver, at: arrival)
            return
        }
        guard !link.isCut else { return }
        for frame in splitFrames(bytes) { sendAlone(frame, from: sender, to: receiver) }
    }

    private func sendAlone(_ frame: [UInt8], from sender: Int, to receiver: Int) {
        let input = ProcessInput.frames(
            frame, from: sender, session: links[sender][receiver].session)
        if isFaulty, chance(plan.lossPermille) {
            counts.disturbedMessages += 1
            return
        }
        deliver(input, to: receiver, at: now + latency())
        // A command that arrives twice is done twice: links may hold frames back, not double those.
        if isFaulty, chance(plan.doublePermille), !isForward(frame) {
            counts.disturbedMessages += 1
            deliver(input, to: receiver, at: now + latency())
        }
    }

    private func isForward(_ frame: [UInt8]) -> Bool {
        frame.prefix(20).split(separator: 10).contains { $0.starts(with: "FORWARD".utf8) }
    }

    private func splitFrames(_ bytes: [UInt8]) -> [[UInt8]] {
        let parser = RequestParser()
        return bytes.withUnsafeBytes { memory in
            var frames: [[UInt8]] = []
            var start = 0
            while case .request = parser.next(memory) {
                frames.append(Array(memory[start..<parser.consumed]))
                start = parser.consumed
            }
            return frames
        }
    }

    /// Flips a bit of some of the log lines within frames: each has a checksum of its own, beyond
    /// the one of the transport.
    private func damaged(_ bytes: [UInt8]) -> [UInt8] {
        guard isFaulty, plan.damagePermille > 0 else { return bytes }
        var damaged = bytes
        let parser = RequestParser()
        bytes.withUnsafeBytes { memory in
            guard let base = memory.baseAddress else { return }
            while case .request = parser.next(memory) {
                let frame = parser.arguments
                let lines = frame[frame.count - 1]
                guard FrameText.carriesLines(frame), let first = lines.baseAddress,
                    !lines.isEmpty, chance(plan.damagePermille)
                else { continue }
                let offset = first - base + Int.random(in: 0..<lines.count, using: &random)
                damaged[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                counts.disturbedMessages += 1
            }
        }
        return damaged
    }

    /// Sends a message of the node; may be lost.
    func sendMessage(_ message: NodeMessage, from sender: Int, to receiver: Int) {
        let link = links[sender][receiver]
        guard link.isUp, !link.isCut else { return }
        trace.tell(now, from: sender, to: receiver) { message.words }
        if isFaulty, chance(plan.lossPermille) {
            counts.disturbedMessages += 1
            return
        }
        deliver(.message(message, from: sender), to: receiver, at: now + latency())
        if isFaulty, chance(plan.doublePermille) {
            counts.disturbedMessages += 1
            deliver(.message(message, from: sender), to: receiver, at: now + latency())
        }
    }

    private func deliver(_ input: ProcessInput, to receiver: Int, at time: Int) {
        let sender: Int
        switch input {
        case .frames(_, let from, _), .message(_, let from): sender = from
        default: return
        }
        schedule(
            .input(process: receiver, life: links[sender][receiver].receiverLife, input), at: time)
    }

    /// How long a message takes: short, with a heavy tail when the plan has one.
    func latency() -> Int {
        let usual = Int.random(in: plan.latency, using: &random)
        guard isFaulty, chance(plan.tailPermille) else { return usual }
        counts.disturbedMessages += 1
        return usual + Int.random(in: 0...plan.tailMax, using: &random)
    }

    func chance(_ permille: Int) -> Bool {
        permille > 0 && Int.random(in: 0..<1_000, using: &random) < permille
    }

    /// A process connects to a member: it is refused at once where no process listens.
    func dial(from caller: SimulatedProcess, to member: Int) {
        let link = links[caller.number][member]
        guard !link.isUp, caller.dialled.contains(member) else { return }
        guard member <= processes.count else { return redial(from: caller, to: member) }
        let target = process(member)
        let isReachable = !link.isCut && !links[member][caller.number].isCut
        let answer = now + 2 * latency()
        guard isReachable, !target.isPaused else { return redial(from: caller, to: member) }
        if target.isAlive {
            schedule(
                .input(
                    process: caller.number, life: caller.life,
                    .linkUp(member: member, memberLife: target.life)), at: answer)
        } else {
            schedule(
                .input(process: caller.number, life: caller.life, .refused(member: member)),
                at: answer)
            redial(from: caller, to: member)
        }
    }

    func redial(from caller: SimulatedProcess, to member: Int) {
        let delay = Int.random(in: World.redial, using: &random)
        schedule(
            .input(process: caller.number, life: caller.life, .dial(member: member)),
            at: now + delay)
    }

    /// Notes a new connection; nil when the member's process has ended meanwhile.
    func connect(_ caller: SimulatedProcess, to member: Int, memberLife: Int) -> Bool {
        let target = process(member)
        guard let epoch = target.running?.node.epoch, target.life == memberLife else {
            return false
        }
        guard epoch.everyone.contains(where: { $0.number == caller.number }) else {
            // The handshake says since which epoch the caller is not known; see the real shell.
            if epoch.number > caller.running?.node.epoch.number ?? 0 { caller.retire() }
            return false
        }
        links[caller.number][member].session += 1
        links[caller.number][member].isUp = true
        links[caller.number][member].receiverLife = memberLife
        links[caller.number][member].lastArrival = now
        return true
    }

    /// Everything under way on a link is lost; its sender learns it sooner or later.
    func breakLink(from sender: Int, to receiver: Int) {
        let link = links[sender][receiver]
        guard link.isUp, link.session > link.brokenSession else { return }
        links[sender][receiver].brokenSession = link.session
        noticeBroken(from: sender, to: receiver)
    }

    func noticeBroken(from sender: Int, to receiver: Int) {
        let link = links[sender][receiver]
        guard link.isUp else { return }
        let delay = chance(300) ? Int.random(in: 0...1_500_000, using: &random) : latency()
        let caller = process(sender)
        schedule(
            .input(
                process: sender, life: caller.life,
                .linkDown(member: receiver, session: link.session)), at: now + delay)
    }

    /// A process is gone: so are its connections, and those to it.
    func dropLinks(of number: Int) {
        for other in processes where other.number != number {
            links[number][other.number].isUp = false
            noticeBroken(from: other.number, to: number)
        }
    }
}
