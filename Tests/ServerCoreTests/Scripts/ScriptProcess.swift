import Bytes
import Commands
import Log
import RESP
import Ring

@testable import ServerCore

/// What a process leaves behind when it ends.
struct ScriptDisk {
    var incarnation = 0
    var epoch: RingEpoch
    var vote: Vote?
    /// The log, as far as it is durable.
    var log: [UInt8] = []
    /// Batches that are written and not durable.
    var unsynced: [(batch: Int, bytes: [UInt8])] = []
    var isStalled = false

    /// What founding writes into a directory.
    init(founding epoch: RingEpoch, number: Int) {
        self.epoch = epoch
        let output = OutputBuffer()
        defer { output.deallocate() }
        RecordEncoder.append(
            Record(mark: 0...(Slots.count - 1), generation: 1, position: 0), to: output)
        log = output.array()
    }

    /// The empty directory of a node that joins.
    init(joining epoch: RingEpoch) {
        self.epoch = epoch
    }
}

/// One node process: the production core, and a shell as thin as can be.
final class ScriptProcess {
    /// What the worker has for its shell, until the shell turns to it.
    private final class Outbox: WorkerOutput {
        var replies: [(request: Int, text: String)] = []
        var wantsConfirm = false
        var laterEpochs: Set<Int> = []

        func complete(_ token: RequestToken, _ reply: UnsafeRawBufferPointer) {
            replies.append((token.sequence, String(decoding: reply, as: UTF8.self)))
        }
        func passOn(_ request: PassedRequest, toPartition partition: Int) {
            preconditionFailure("scripts speak of the keys of one partition")
        }
        func confirmWanted() { wantsConfirm = true }
        func laterEpochSeen(from member: Int) { laterEpochs.insert(member) }
        func keyChanged(_ key: UnsafeRawBufferPointer) {}
        func slotChanged(_ slot: Int) {}
    }

    let number: Int
    unowned let cluster: ScriptCluster
    private(set) var node: Node
    let worker: Worker
    private let outbox = Outbox()

    /// A process on what its disk holds; ``begin()`` starts it.
    init(number: Int, disk: ScriptDisk, cluster: ScriptCluster) {
        self.number = number
        self.cluster = cluster
        node = Node(
            number: number, incarnation: disk.incarnation, epoch: disk.epoch, vote: disk.vote,
            now: cluster.now, seed: UInt64(number))
        let lease = disk.epoch.settings.leaseMilliseconds * 1_000
        worker = Worker(
            WorkerConfiguration(
                number: number, incarnation: disk.incarnation, partitions: [cluster.slot >> 10],
                isDurableAtFlush: false,
                quietUntil: disk.incarnation == 1 ? 0 : cluster.now + lease,
                seed: UInt64(number)),
            epoch: disk.epoch, output: outbox)
        replay(disk.log)
    }

    private func replay(_ log: [UInt8]) {
        let decoder = RecordDecoder()
        for line in log.split(separator: 10) {
            line.withUnsafeBytes { bytes in
                do throws(RecordFailure) {
                    worker.restore(try decoder.decode(bytes))
                } catch {
                    preconditionFailure("n\(number)'s log is damaged: \(error)")
                }
            }
        }
    }

    func begin() { worker.start(clock: cluster.clock) }

    // MARK: Inputs

    func tick() {
        worker.onTick(clock: cluster.clock)
        node.onSlotReport(worker.slotReport())
        carryOut(node.onTick(now: cluster.now))
    }

    func take(_ message: NodeMessage, from sender: Int) {
        carryOut(node.onMessage(message, from: sender, now: cluster.now))
    }

    func take(_ frames: [UInt8], from sender: Int) {
        let parser = RequestParser()
        frames.withUnsafeBytes { memory in
            while case .request = parser.next(memory) {
                let isTaken = worker.onFrame(parser.arguments, from: sender, clock: cluster.clock)
                precondition(isTaken, "a frame of n\(sender) is malformed for n\(number)")
            }
        }
    }

