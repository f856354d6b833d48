import Bytes
import Commands
import DequeModule
import RESP

/// A command under way to its home.
struct Forward {
    let request: WaitingRequest
    let target: Int
    /// When it asks for the key's entry: in which session, and since when.
    var fill: Fill?
    /// Monotonic microseconds after which its fate is called unknown.
    var deadline: Int
}

/// A read that asks for the key's entry.
struct Fill {
    /// 0 when the home is not to know of the copy.
    let session: Int
    let askedAt: Int
}

/// Commands that wait for one slot to have a home within reach, in their order.
struct ParkedQueue {
    var requests: Deque<WaitingRequest> = []
}

/// Any node serves any key by forwarding once; a home never forwards on. What was certainly not
/// done is tried again until its deadline, what may have been done is answered «unknown».
extension Worker {
    /// Workers of one process that requests can tell apart.
    static let workersMax = 64

    /// The number of a process's first request to other nodes.
    ///
    /// A home may hold the answer to a request of this node's former process until long after the
    /// restart; so no two processes count from the same place, or it would be taken for the answer
    /// to another request.
    static func firstForward(incarnation: Int) -> Int { ((incarnation & 0x7FFF) << 41) + 1 }

    func canForward(to member: Int) -> Bool {
        forwards.count < Limits.forwardsMax && shared.link(to: member)?.isUp == true
    }

    func forward(_ request: WaitingRequest, to member: Int, clock: Clock) {
        guard let link = shared.link(to: member) else { return }
        let number = nextForward
        nextForward += 1
        let fill = fill(for: request, from: member, clock: clock)
        forwards[number] = Forward(
            request: request, target: member, fill: fill, deadline: request.deadline)
        noteForward(request, by: 1)
        let writer = FrameWriter(buffer: link.out)
        if let fill {
            ask(fill, request, number: number, writer)
            return
        }
        writer.begin(.forward, elements: 2 + request.arguments.count)
        writer.element(number * Worker.workersMax + shared.worker)
        writer.element(Int(request.version.rawValue))
        for argument in request.arguments { argument.withUnsafeBytes { writer.element($0) } }
    }

    /// A command is under way no more.
    func dropForward(_ number: Int) {
        guard let forward = forwards.removeValue(forKey: number) else { return }
        noteForward(forward.request, by: -1)
    }

    /// Counts the writes under way, by slot: what is read behind one goes to the home behind it.
    private func noteForward(_ request: WaitingRequest, by change: Int32) {
        guard let slot = request.slot, let partition = partitions[slot >> 10] else { return }
        if !request.isWrite {
            partition.copyCounts.messages.readsForwarded += change > 0 ? 1 : 0
            return
        }
        partition.slots[partition.place(slot)].writesUnderWay += change
        guard change > 0 else { return }
        partition.copyCounts.messages.writesForwarded += 1
        if request.arguments.count > 1 {
            request.arguments[1].withUnsafeBytes { partition.dropCopy($0) }
        }
    }

    /// Another node sent a client's command.
    ///
    /// - Returns: whether the frame was well formed.
    func onForward(_ frame: Arguments, from member: Int, clock: Clock) -> Bool {
        guard frame.count >= 4, let number = parseDecimal(frame[1]),
            let version = parseDecimal(frame[2]).flatMap({ UInt8(exactly: $0) })
                .flatMap(ProtocolVersion.init(rawValue:)),
            let id = CommandTable.find(frame[3])
        else { return false }
        let token = RequestToken(
            kind: .peer, worker: shared.worker, owner: member, sequence: number)
        return serve(id, frame.dropFirst(3), token: token, version: version, clock: clock)
    }

