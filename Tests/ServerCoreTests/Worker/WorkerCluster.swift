import Bytes
import Commands
import Log
import RESP
import Ring

@testable import ServerCore

/// Three workers or fewer, each one node's partition 0, wired by frames that arrive at once.
///
/// Nothing moves before ``run()``; then everything does until nothing is left to do.
final class WorkerCluster {
    final class Outbox: WorkerOutput {
        var replies: [Int: String] = [:]
        /// Reply tokens in the order in which they were answered.
        var order: [Int] = []
        var confirmsWanted = 0
        var laterEpochs: Set<Int> = []
        var changedKeys: [[UInt8]] = []
        var changedSlots: [Int] = []

        func complete(_ token: RequestToken, _ reply: UnsafeRawBufferPointer) {
            replies[token.sequence] = String(decoding: reply, as: UTF8.self)
            order.append(token.sequence)
        }
        func passOn(_ request: PassedRequest, toPartition partition: Int) {
            preconditionFailure("the tests ask for keys of partition 0")
        }
        func confirmWanted() { confirmsWanted += 1 }
        func laterEpochSeen(from member: Int) { laterEpochs.insert(member) }
        func keyChanged(_ key: UnsafeRawBufferPointer) { changedKeys.append(Array(key)) }
        func slotChanged(_ slot: Int) { changedSlots.append(slot) }
    }

    private var workers: [Int: Worker] = [:]
    private(set) var outboxes: [Int: Outbox] = [:]
    private(set) var epoch: RingEpoch
    private let isDurableAtFlush: Bool
    var clock = Clock(now: 10_000_000, wall: 1_700_000_000_000)
    /// Nodes whose batches are written and not durable.
    var stalledDisks: Set<Int> = []
    /// Links, by sender and receiver, whose frames are lost.
    var lossy: Set<[Int]> = []
    /// Each node's log, as far as it is durable.
    private(set) var logs: [Int: [UInt8]] = [:]
    private var unsynced: [Int: [(batch: Int, bytes: [UInt8])]] = [:]
    private var asked = 0
    /// How many frames of each name have arrived, and the largest element of any.
    private(set) var arrived: [String: Int] = [:]
    private(set) var largestElement = 0

    init(leased: Bool = true, nodes: Int = 3, isDurableAtFlush: Bool = false) {
        epoch = founded(nodes)
        self.isDurableAtFlush = isDurableAtFlush
        for number in 1...nodes {
            let output = OutputBuffer()
            defer { output.deallocate() }
            RecordEncoder.append(
                Record(mark: 0...(Slots.count - 1), generation: 1, position: 0), to: output)
            logs[number] = output.array()
            start(number, incarnation: 1)
        }
        connect()
        run()
        if leased { lease() }
    }

    subscript(number: Int) -> Worker {
        guard let worker = workers[number] else { preconditionFailure("n\(number) does not run") }
        return worker
    }

    // MARK: Processes

    /// Starts a node on what its log holds; its links are down.
    func start(_ number: Int, incarnation: Int, quietUntil: Int = 0) {
        let outbox = Outbox()
        outboxes[number] = outbox
        unsynced[number] = []
        let worker = Worker(
            WorkerConfiguration(
                number: number, incarnation: incarnation, partitions: [0],
                isDurableAtFlush: isDurableAtFlush, quietUntil: quietUntil, seed: UInt64(number)),
            epoch: epoch, output: outbox)
        let decoder = RecordDecoder()
        for line in (logs[number] ?? []).split(separator: 10) {
            Array(line).withUnsafeBytes { bytes in
                do throws(RecordFailure) {
                    worker.restore(try decoder.decode(bytes))
                } catch {
                    preconditionFailure("n\(number)'s log is damaged: \(error)")
                }
            }
        }
        workers[number] = worker
        worker.start(clock: clock)
    }

    func kill(_ number: Int) {
        workers[number] = nil
        for other in workers.keys.sorted() {
            self[other].onLink(to: number, isUp: false, clock: clock)
        }
    }

    /// Brings all links up.
    func connect() {
        for sender in workers.keys.sorted() {
            for receiver in workers.keys.sorted() where receiver != sender {
                self[sender].onLink(to: receiver, isUp: true, clock: clock)
            }
        }
    }

    func adopt(_ epoch: RingEpoch, at numbers: [Int]? = nil) {
        self.epoch = epoch
        for number in numbers ?? workers.keys.sorted() { self[number].adopt(epoch, clock: clock) }
    }

    /// Gives every node leases from the others for so long.
    func lease(milliseconds: Int = 400) {
        setLeases { entry in
            entry.heldUntil = clock.now + milliseconds * 1_000
            entry.heldStamp = epoch.number
        }
    }

