import Bytes
import Commands
import DequeModule
import Glibc
import NIOCore
import RESP
import Ring
import ServerCore

/// The shell around one ``Worker``: its event loop's connections and links, and the end of a tick,
/// where frames leave first, then the log is written, then replies go out.
///
/// Confined to its event loop.
final class LoopHost: WorkerOutput {
    let number: Int
    let eventLoop: any EventLoop
    let process: ProcessContext
    /// Nil until the log has been read back.
    private(set) var worker: Worker?
    /// Links to other nodes, by member number.
    var links: [Int: PeerDialer] = [:]

    /// What the connections want to hear of.
    let tracking: LoopTracking
    /// What this loop's partitions have told in this tick, not handed to the loops yet.
    var changedKeys: [[UInt8]] = []
    var changedSlots: [Int] = []

    private var connections: [Int: ConnectionHandler] = [:]
    private var nextConnection = 1
    private var unflushed: [ConnectionHandler] = []
    private var isFlushScheduled = false
    private var isConfirmWanted = false
    /// Whether the process ends so soon that commands are sent elsewhere: what is begun now might
    /// lose its answer with the connection, and nobody would know what became of it.
    var isRetiring = false
    private(set) var latency = LatencyCounts()
    private var tickStart = 0
    private var isEnded = false
    private var failuresToLog = 0
    private var failuresLoggedAt = 0
    private var ticksToLook = ServerLimits.unreadTicks
    private var store: LogStore?
    /// Batches that the log thread has, with the store's tickets for them.
    private var tickets: Deque<(ticket: UInt64, batch: Int)> = []
    private var recordsWritten = 0
    /// Ticks until the copies are looked at again.
    var ticksToLogCare = 0
    /// Whether this loop's slots are being written to the log once more.
    var isRewriting = false
    /// Whether the last of them are in the present batch.
    var isRewriteEnding = false

    init(number: Int, eventLoop: any EventLoop, process: ProcessContext) {
        self.number = number
        self.eventLoop = eventLoop
        self.process = process
        tracking = LoopTracking(keysMax: ServerLimits.trackedKeysMax)
    }

    var connectionCount: Int { connections.count }

    /// Takes over a worker whose partitions hold what the log said.
    func begin(_ worker: Worker, _ store: LogStore) {
        self.worker = worker
        self.store = store
        worker.start(clock: Clock.read())
        watch()
        tick()
    }

    private func tick() {
        guard !isEnded else { return }
        worker?.onTick(clock: Clock.read())
        watch()
        if let worker, let store { careForLog(worker, store) }
        scheduleFlush()
        ticksToLook -= 1
        if ticksToLook < 0 {
            ticksToLook = ServerLimits.unreadTicks
            for connection in connections.values { connection.closeIfUnread() }
        }
        eventLoop.assumeIsolated().scheduleTask(in: ServerLimits.tick) { [self] in tick() }
    }

    func end() {
        isEnded = true
        for link in links.values { link.stop() }
        links = [:]
        for connection in connections.values { connection.close() }
        worker = nil
        store = nil
    }

    // MARK: Connections

    /// Gives a connection its number; nil when there are too many.
    func add(_ connection: ConnectionHandler) -> (number: Int, ConnectionCount.Admission)? {
        guard let admission = process.connectionCount.add() else { return nil }
        let number = nextConnection
        nextConnection += 1
        connections[number] = connection
        return (number, admission)
    }

    func remove(_ connection: Int) {
        guard let handler = connections[connection] else { return }
        endTracking(handler.session)
        process.clients.remove(handler.session.identifier)
        connections[connection] = nil
        worker?.forget(connection: connection)
        process.connectionCount.remove()
    }

    /// The connection of that number; nil when it is gone.
    func connection(_ number: Int) -> ConnectionHandler? { connections[number] }

    /// A connection has replies to flush at the end of this tick.
    func needsFlush(_ connection: ConnectionHandler) {
        // Once only: what a flush lets it go on with must not leave by a second flush of the same
        // tick, before its batch is written.
        guard !connection.isFlushAwaited else { return }
        connection.isFlushAwaited = true
        unflushed.append(connection)
        scheduleFlush()
    }

    // MARK: The tick

