import Log
import Ring
import ServerCore

/// Start, crash, pause.
extension SimulatedProcess {
    /// Starts the process on what its disk holds.
    func start() {
        life += 1
        isPaused = false
        crashesWhileWriting = false
        let epoch =
            world.options.planted.contains(.forgetsEpoch) ? disk.foundingEpoch : disk.epoch
        let lease = epoch.settings.leaseMilliseconds * 1_000
        var configuration = WorkerConfiguration(
            number: number, incarnation: life, partitions: partitions,
            isDurableAtFlush: !world.plan.isSyncedAlways,
            quietUntil: life == 1 ? 0 : monotonic + lease, seed: world.random.next())
        configuration.planted = world.options.planted
        let worker = Worker(configuration, epoch: epoch, output: self)
        let node = Node(
            number: number, incarnation: life, epoch: epoch, vote: disk.vote, now: monotonic,
            seed: world.random.next())
        running = Running(node: node, worker: worker)
        replay(into: worker)
        checkNothingForgotten(worker)
        worker.start(clock: clock)
        world.inspect(epoch, of: self)
        world.trace.note(world.now, "n\(number) starts, incarnation \(life), epoch \(epoch.number)")
        scheduleInput(
            .tick, after: Int.random(in: 0...SimulatedProcess.tickInterval, using: &world.random))
        for other in world.processes where other.number != number {
            scheduleInput(.dial(member: other.number), after: world.latency())
        }
        endTick()
    }

    private func replay(into worker: Worker) {
        let scanner = LogScanner()
        var refusal: LogRefusal?
        disk.synced.withUnsafeBytes { bytes in
            scanner.feed(bytes) { finding in
                switch finding {
                case .header: break
                case .record(let record): worker.restore(record)
                case .damage(let damage): worker.markDamaged(slot: damage.slot)
                case .refusal(let reason): refusal = reason
                }
                return refusal == nil
            }
        }
        if let refusal { world.violate(.unreadableLog, "n\(number): \(refusal)") }
        if let tail = scanner.finish() {
            world.trace.note(world.now, "n\(number) cuts a torn tail of \(tail.bytes) bytes")
            disk.synced.removeLast(disk.synced.count - tail.offset)
        }
    }

    /// What was durable once must be there again.
    private func checkNothingForgotten(_ worker: Worker) {
        for slot in world.watchedSlots {
            let restored = version(of: slot, worker)
            if let reached = disk.reached[slot], restored < reached {
                world.violate(
                    .copyFell,
                    "n\(number) slot \(slot): \(restored) after a restart, \(reached) before")
            }
            disk.reached[slot] = restored
        }
    }

    func version(of slot: Int, _ worker: Worker) -> CopyVersion {
        let (base, position) = worker.copyVersion(slot: slot)
        return CopyVersion(base: base, position: position)
    }

    /// The process ends at once; what it had not synced may be lost, whole or in part.
    func crash() {
        guard let running else { return }
        world.trace.note(world.now, "n\(number) crashes")
        if running.isDirectiveUnderWay, let directive = running.directives.first,
            Bool.random(using: &world.random)
        {
            keep(directive)
        }
        let unsynced = disk.unsyncedBytes
        let kept: Int =
            switch Int.random(in: 0..<4, using: &world.random) {
            case 0: 0
            case 1: unsynced
            default: Int.random(in: 0...unsynced, using: &world.random)
            }
        disk.tear(keeping: kept)
        self.running = nil
        isPaused = false
        held = []
        world.dropLinks(of: number)
        world.loseRequests(at: number)
        world.lastVersions[number] = [:]
    }

    /// Makes a vote or an epoch durable.
    func keep(_ directive: NodeDirective) {
        switch directive {
        case .persist(let vote): disk.vote = vote
        case .adopt(let epoch): disk.epoch = epoch
        case .leases, .send, .note: break
        }
    }

    func scheduleInput(_ input: ProcessInput, after delay: Int) {
        world.schedule(.input(process: number, life: life, input), at: world.now + delay)
    }
}
