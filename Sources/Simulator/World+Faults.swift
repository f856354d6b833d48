/// Faults, one after the other, of the kinds that the plan has.
extension World {
    private static let outageMin = 20_000

    /// How long a fault lasts: often shorter than a lease, so that promises are still out.
    private func outage() -> Int {
        let longest = chance(333) ? 120_000 : plan.outageMax
        return Int.random(in: World.outageMin...longest, using: &random)
    }

    func startFaults() {
        schedule(.fault, at: 200_000 + Int.random(in: plan.faultInterval, using: &random))
    }

    func injectFault() {
        guard isFaulty else { return }
        schedule(.fault, at: now + Int.random(in: plan.faultInterval, using: &random))
        let kind = plan.kinds[Int.random(in: 0..<plan.kinds.count, using: &random)]
        let target = processes[Int.random(in: 0..<processes.count, using: &random)]
        let other = processes[Int.random(in: 0..<processes.count, using: &random)]
        switch kind {
        case .crash: crash(target)
        case .crashWithinTick:
            guard target.isAlive, !target.isPaused else { return }
            target.crashesWhileWriting = true
        case .crashAll:
            guard chance(250) else { return }
            for process in processes { crash(process) }
        case .pause: pause(target)
        case .cut: cut(target, other)
        case .isolate:
            for process in processes {
                cut(target, process)
                cut(process, target)
            }
            counts.faults += 1
        case .reset:
            counts.faults += 1
            breakLink(from: target.number, to: other.number)
            if chance(700) { breakLink(from: other.number, to: target.number) }
        case .stallDisk: stall(target)
        }
    }

    /// Ends a process, and starts it again later.
    func crash(_ process: SimulatedProcess) {
        guard process.isAlive else { return }
        counts.faults += 1
        counts.crashes += 1
        process.crash()
        let delay = isFaulty ? outage() : 1_000
        schedule(.restart(process: process.number), at: now + delay)
    }

    func restart(_ process: SimulatedProcess) {
        guard !process.isAlive else { return }
        process.start()
        inspect(process)
    }

    private func pause(_ process: SimulatedProcess) {
        guard process.isAlive, !process.isPaused else { return }
        counts.faults += 1
        process.isPaused = true
        let time = outage()
        trace.note(now, "n\(process.number) pauses for \(time)")
        schedule(.resume(process: process.number), at: now + time)
    }

    func resume(_ process: SimulatedProcess) {
        guard process.isAlive, process.isPaused else { return }
        process.isPaused = false
        trace.note(now, "n\(process.number) goes on")
        let held = process.held
        process.held = []
        for input in held {
            schedule(.input(process: process.number, life: process.life, input), at: now)
        }
    }

    private func cut(_ sender: SimulatedProcess, _ receiver: SimulatedProcess) {
        guard sender.number != receiver.number else { return }
        counts.faults += 1
        setCut(true, from: sender.number, to: receiver.number)
        schedule(
            .heal(from: sender.number, to: receiver.number),
            at: now + outage())
    }

    private func stall(_ process: SimulatedProcess) {
        guard !process.isDiskStalled else { return }
        counts.faults += 1
        process.isDiskStalled = true
        trace.note(now, "n\(process.number)'s disk stalls")
        schedule(
            .endStall(process: process.number),
            at: now + outage())
    }

    /// Nothing goes wrong any more, and what went wrong is put right.
    func endFaults() {
        isFaulty = false
        isAsking = false
        trace.note(now, "the faults end")
        for process in processes {
            process.crashesWhileWriting = false
            restart(process)
            resume(process)
            process.endStall()
            for other in processes { setCut(false, from: process.number, to: other.number) }
        }
    }
}