    /// Lets the tick end once all input that is ready has been read.
    func scheduleFlush() {
        guard !isFlushScheduled, !isEnded else { return }
        isFlushScheduled = true
        tickStart = Clock.monotonic()
        eventLoop.assumeIsolated().execute { [self] in endTick() }
    }

    private func endTick() {
        isFlushScheduled = false
        if let worker {
            sendAndWrite(worker)
            if isRewriteEnding, let store { endRewrite(store) }
            if isConfirmWanted {
                isConfirmWanted = false
                process.onControl { $0.confirm() }
            }
        }
        shareChanges()
        tracking.tell()
        latency.endTick(microseconds: Clock.monotonic() - tickStart)
        let waiting = unflushed
        unflushed.removeAll(keepingCapacity: true)
        for connection in waiting { connection.flushReplies() }
    }

    /// Frames out, then the log; what a batch made durable may be followed by more of both, and no
    /// reply leaves before all of it is written.
    private func sendAndWrite(_ worker: Worker) {
        while let batch = nextBatch(of: worker), write(batch, of: worker) {}
        worker.setCongested(store?.isCongested == true)
    }

    private func nextBatch(of worker: Worker) -> Int? {
        let batch = worker.flush(clock: Clock.read())
        sendFrames(worker)
        return batch
    }

    /// Writes a tick's records.
    ///
    /// - Returns: whether they are durable by now.
    private func write(_ batch: Int, of worker: Worker) -> Bool {
        guard let store else { return false }
        let records = worker.recordCount - recordsWritten
        recordsWritten = worker.recordCount
        do throws(StorageFailure) {
            let outcome = try store.append(worker.log.bytes, records: records)
            worker.endBatch()
            switch outcome {
            case .pending(let ticket):
                tickets.append((ticket, batch))
                failEarlyReplies(store)
            case .done:
                worker.onDurable(batch: batch, clock: Clock.read())
                return true
            }
        } catch {
            worker.endBatch()
            worker.onLogFailure(error.clientText)
            failEarlyReplies(store)
        }
        return false
    }

    /// What was replied at once counted on the batch being written within the tick: it was not, so
    /// nobody may be told.
    private func failEarlyReplies(_ store: LogStore) {
        guard store.settings.policy != .always else { return }
        for connection in unflushed { connection.failReplies() }
    }

    private func sendFrames(_ worker: Worker) {
        for member in worker.linkedMembers {
            guard let out = worker.outgoing(to: member) else { continue }
            let link = links[member]
            if !out.isEmpty { link?.send(out.bytes) }
            out.clear()
            worker.setPressed(link?.isPressed == true, of: member)
        }
    }

    /// The log thread has synced everything up to a ticket.
    func onDurable(_ ticket: UInt64) {
        var batch: Int?
        while let first = tickets.first, first.ticket <= ticket {
            batch = first.batch
            tickets.removeFirst()
        }
        guard let batch else { return }
        worker?.onDurable(batch: batch, clock: Clock.read())
        scheduleFlush()
    }

    func onLogFailure(_ reason: String) {
        worker?.onLogFailure(reason)
        scheduleFlush()
    }

    /// Logs why a connection was closed: one line per while, since whoever sends such bytes may
    /// send a lot of them.
    func noteProtocolFailure(_ text: String) {
        failuresToLog += 1
        let now = Clock.monotonic()
        guard now >= failuresLoggedAt + ServerLimits.failureLogMicroseconds else { return }
        let more = failuresToLog > 1 ? " (and \(failuresToLog - 1) more since the last line)" : ""
        process.events.logger.warning("closed a connection: \(text)\(more)")
        failuresToLog = 0
        failuresLoggedAt = now
    }

    // MARK: Commands

    /// Takes a command of a connection to the worker.
    func submit(
        _ id: CommandID, _ arguments: Arguments, connection: Int, sequence: Int,
        version: ProtocolVersion, clock: Clock, reply: OutputBuffer
    ) -> Disposition {
        guard let worker else {
            ReplyWriter(reply).error(StatusTexts.loading)
            return .replied
        }
        if isRetiring {
            worker.turnAway(clock: clock)
            ReplyWriter(reply).error(StatusTexts.stopping)
            return .replied
        }
        let isWrite = CommandTable.shape(id).flags.contains(.write)
        if isWrite, store?.isCongested == true {
            ReplyWriter(reply).error(StatusTexts.congested)
            return .replied
        }
        let token = RequestToken(
            kind: .connection, worker: number, owner: connection, sequence: sequence)
        let disposition = worker.submit(
            id, arguments, token: token, version: version, clock: clock, reply: reply)
        if disposition == .replied {
            latency.count(isWrite: isWrite)
        }
        return disposition
    }