    func setLeases(_ change: (inout LeaseTable.Entry) -> Void) {
        var table = LeaseTable()
        for member in 1...(workers.keys.max() ?? 1) { change(&table[member]) }
        for number in workers.keys.sorted() { self[number].setLeases(table, clock: clock) }
    }

    // MARK: Time

    func tick(milliseconds: Int) {
        clock.now += milliseconds * 1_000
        clock.wall += milliseconds
        for number in workers.keys.sorted() { self[number].onTick(clock: clock) }
        run()
    }

    /// Frames, batches and syncs, until nothing moves.
    func run() {
        var isMoving = true
        while isMoving {
            isMoving = false
            for number in workers.keys.sorted() where endTick(number) { isMoving = true }
        }
    }

    /// The end of a node's tick: frames out, then the log.
    private func endTick(_ number: Int) -> Bool {
        let worker = self[number]
        let batch = worker.flush(clock: clock)
        var hasMoved = batch != nil
        for receiver in worker.linkedMembers {
            guard let out = worker.outgoing(to: receiver), !out.isEmpty else { continue }
            let bytes = out.array()
            out.clear()
            hasMoved = true
            if !lossy.contains([number, receiver]) { deliver(bytes, from: number, to: receiver) }
        }
        if let batch {
            unsynced[number, default: []].append((batch, worker.log.array()))
            worker.endBatch()
        }
        return sync(number) || hasMoved
    }

    private func sync(_ number: Int) -> Bool {
        guard !stalledDisks.contains(number), let last = unsynced[number]?.last else {
            return false
        }
        for batch in unsynced[number] ?? [] { logs[number, default: []] += batch.bytes }
        unsynced[number] = []
        self[number].onDurable(batch: last.batch, clock: clock)
        return true
    }

    // MARK: Frames and commands

    private func deliver(_ bytes: [UInt8], from sender: Int, to receiver: Int) {
        guard let worker = workers[receiver] else { return }
        let parser = RequestParser()
        bytes.withUnsafeBytes { memory in
            while case .request = parser.next(memory) {
                let arguments = parser.arguments
                arrived[arguments.text(0), default: 0] += 1
                for index in 0..<arguments.count {
                    largestElement = max(largestElement, arguments[index].count)
                }
                let isTaken = worker.onFrame(arguments, from: sender, clock: clock)
                precondition(isTaken, "a frame of n\(sender) is malformed for n\(receiver)")
            }
        }
    }

    func deliver(_ frame: [String], from sender: Int, to receiver: Int) -> Bool {
        withArguments(frame.map { Array($0.utf8) }) { arguments in
            self[receiver].onFrame(arguments, from: sender, clock: clock)
        }
    }

    /// Submits a command; its reply is ``reply(_:at:)`` of the number returned.
    func ask(_ number: Int, _ command: String...) -> Int { ask(number, command) }

    func ask(_ number: Int, _ command: [String]) -> Int {
        asked += 1
        let token = RequestToken(kind: .connection, worker: 0, owner: 1, sequence: asked)
        let reply = OutputBuffer()
        defer { reply.deallocate() }
        withArguments(command.map { Array($0.utf8) }) { arguments in
            guard let id = CommandTable.find(arguments[0]) else {
                preconditionFailure("\(command[0]) is no command")
            }
            let disposition = self[number].submit(
                id, arguments, token: token, version: .two, clock: clock, reply: reply)
            if disposition == .replied { outboxes[number]?.complete(token, reply.bytes) }
        }
        return asked
    }

    /// Hands over a command that another worker of the node received; its reply is as that of ``ask(_:_:)``.
    func pass(_ number: Int, _ command: String...) -> Int {
        asked += 1
        self[number].submit(
            PassedRequest(
                arguments: command.map { Array($0.utf8) },
                token: RequestToken(kind: .connection, worker: 1, owner: 1, sequence: asked),
                version: ProtocolVersion.two.rawValue),
            clock: clock)
        return asked
    }

    func reply(_ request: Int, at number: Int) -> String? { outboxes[number]?.replies[request] }

    /// A key of partition 0 with the given home and place among those.
    func key(home: Int, _ place: Int = 0) -> String {
        var left = place
        for candidate in 0... {
            let key = "k\(candidate)"
            let slot = Slots.slot(of: key)
            guard slot < 1_024, founded(3).home(of: slot) == home else { continue }
            if left == 0 { return key }
            left -= 1
        }
        preconditionFailure("there are endless keys")
    }

    func copy(of key: String, at number: Int) -> CopyReport? {
        let slot = Slots.slot(of: key)
        return self[number].copyReports(slot...slot).first
    }
}
