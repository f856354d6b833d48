import Log
import Ring
import ServerCore

/// Start and end.
extension SimulatedProcess {
    /// Starts the process on what its disk holds.
    func start() {
        life += 1
        dialled = []
        isPaused = false
        crashesWhileWriting = false
        disk.hasFailed = false
        let epoch =
            world.options.planted.contains(.forgetsEpoch) ? disk.foundingEpoch : disk.epoch
        let workers = (0..<world.plan.workers).map { makeWorker($0, epoch) }
        let node = Node(
            number: number, incarnation: life, epoch: epoch, vote: disk.vote, now: monotonic,
            seed: world.random.next())
        running = Running(node: node, workers: workers)
        replay(into: workers)
        checkNothingForgotten()
        for worker in workers { worker.start(clock: clock) }
        world.inspect(epoch, of: self)
        world.trace.note(world.now, "n\(number) starts, incarnation \(life), epoch \(epoch.number)")
        scheduleInput(
            .tick, after: Int.random(in: 0...SimulatedProcess.tickInterval, using: &world.random))
        dial(epoch)
        endTick()
    }

    /// Connects to everyone that an epoch names.
    func dial(_ epoch: RingEpoch) {
        for member in epoch.everyone where member.number != number {
            if dialled.insert(member.number).inserted {
                scheduleInput(.dial(member: member.number), after: world.latency())
            }
        }
    }

    private func makeWorker(_ place: Int, _ epoch: RingEpoch) -> Worker {
        let lease = epoch.settings.leaseMilliseconds * 1_000
        var configuration = WorkerConfiguration(
            number: number, incarnation: life, worker: place, partitions: [place],
            isDurableAtFlush: !world.plan.isSyncedAlways,
            quietUntil: life == 1 ? 0 : monotonic + lease, seed: world.random.next())
        configuration.planted = world.options.planted
        if let bytes = world.plan.pieceBytes { configuration.pieceBytes = bytes }
        return Worker(configuration, epoch: epoch, output: self)
    }

    private func replay(into workers: [Worker]) {
        let scanner = LogScanner()
        var refusal: LogRefusal?
        disk.synced.withUnsafeBytes { bytes in
            scanner.feed(bytes) { finding in
                switch finding {
                case .header: break
                case .record(let record): for worker in workers { worker.restore(record) }
                case .damage(let damage):
                    let place = damage.slot.map { "slot \($0)" } ?? "no telling which slot"
                    world.trace.note(world.now, "n\(number)'s log is damaged: \(place)")
                    for worker in workers { worker.markDamaged(slot: damage.slot) }
                case .refusal(let reason): refusal = reason
                }
                return refusal == nil
            }
        }
        if let refusal { world.violate(.unreadableLog, "n\(number): \(refusal)") }
        if let tail = scanner.finish() {
            world.trace.note(world.now, "n\(number) cuts a torn tail of \(tail.bytes) bytes")
            disk.cut(to: tail.offset)
        }
    }

    /// What was durable once must be there again, or be known to be damaged.
    private func checkNothingForgotten() {
        for (place, slot) in world.watchedSlots.enumerated() {
            let restored = version(of: slot)
            let isGone = restored == .none && (disk.isRotten || world.mayDrop(self, slot))
            let isExcused = isGone || disk.isForgetful
            if restored < disk.reached[place], !isExcused {
                world.violate(
                    .copyFell,
                    "n\(number) slot \(slot): \(restored) after a restart, "
                        + "\(disk.reached[place]) before")
            }
            disk.reached[place] = restored
        }
        disk.isForgetful = false
    }

    func version(of slot: Int) -> CopyVersion {
        guard let worker = worker(ofSlot: slot) else { return .none }
        let (base, position) = worker.copyVersion(slot: slot)
        return CopyVersion(base: base, position: position)
    }

    /// The process ends at once; what it had not synced may be lost, whole or in part.
    func crash() {
        guard let running else { return }
        world.trace.note(world.now, "n\(number) crashes")
        if running.isDirectiveUnderWay, let directive = running.directives.underWay,
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
        disk.tear(keeping: disk.hasFailed ? 0 : kept)
        if world.options.planted.contains(.keepsNameWithoutDisk), world.chance(500) {
            disk.loseLog()
        }
        leaveWorld()
    }

    /// The cluster has settled without this node: what it has counts for nothing, and it ends.
    func retire() {
        world.trace.note(world.now, "n\(number) is out of the cluster")
        isGone = true
        leaveWorld()
    }

    /// Nothing of the process is left but its disk.
    func leaveWorld() {
        running = nil
        isPaused = false
        held = []
        world.dropLinks(of: number)
        world.loseRequests(at: number)
        world.lastVersions[number] = Array(repeating: .none, count: world.watchedSlots.count)
    }

    /// Makes a vote or an epoch durable.
    func keep(_ directive: NodeDirective) {
        switch directive {
        case .persist(let vote):
            if !world.options.planted.contains(.forgetsVotes) { disk.vote = vote }
        case .adopt(let epoch): disk.epoch = epoch
        case .leases, .send, .note: break
        }
    }

    func scheduleInput(_ input: ProcessInput, after delay: Int) {
        world.schedule(.input(process: number, life: life, input), at: world.now + delay)
    }
}