    func refuse(_ member: Int) { carryOut(node.onRefused(member, now: cluster.now)) }

    func request(_ request: ChangeRequest) {
        carryOut(node.onRequest(request, now: cluster.now))
    }

    func submit(_ command: [String], request: Int) {
        let token = RequestToken(kind: .connection, worker: 0, owner: 1, sequence: request)
        let reply = OutputBuffer()
        defer { reply.deallocate() }
        withArguments(command.map { Array($0.utf8) }) { arguments in
            guard let id = CommandTable.find(arguments[0]) else {
                preconditionFailure("\(command[0]) is no command")
            }
            let disposition = worker.submit(
                id, arguments, token: token, version: .two, clock: cluster.clock, reply: reply)
            if disposition == .replied { outbox.complete(token, reply.bytes) }
        }
    }

    // MARK: The end of a tick

    /// Wishes to the node, frames out, then the log, then replies.
    ///
    /// - Returns: whether anything happened.
    func endTick() -> Bool {
        var hasMoved = passWishes()
        let batch = worker.flush(clock: cluster.clock)
        for receiver in worker.linkedMembers {
            guard let out = worker.outgoing(to: receiver), !out.isEmpty else { continue }
            let bytes = out.array()
            out.clear()
            hasMoved = true
            cluster.send(bytes, from: number, to: receiver)
        }
        if let batch {
            hasMoved = true
            cluster.disks[number]?.unsynced.append((batch, worker.log.array()))
            worker.endBatch()
        }
        if sync() { hasMoved = true }
        return tellReplies() || hasMoved
    }

    private func passWishes() -> Bool {
        let wantsConfirm = outbox.wantsConfirm
        let later = outbox.laterEpochs.sorted()
        outbox.wantsConfirm = false
        outbox.laterEpochs = []
        if wantsConfirm { carryOut(node.onConfirmWanted(now: cluster.now)) }
        for member in later { carryOut(node.onLaterEpochSeen(from: member, now: cluster.now)) }
        return wantsConfirm || !later.isEmpty
    }

    private func sync() -> Bool {
        guard let disk = cluster.disks[number], !disk.isStalled, let last = disk.unsynced.last
        else { return false }
        for batch in disk.unsynced {
            cluster.disks[number]?.log += batch.bytes
            for words in FrameWords(slot: cluster.slot).durable(batch.bytes) {
                cluster.tell("n\(number)       \(words)")
            }
        }
        cluster.disks[number]?.unsynced = []
        worker.onDurable(batch: last.batch, clock: cluster.clock)
        return true
    }

    private func tellReplies() -> Bool {
        let replies = outbox.replies
        outbox.replies = []
        for reply in replies {
            let text = reply.text.split(separator: "\r\n").filter {
                !$0.hasPrefix("$") || $0 == "$-1"
            }
            .joined(separator: " ")
            let words = text == "$-1" ? "(nil)" : text
            cluster.tell("n\(number) → client  \(words)    (request \(reply.request))")
        }
        return !replies.isEmpty
    }

    // MARK: Directives

    private func carryOut(_ directives: [NodeDirective]) {
        for directive in directives {
            switch directive {
            case .persist(let vote):
                cluster.disks[number]?.vote = vote
            case .adopt(let epoch):
                let before = worker.epoch
                cluster.disks[number]?.epoch = epoch
                cluster.tell(
                    "n\(number)       adopts "
                        + EpochWords(epoch, after: before, slot: cluster.slot).text)
                worker.adopt(epoch, clock: cluster.clock)
            case .leases(let leases):
                worker.setLeases(leases, clock: cluster.clock)
            case .send(let message, let member):
                cluster.send(message, from: number, to: member)
            case .note(let note):
                if let words = note.scriptWords { cluster.tell("n\(number)       \(words)") }
            }
        }
    }
}
