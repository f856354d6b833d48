/// Faults, one after the other, of the kinds that the plan has.
extension World {
    private static let outageMin = 20_000

    /// How long a fault lasts: often shorter than a lease, so that promises are still out.
    func outage() -> Int {
        let longest = chance(333) ? 120_000 : plan.outageMax
        return Int.random(in: World.outageMin...longest, using: &random)
    }

    func startFaults() {
        schedule(.fault, at: 200_000 + Int.random(in: plan.faultInterval, using: &random))
        schedule(.lookAfterMembers, at: World.careInterval)
        if plan.switchesCoherence { schedule(.switchCoherence, at: World.careInterval) }
    }

    func injectFault() {
        guard isFaulty else { return }
        schedule(.fault, at: now + Int.random(in: plan.faultInterval, using: &random))
        let kind = plan.kinds[Int.random(in: 0..<plan.kinds.count, using: &random)]
        let present = processes.filter { !$0.isGone }
        let target = present[Int.random(in: 0..<present.count, using: &random)]
        let other = present[Int.random(in: 0..<present.count, using: &random)]
        inject(kind, target, other)
    }

    private func inject(_ kind: FaultKind, _ target: SimulatedProcess, _ other: SimulatedProcess) {
        switch kind {
        case .crash: crash(target)
        case .crashWithinTick:
            guard target.isAlive, !target.isPaused else { return }
            target.crashesWhileWriting = true
        case .crashAll:
            guard chance(250) else { return }
            for process in processes { crash(process) }
        case .stop: stop(target)
        case .pause: pause(target)
        case .cut: cutFor(outage(), [(target.number, other.number)])
        case .isolate: isolate(target)
        case .split: split()
        case .bridge: bridge(target)
        case .unravel: unravel()
        case .reset:
            counts.faults += 1
            breakLink(from: target.number, to: other.number)
            if chance(700) { breakLink(from: other.number, to: target.number) }
        case .stallDisk: stall(target)
        case .failDisk: failDisk(target)
        case .rot: rot(target)
        case .wallJump:
            counts.faults += 1
            let jump = Int.random(in: -3_000...3_000, using: &random)
            target.wallOffset += jump
            trace.note(now, "n\(target.number)'s wall clock is set by \(jump) ms")
        case .loseDisk: loseDisk(target)
        case .join, .leave, .evict, .cancel, .replicas, .rebalance: change(kind)
        }
    }

    /// Makes sure that a run contains a change of epoch: a home falls silent for long enough.
    func forceEpochChange() {
        guard let target = processes.filter(\.isAlive).randomElement(using: &random) else { return }
        crash(target, for: 2 * newestEpoch.settings.suspectMilliseconds * 1_000)
    }

    // MARK: Processes

    /// Ends a process, and starts it again later.
    func crash(_ process: SimulatedProcess, for time: Int? = nil) {
        guard process.isAlive else { return }
        counts.faults += 1
        counts.crashes += 1
        process.crash()
        let delay = isFaulty ? time ?? outage() : 1_000
        schedule(.restart(process: process.number), at: now + delay)
    }

    /// A process has come to its end in good order; it is started again later.
    func end(_ process: SimulatedProcess) {
        process.leaveWorld()
        schedule(.restart(process: process.number), at: now + (isFaulty ? outage() : 1_000))
    }

    func restart(_ process: SimulatedProcess) {
        guard !process.isAlive, !process.isGone else { return }
        process.start()
        inspect(process)
    }

    private func stop(_ process: SimulatedProcess) {
        guard process.isAlive, process.running?.stopsSince == nil else { return }
        counts.faults += 1
        schedule(.input(process: process.number, life: process.life, .stop), at: now)
    }

    func pause(_ process: SimulatedProcess, for time: Int? = nil) {
        guard process.isAlive, !process.isPaused else { return }
        counts.faults += 1
        process.isPaused = true
        let time = time ?? outage()
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

    // MARK: Disks

    private func stall(_ process: SimulatedProcess) {
        guard !process.isDiskStalled else { return }
        counts.faults += 1
        process.isDiskStalled = true
        trace.note(now, "n\(process.number)'s disk stalls")
        schedule(.endStall(process: process.number), at: now + outage())
    }

    /// Writing fails until the process is started again, as it does on a full disk.
    private func failDisk(_ process: SimulatedProcess) {
        guard process.isAlive, !process.disk.hasFailed else { return }
        counts.faults += 1
        process.disk.hasFailed = true
        trace.note(now, "n\(process.number)'s disk fails")
        schedule(.crash(process: process.number, life: process.life), at: now + outage())
    }

    /// Damages a synced record; only where all other copies are sound, so that a majority is.
    private func rot(_ process: SimulatedProcess) {
        guard mayLose(process), process.disk.damage(using: &random) else { return }
        trace.note(now, "a record on n\(process.number)'s disk is damaged")
        crash(process)
    }

    /// Nothing goes wrong any more, and what went wrong is put right.
    func endFaults() {
        isFaulty = false
        isAsking = false
        trace.note(now, "the faults end")
        for process in processes {
            process.crashesWhileWriting = false
            if process.disk.hasFailed, process.isAlive { crash(process) }
            restart(process)
            resume(process)
            process.endStall()
            for other in processes { links[process.number][other.number].cuts = 0 }
        }
    }
}
