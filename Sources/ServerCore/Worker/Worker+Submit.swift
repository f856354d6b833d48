import Bytes
import Commands
import RESP
import Ring

/// A command on its way: to another node, or waiting for a slot to have a home.
struct WaitingRequest {
    let id: CommandID
    /// The name and the arguments, the key at index 1.
    let arguments: [[UInt8]]
    /// The slot that it is routed by; nil for one that concerns a partition of one home.
    let slot: Int?
    let token: RequestToken
    let version: ProtocolVersion
    /// Monotonic microseconds after which it is answered with an error.
    let deadline: Int

    var isWrite: Bool { CommandTable.shape(id).flags.contains(.write) }
    var byteCount: Int { arguments.reduce(64) { $0 + $1.count } }
}

extension Worker {
    /// Takes a command that names keys or speaks of the whole cluster.
    ///
    /// - Parameters:
    ///   - id: which command.
    ///   - arguments: the whole command, its name first; used during the call only.
    ///   - token: whom a later reply belongs to.
    ///   - version: what the asker speaks.
    ///   - clock: read after the command had arrived.
    ///   - reply: gets the reply when it is there at once.
    /// - Returns: whether it is.
    public func submit(
        _ id: CommandID, _ arguments: Arguments, token: RequestToken, version: ProtocolVersion,
        clock: Clock, reply: OutputBuffer
    ) -> Disposition {
        guard shared.evaluator.admit(id, arguments, reply: reply) else { return .replied }
        let shape = CommandTable.shape(id)
        guard shape.flags.contains(.keyed) else {
            return submitClusterWide(
                id, arguments, token: token, version: version, clock: clock, reply: reply)
        }
        traffic.count(isWrite: shape.flags.contains(.write))
        if prefetcher.prefetching != .off, !shape.flags.contains(.write) {
            learn(arguments, step: Int(shape.keyStep), connection: token.owner, clock: clock)
        }
        let isSplit =
            shape.flags.contains(.multiKey)
            && (id == .mget || arguments.count > Int(shape.keyStep) + 1)
        if isSplit {
            return submitParts(
                id, arguments, step: Int(shape.keyStep), token: token, version: version,
                clock: clock, reply: reply)
        }
        let slot = Slots.slot(of: arguments[1])
        traffic.sample(slot: slot, isWrite: shape.flags.contains(.write), now: clock.now)
        return route(
            id, arguments, slot: slot, token: token, version: version, clock: clock, reply: reply)
    }

    /// A command that another worker of this process received.
    public func submit(_ request: PassedRequest, clock: Clock) {
        withArguments(request.arguments) { arguments in
            if request.token.kind == .peer, Worker.frame(arguments) != nil {
                _ = onFrame(arguments, from: request.token.owner, clock: clock)
                return
            }
            guard let id = CommandTable.find(arguments[0]),
                let version = ProtocolVersion(rawValue: request.version)
            else { return }
            if request.token.kind == .peer {
                serve(id, arguments, token: request.token, version: version, clock: clock)
                return
            }
            if id == .ring, arguments.count > 2, bytesEqual(arguments[1], literal("PREFETCH")) {
                let asked = guess(
                    (2..<arguments.count).map(arguments.array), by: Int(request.token.worker),
                    clock: clock)
                outcomes[Int(request.token.worker), default: .init()].asked += asked
                return
            }
            let start = replies.count
            let disposition =
                id == .ring
                ? executeInternal(arguments, clock: clock, reply: replies)
                : route(
                    id, arguments, slot: routingSlot(id, arguments), token: request.token,
                    version: version, clock: clock, reply: replies)
            finish(disposition, request.token, from: start)
        }
    }

    /// Where a command with one key, or a SCAN, belongs.
    func routingSlot(_ id: CommandID, _ arguments: Arguments) -> Int {
        id == .scan ? ScanCursor(arguments)?.slot ?? 0 : Slots.slot(of: arguments[1])
    }

    /// Delivers what was appended to ``replies`` at once.
    func finish(_ disposition: Disposition, _ token: RequestToken, from start: Int) {
        if disposition == .replied {
            let reply = Array(replies.bytes(in: start..<replies.count))
            replies.truncate(to: start)
            reply.withUnsafeBytes { complete(token, $0) }
        }
    }

