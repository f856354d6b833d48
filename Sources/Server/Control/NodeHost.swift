import Foundation
import NIOCore
import NIOPosix
import Ring
import ServerCore

/// The shell around the process's one ``Node``: carries its directives out, in the order that
/// ``DirectiveQueue`` keeps.
///
/// Confined to an event loop of its own, so that nothing a partition does delays a heartbeat.
final class NodeHost {
    private(set) var node: Node
    private let eventLoop: any EventLoop
    private let process: ProcessContext
    private let ringFile: RingFile
    private let disk: NIOThreadPool
    private var directives = DirectiveQueue()
    private var links: [Int: PeerDialer] = [:]
    private var isEnded = false
    private var isDraining = false
    private var heardFromLoopsAt = Clock.monotonic()
    /// Since when a stopping process has nothing left to do but to send its clients elsewhere, in
    /// monotonic microseconds.
    private var retiringSince: Int?
    private var ticksToReport = 0
    private var handedEpoch: RingEpoch
    private var handedAt = Clock.monotonic()
    private var stopping: EventLoopPromise<Void>?
    private var isLeaving = false
    /// Who waits for a request to be decided, by its id.
    private var askers: [String: EventLoopPromise<AnsweredRequest?>] = [:]
    /// The last message sent: most go to every member, and an epoch takes long to encode.
    private var encoded: (message: NodeMessage, json: [UInt8])?

    init(node: Node, process: ProcessContext, ringFile: RingFile, disk: NIOThreadPool) {
        self.node = node
        self.process = process
        eventLoop = process.controlLoop
        self.ringFile = ringFile
        self.disk = disk
        handedEpoch = node.epoch
    }

    func start() {
        dial(node.epoch)
        tick()
    }

    func end() {
        isEnded = true
        for asker in askers.values { asker.succeed(nil) }
        askers = [:]
        for link in links.values { link.stop() }
        links = [:]
    }