    /// A held command was answered.
    func countHeld(isWrite: Bool, microseconds: Int) {
        latency.record(isWrite: isWrite, microseconds: microseconds)
    }

    /// A frame of a data link, for this loop's worker or another's.
    ///
    /// - Returns: whether it was well formed, as far as that is known here; another loop closes the
    ///   connection itself when it was not.
    func onFrame(_ frame: Arguments, from member: Int, connection: Int) -> Bool {
        let target: Int
        switch FrameTarget(frame) {
        case .any: target = number
        case .partition(let partition): target = process.owner(ofPartition: partition)
        case .worker(let worker): target = worker
        case .invalid: return false
        }
        if target == number {
            let isGood = worker?.onFrame(frame, from: member, clock: Clock.read()) ?? true
            scheduleFlush()
            return isGood
        }
        // The answer to a former process of this node, which had more loops.
        guard target < process.loopCount else { return true }
        let copy = (0..<frame.count).map(frame.array)
        let receiver = number
        process.onLoop(target) { host in
            let isGood = withArguments(copy) { frame in
                host.worker?.onFrame(frame, from: member, clock: Clock.read()) ?? true
            }
            host.scheduleFlush()
            guard !isGood else { return }
            host.process.onLoop(receiver) { $0.connections[connection]?.finish() }
        }
        return true
    }

    // MARK: What the worker hands out

    func complete(_ token: RequestToken, _ reply: UnsafeRawBufferPointer) {
        guard Int(token.worker) == number else {
            shareChanges()
            let copy = Array(reply)
            process.onLoop(Int(token.worker)) { host in
                copy.withUnsafeBytes { host.worker?.onReply(token, $0) }
                host.scheduleFlush()
            }
            return
        }
        if token.kind == .connection {
            connections[token.owner]?.complete(token.sequence, reply)
        }
    }

    func passOn(_ request: PassedRequest, toPartition partition: Int) {
        process.onLoop(process.owner(ofPartition: partition)) { host in
            if let worker = host.worker {
                worker.submit(request, clock: Clock.read())
                host.scheduleFlush()
            } else {
                // That loop begins later, or has ended: nobody shall wait for it.
                Worker.notDone.withUnsafeBytes { host.complete(request.token, $0) }
            }
        }
    }

    func confirmWanted() {
        isConfirmWanted = true
        scheduleFlush()
    }

    func laterEpochSeen(from member: Int) {
        process.onControl { $0.laterEpochSeen(from: member) }
    }
}

/// How long operations took, in buckets that double.
struct LatencyCounts {
    var reads = [Int](repeating: 0, count: 32)
    var writes = [Int](repeating: 0, count: 32)
    private var readsOfTick = 0
    private var writesOfTick = 0

    /// An operation was answered within the tick.
    mutating func count(isWrite: Bool) {
        if isWrite { writesOfTick += 1 } else { readsOfTick += 1 }
    }

    mutating func endTick(microseconds: Int) {
        let bucket = LatencyCounts.bucket(microseconds)
        reads[bucket] += readsOfTick
        writes[bucket] += writesOfTick
        readsOfTick = 0
        writesOfTick = 0
    }

    mutating func record(isWrite: Bool, microseconds: Int) {
        let bucket = LatencyCounts.bucket(microseconds)
        if isWrite { writes[bucket] += 1 } else { reads[bucket] += 1 }
    }

    private static func bucket(_ microseconds: Int) -> Int {
        min(31, Int.bitWidth - max(microseconds, 0).leadingZeroBitCount)
    }
}

extension Clock {
    /// Monotonic microseconds; counts while the machine sleeps, so that a lease does not.
    static func monotonic() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }

    /// Both clocks, now.
    static func read() -> Clock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Clock(
            now: monotonic(), wall: time.tv_sec * 1_000 + time.tv_nsec / 1_000_000)
    }
}