    /// Brings a command to the home of its slot: here, another worker's, another node's.
    func route(
        _ id: CommandID, _ arguments: Arguments, slot: Int, token: RequestToken,
        version: ProtocolVersion, clock: Clock, reply: OutputBuffer, deadline: Int? = nil
    ) -> Disposition {
        guard let partition = partitions[slot >> 10] else {
            shared.output.passOn(
                PassedRequest(
                    arguments: copy(id, arguments), token: token, version: version.rawValue),
                toPartition: slot >> 10)
            return .held
        }
        let place = partition.place(slot)
        let home = partition.arc(place).home
        if !partition.slots[place].isParked {
            if shared.isCaching, home != Int32(shared.number),
                answerFromCopy(
                    id, arguments, partition, place, version: version, clock: clock, reply: reply)
            {
                return .replied
            }
            if home == Int32(shared.number) {
                switch run(
                    id, arguments, partition, slot: slot, token: token, version: version,
                    clock: clock, reply: reply)
                {
                case .replied: return .replied
                case .held: return .held
                case .notServing: break
                }
            } else if canForward(to: Int(home)) {
                traffic.forwarded += 1
                forward(
                    waiting(
                        id, arguments, slot: slot, token: token, version: version, clock: clock,
                        deadline: deadline),
                    to: Int(home), clock: clock)
                return .held
            }
        }
        return park(
            waiting(
                id, arguments, slot: slot, token: token, version: version, clock: clock,
                deadline: deadline),
            reply: reply)
    }

    /// Runs a command at the partition of its slot, which this node may be home of.
    func run(
        _ id: CommandID, _ arguments: Arguments, _ partition: Partition, slot: Int,
        token: RequestToken, version: ProtocolVersion, clock: Clock, reply: OutputBuffer
    ) -> Partition.Execution {
        if shared.isDraining {
            turnAway(clock: clock)
            return .notServing
        }
        if id == .scan {
            return partition.scan(arguments, clock: clock, reply: reply)
        }
        return partition.execute(
            id, arguments, slot: slot, token: token, clock: clock, version: version, reply: reply)
    }

    func waiting(
        _ id: CommandID, _ arguments: Arguments, slot: Int?, token: RequestToken,
        version: ProtocolVersion, clock: Clock, deadline: Int? = nil
    ) -> WaitingRequest {
        let arguments = copy(id, arguments)
        let limit =
            shared.epoch.settings.deadlineMilliseconds * 1_000
            + OperationTime.extra(bytes: arguments.reduce(0) { $0 + $1.count })
        return WaitingRequest(
            id: id, arguments: arguments, slot: slot, token: token, version: version,
            deadline: deadline ?? clock.now + limit)
    }

    /// A command's own copy; a part of a command with several keys gets its name back.
    private func copy(_ id: CommandID, _ arguments: Arguments) -> [[UInt8]] {
        var list = [Array(CommandTable.spec(id).name.utf8)]
        for index in 1..<max(arguments.count, 1) { list.append(arguments.array(index)) }
        return list
    }

    /// Hands a reply to whom it belongs to: another node, a gathering, or the shell.
    func complete(_ token: RequestToken, _ reply: UnsafeRawBufferPointer) {
        switch token.kind {
        case .none:
            return
        case .guess:
            onOutcomes(token, reply)
        case .peer:
            // «Not done» is no answer for another node: it tries elsewhere.
            let isNotDone = Replies.tryAgain.withUnsafeBytes { bytesEqual($0, reply) }
            if isNotDone { sayLater(token) } else { answer(token, "done", reply) }
        case .connection:
            if reply.first == UInt8(ascii: "-") { traffic.countError(reply) }
            shared.output.complete(token, reply)
        case .gather:
            if Int(token.worker) == shared.worker {
                gather(token, reply)
            } else {
                shared.output.complete(token, reply)
            }
        }
    }

    /// The reply to what was certainly not done and may be tried again.
    public static var notDone: [UInt8] { Replies.tryAgain }

    /// A reply to one of this worker's own askers, from another worker of the process.
    public func onReply(_ token: RequestToken, _ reply: UnsafeRawBufferPointer) {
        complete(token, reply)
    }
}

/// What clients asked one worker for.
struct WorkerTraffic {
    /// Operations that are kept for people to watch.
    static let recentMax = 16
    /// Microseconds between two of them.
    static let sampleInterval = 20_000

    var reads = 0
    var writes = 0
    var forwarded = 0
    var served = 0
    var unknown = 0
    var refused = 0
    private(set) var recent: [OperationReport] = []
    private var sampled = 0
    private var nextSample = 0

    mutating func count(isWrite: Bool) {
        if isWrite { writes &+= 1 } else { reads &+= 1 }
    }

    mutating func sample(slot: Int, isWrite: Bool, now: Int) {
        guard now >= nextSample else { return }
        nextSample = now + WorkerTraffic.sampleInterval
        sampled += 1
        if recent.count == WorkerTraffic.recentMax { recent.removeFirst() }
        recent.append(OperationReport(sequence: sampled, slot: slot, isWrite: isWrite))
    }

    mutating func countError(_ reply: UnsafeRawBufferPointer) {
        if reply.starts(with: "-UNKNOWN".utf8) {
            unknown += 1
        } else if reply.starts(with: "-TRYAGAIN".utf8) || reply.starts(with: "-CLUSTERDOWN".utf8) {
            refused += 1
        }
    }
}