    /// Asks the others to take over; completes when the process may end.
    func stop() -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        stopping = promise
        eventLoop.scheduleTask(in: ServerLimits.stopTimeout) { promise.succeed() }
        perform(node.onStop(now: Clock.monotonic()))
        return promise.futureResult
    }

    /// The node can take no writes any more: the others take its slots over, if they can.
    ///
    /// It goes on to answer reads, and sends its own clients' commands to the new homes.
    func handOver() { perform(node.onStop(now: Clock.monotonic())) }

    // MARK: Inputs

    private func tick() {
        guard !isEnded else { return }
        eventLoop.assumeIsolated().scheduleTask(in: ServerLimits.tick) { [self] in tick() }
        ticksToReport -= 1
        if ticksToReport < 0 {
            ticksToReport = 4
            gatherSlotReports()
            hangUp()
        }
        guard !isStuck else { return }
        perform(node.onTick(now: Clock.monotonic()))
        if let stopping { pursueStop(stopping) }
    }

    private func pursueStop(_ promise: EventLoopPromise<Void>) {
        let now = Clock.monotonic()
        if !isDraining, node.isHandingOver(now: now) {
            isDraining = true
            for loop in 0..<process.loopCount { process.onLoop(loop) { $0.worker?.drain() } }
        }
        if retiringSince == nil, node.mayEnd(now: now), directives.isIdle {
            retiringSince = now
            for loop in 0..<process.loopCount { process.onLoop(loop) { $0.isRetiring = true } }
        }
        if let retiringSince, now - retiringSince >= ServerLimits.lingerMicroseconds {
            endWhenUnasked(promise, retiringSince: retiringSince)
        }
    }

    /// Lets the process end once nothing that it was asked for is unanswered, and those who asked
    /// have heard that they should ask elsewhere: a connection that is closed under a command leaves
    /// its fate unknown.
    private func endWhenUnasked(_ promise: EventLoopPromise<Void>, retiringSince: Int) {
        let gathered = process.onEveryLoop(on: eventLoop) {
            ($0.worker?.waitingCount ?? 0, $0.worker?.turnedAwayAt ?? 0)
        }
        gathered.whenSuccess { loops in
            guard loops.allSatisfy({ $0.0 == 0 }) else { return }
            let now = Clock.monotonic()
            let unasked = now - (loops.map(\.1).max() ?? 0)
            if unasked >= ServerLimits.lingerMicroseconds
                || now - retiringSince >= ServerLimits.lingerMicrosecondsMax
            {
                promise.succeed()
            }
        }
    }

    private func gatherSlotReports() {
        let reports = process.onEveryLoop(on: eventLoop) { $0.worker?.slotReport() }
        reports.assumeIsolated().whenSuccess { [self] reports in
            heardFromLoopsAt = Clock.monotonic()
            let known = reports.compactMap { $0 }
            guard let first = known.first, known.count == process.loopCount,
                known.allSatisfy({ $0.epoch == first.epoch })
            else { return }
            let level = known.dropFirst().reduce(Set(first.level)) { $0.intersection($1.level) }
            let unsettled = Set(known.flatMap(\.unsettled))
            let isCopied = known.allSatisfy { $0.copied == first.copied }
            node.onSlotReport(
                SlotReport(
                    epoch: first.epoch, unsettled: unsettled.sorted(), level: level.sorted(),
                    copied: isCopied ? first.copied : 0,
                    sharedUntil: known.map(\.sharedUntil).max() ?? 0))
        }
    }

    /// Whether an event loop has not answered for so long that this node should fall silent: the
    /// others then take it for down, although its control plane lives.
    private var isStuck: Bool {
        Clock.monotonic() - heardFromLoopsAt > ServerLimits.stuckMicroseconds
    }

    /// Takes a message of another node.
    ///
    /// - Returns: whether the epoch knows the sender, or did until a moment ago.
    func receive(_ message: NodeMessage, from member: Int) -> Bool {
        guard !isStuck else { return true }
        perform(node.onMessage(message, from: member, now: Clock.monotonic()))
        return node.epoch.everyone.contains { $0.number == member }
            || Clock.monotonic() - handedAt < ServerLimits.farewellMicroseconds
    }

    func refused(_ member: Int) {
        perform(node.onRefused(member, now: Clock.monotonic()))
    }

    func confirm() {
        perform(node.onConfirmWanted(now: Clock.monotonic()))
    }

    /// A peer's epoch does not list this node any more: everything was settled without it.
    func isUnknown(since epoch: Int) {
        if epoch > node.epoch.number { leave(epoch: epoch) }
    }

    private func leave(epoch: Int) {
        guard !isLeaving else { return }
        isLeaving = true
        process.end(
            .out(process.identity, number: node.number, node.epoch, settledIn: epoch))
        stopping?.succeed()
    }

    /// Somebody asks for a change of the ring or of a setting.
    ///
    /// - Returns: what became of it; nil when that is not known in time.
    func request(_ request: ChangeRequest) -> EventLoopFuture<AnsweredRequest?> {
        let promise = eventLoop.makePromise(of: AnsweredRequest?.self)
        askers[request.id] = promise
        eventLoop.assumeIsolated().scheduleTask(in: ServerLimits.requestTimeout) { [self] in
            askers.removeValue(forKey: request.id)?.succeed(nil)
        }
        perform(node.onRequest(request, now: Clock.monotonic()))
        return promise.futureResult
    }

    private func answerAskers() {
        for (id, promise) in askers {
            guard let answer = node.epoch.queue.answer(to: id) else { continue }
            askers[id] = nil
            promise.succeed(answer)
        }
    }

    func laterEpochSeen(from member: Int) {
        perform(node.onLaterEpochSeen(from: member, now: Clock.monotonic()))
    }

    // MARK: Directives

    private func perform(_ new: [NodeDirective]) {
        for directive in new where directives.add(directive) { carryOut(directive) }
        pump()
    }

    /// Carries out directives until one takes its time; the rest waits behind it.
    private func pump() {
        while let directive = directives.next() { carryOut(directive) }
    }

    private func carryOut(_ directive: NodeDirective) {
        switch directive {
        case .send(let message, let member):
            send(message, to: member)
        case .leases(let leases):
            handOver(leases)
        case .note(let note):
            tell(note)
        case .persist(let vote):
            save(.vote, vote) { [self] in
                directives.complete()
                pump()
            }
        case .adopt(let epoch):
            save(.epoch, epoch) { [self] in handOver(epoch) }
        }
    }

    private func handOver(_ leases: LeaseTable) {
        for loop in 0..<process.loopCount {
            process.onLoop(loop) { host in
                host.worker?.setLeases(leases, clock: Clock.read())
                host.scheduleFlush()
            }
        }
    }

    /// Writes and syncs on the disk thread, then goes on.
    private func save<Body: Encodable & Sendable>(
        _ kind: RingFile.Kind, _ body: Body, then next: @escaping () -> Void
    ) {
        let file = ringFile
        let process = process
        let saved = disk.runIfActive(eventLoop: eventLoop) {
            let data = try JSONEncoder().encode(body)
            try file.append(kind, [UInt8](data)) { full in
                process.events.add(
                    .error, node: process.identity.name,
                    "the disk is full, the node takes no part in votes until there is room: "
                        + "\(full)")
            }
        }
        saved.assumeIsolated().whenComplete { [self] result in
            guard !isEnded else { return }
            switch result {
            case .success:
                next()
            case .failure(let error):
                // Without durable votes and epochs the node must not take part any more: nothing
                // behind this directive is carried out, and the others take over.
                let name = process.identity.name
                process.events.add(
                    .error, node: name, "ring.jsonl cannot be written, the node stops: \(error)")
                stopping?.succeed()
                process.fail("ring.jsonl cannot be written: \(error)")
            }
        }
    }

    private func handOver(_ epoch: RingEpoch) {
        let adopted = process.onEveryLoop(on: eventLoop) { host in
            host.worker?.adopt(epoch, clock: Clock.read())
            host.scheduleFlush()
        }
        adopted.assumeIsolated().whenComplete { [self] _ in
            guard !isEnded else { return }
            directives.complete()
            for item in EpochNews(from: handedEpoch, to: epoch, me: node.number).items {
                process.events.add(item.level, node: item.node, item.text)
            }
            handedEpoch = epoch
            handedAt = Clock.monotonic()
            dial(epoch)
            answerAskers()
            if node.isOut { leave(epoch: epoch.number) }
            if node.isSuperseded {
                stopping?.succeed()
                process.fail(
                    "another process has started as \(process.identity.name) since this one did: "
                        + "is there a second copy of its directory?")
            }
            gatherSlotReports()
            pump()
        }
    }

    private func send(_ message: NodeMessage, to member: Int) {
        guard let link = links[member], link.isUp else { return }
        do {
            if message != encoded?.message {
                encoded = (message, [UInt8](try JSONEncoder().encode(message)))
            }
            link.sendControl(encoded?.json ?? [])
        } catch {
            process.events.add(
                .error, node: process.identity.name, "a message could not be encoded: \(error)")
        }
    }

    private func tell(_ note: NodeNote) {
        switch note {
        case .suspected(let member, let silence, let isRefused):
            let name = node.epoch.member(number: member)?.name ?? "member \(member)"
            let tenths = silence / 100_000
            let why =
                isRefused
                ? "connection refused" : "no heartbeat for \(tenths / 10).\(tenths % 10) s"
            process.events.add(
                .warning, node: name, "suspected by \(process.identity.name) (\(why))")
        case .heardAgain(let member):
            let name = node.epoch.member(number: member)?.name ?? "member \(member)"
            process.events.add(.info, node: name, "heard again by \(process.identity.name)")
        case .proposing(let instance, _):
            process.events.logger.info("asks for votes on epoch \(instance)")
        }
    }

    // MARK: Links

    /// Gives up the links to those that are out, once they had time to hear of it.
    private func hangUp() {
        guard Clock.monotonic() - handedAt > ServerLimits.farewellMicroseconds else { return }
        let known = Set(node.epoch.everyone.map(\.number))
        for (member, link) in links where !known.contains(member) {
            link.stop()
            links[member] = nil
            for loop in 0..<process.loopCount {
                process.onLoop(loop) { $0.links.removeValue(forKey: member)?.stop() }
            }
        }
    }

    /// Keeps a control link and a data link of each loop to every other member.
    private func dial(_ epoch: RingEpoch) {
        for member in epoch.everyone where member.number != node.number {
            if links[member.number] == nil {
                let link = PeerDialer(control: self, process, member: member)
                links[member.number] = link
                link.start()
            }
            for loop in 0..<process.loopCount {
                process.onLoop(loop) { host in
                    guard host.links[member.number] == nil else { return }
                    let link = PeerDialer(host: host, member: member)
                    host.links[member.number] = link
                    link.start()
                }
            }
        }
    }
}