    /// Runs another node's command here, or says that it was not done.
    ///
    /// - Returns: whether it is one that nodes send to each other.
    @discardableResult
    func serve(
        _ id: CommandID, _ arguments: Arguments, token: RequestToken, version: ProtocolVersion,
        clock: Clock
    ) -> Bool {
        if id == .ring { return serveInternal(arguments, token: token, version: version, clock) }
        let isForwardable =
            id == .scan || CommandTable.shape(id).flags.contains(.keyed) && arguments.count > 1
        guard isForwardable else { return false }
        let slot = routingSlot(id, arguments)
        guard let partition = partitions[slot >> 10] else {
            passOn(arguments, token: token, version: version, partition: slot >> 10)
            return true
        }
        let start = replies.count
        if CommandTable.shape(id).flags.contains(.write) {
            if shared.isCongested {
                ReplyWriter(replies).error("TRYAGAIN too much waits for the disk here; not done")
                finish(.replied, token, from: start)
                return true
            }
        } else if shared.link(to: token.owner)?.putsOffReads == true {
            sayLater(token)
            return true
        }
        switch run(
            id, arguments, partition, slot: slot, token: token, version: version, clock: clock,
            reply: replies)
        {
        case .replied:
            traffic.served += 1
            finish(.replied, token, from: start)
        case .held:
            traffic.served += 1
        case .notServing:
            sayLater(token)
        }
        return true
    }

    /// Answers a question about one partition.
    private func serveInternal(
        _ arguments: Arguments, token: RequestToken, version: ProtocolVersion, _ clock: Clock
    ) -> Bool {
        guard let number = internalPartition(arguments) else { return false }
        guard partitions[number] != nil else {
            passOn(arguments, token: token, version: version, partition: number)
            return true
        }
        let start = replies.count
        let disposition = executeInternal(arguments, clock: clock, reply: replies)
        finish(disposition, token, from: start)
        return true
    }

    private func passOn(
        _ arguments: Arguments, token: RequestToken, version: ProtocolVersion, partition: Int
    ) {
        let list = (0..<arguments.count).map(arguments.array)
        shared.output.passOn(
            PassedRequest(arguments: list, token: token, version: version.rawValue),
            toPartition: partition)
    }

    /// «Not done: I am not the home, or not yet», with the epoch that this is said by.
    func sayLater(_ token: RequestToken) {
        var epoch = String(shared.epoch.number)
        epoch.withUTF8 { answer(token, "later", UnsafeRawBufferPointer($0)) }
    }

    func answer(_ token: RequestToken, _ status: StaticString, _ body: UnsafeRawBufferPointer) {
        guard let link = shared.link(to: token.owner), link.isUp else { return }
        let writer = FrameWriter(buffer: link.out)
        writer.begin(.answer, elements: 3)
        writer.element(token.sequence)
        writer.element(status)
        writer.element(body)
    }

    /// A home's answer.
    ///
    /// - Returns: whether the frame was well formed; one to a request that is over is.
    func onAnswer(_ frame: Arguments, from member: Int) -> Bool {
        guard frame.count == 4, let number = parseDecimal(frame[1]) else { return false }
        guard let forward = forwards[number / Worker.workersMax], forward.target == member else {
            return true
        }
        dropForward(number / Worker.workersMax)
        if bytesEqual(frame[2], literal("done")) {
            complete(forward.request.token, frame[3])
            return true
        }
        if let epoch = parseDecimal(frame[3]), epoch > shared.epoch.number {
            shared.output.laterEpochSeen(from: member)
        }
        parkAgain(forward.request)
        return true
    }

    /// Lets a command wait that was certainly not done.
    func parkAgain(_ request: WaitingRequest) {
        let start = replies.count
        finish(park(request, reply: replies), request.token, from: start)
    }

    func park(_ request: WaitingRequest, reply: OutputBuffer) -> Disposition {
        guard let slot = request.slot, let partition = partitions[slot >> 10] else {
            reply.append(Replies.tryAgain)
            return .replied
        }
        guard parkedCount < Limits.parkedMax,
            parkedBytes + request.byteCount <= Limits.parkedBytesMax
        else {
            reply.append(Replies.full)
            return .replied
        }
        parkedCount += 1
        parkedBytes += request.byteCount
        parked[slot, default: ParkedQueue()].requests.append(request)
        partition.slots[partition.place(slot)].isParked = true
        return .held
    }

    /// Tries what waits, slot by slot and in order.
    func retryParked(clock: Clock) {
        guard parkedCount > 0 else { return }
        for slot in parked.keys.sorted() {
            // Each is tried once: what is parked again meanwhile waits for the next time.
            var untried = parked[slot]?.requests.count ?? 0
            while untried > 0, let request = parked[slot]?.requests.first {
                guard request.deadline <= clock.now || mayProceed(slot) else { break }
                untried -= 1
                unparkFirst(slot)
                if request.deadline <= clock.now {
                    Replies.noHome.withUnsafeBytes { complete(request.token, $0) }
                } else {
                    proceed(request, slot: slot, clock: clock)
                }
            }
        }
    }

    private func mayProceed(_ slot: Int) -> Bool {
        guard let partition = partitions[slot >> 10] else { return false }
        let place = partition.place(slot)
        let home = partition.arc(place).home
        return home == Int32(shared.number)
            ? partition.slots[place].phase == .serving && !shared.isDraining
            : canForward(to: Int(home))
    }

    private func unparkFirst(_ slot: Int) {
        guard let request = parked[slot]?.requests.popFirst() else { return }
        parkedCount -= 1
        parkedBytes -= request.byteCount
        guard parked[slot]?.requests.isEmpty == true, let partition = partitions[slot >> 10]
        else { return }
        parked[slot] = nil
        partition.slots[partition.place(slot)].isParked = false
    }

    private func proceed(_ request: WaitingRequest, slot: Int, clock: Clock) {
        guard let partition = partitions[slot >> 10] else { return }
        let home = partition.arc(partition.place(slot)).home
        guard home == Int32(shared.number) else {
            forward(request, to: Int(home), clock: clock)
            return
        }
        let start = replies.count
        let execution = withArguments(request.arguments) { arguments in
            run(
                request.id, arguments, partition, slot: slot, token: request.token,
                version: request.version, clock: clock, reply: replies)
        }
        switch execution {
        case .replied: finish(.replied, request.token, from: start)
        case .held: return
        case .notServing: parkAgain(request)
        }
    }

    /// The link to a member is gone: a write that was sent may have been done.
    func loseForwards(to member: Int) {
        let lost = forwards.filter { $0.value.target == member }
        for (number, forward) in lost.sorted(by: { $0.key < $1.key }) {
            dropForward(number)
            if forward.request.isWrite {
                Replies.lostLink.withUnsafeBytes { complete(forward.request.token, $0) }
            } else {
                parkAgain(forward.request)
            }
        }
    }

    /// After a change of homes: reads go to the new home at once, writes that the old one may
    /// have done are not waited for much longer.
    func reviewForwards(clock: Clock) {
        for (number, forward) in forwards.sorted(by: { $0.key < $1.key }) {
            guard let slot = forward.request.slot, let partition = partitions[slot >> 10],
                partition.arc(partition.place(slot)).home != Int32(forward.target)
            else { continue }
            if forward.request.isWrite {
                forwards[number]?.deadline = min(
                    forward.deadline, clock.now + Limits.lostHomePatience)
            } else {
                dropForward(number)
                parkAgain(forward.request)
            }
        }
    }

    func expireForwards(clock: Clock) {
        let late = forwards.filter { $0.value.deadline <= clock.now }
        for (number, forward) in late.sorted(by: { $0.key < $1.key }) {
            dropForward(number)
            let reply = forward.request.isWrite ? Replies.lateAnswer : Replies.noHome
            reply.withUnsafeBytes { complete(forward.request.token, $0) }
        }
    }
}

func literal(_ text: StaticString) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
}
