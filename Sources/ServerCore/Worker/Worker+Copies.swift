import Bytes
import Commands
import Prefetch
import RESP
import Ring

/// Reads that are answered from copies, and the frames that keep copies coherent.
extension Worker {
    /// The settings have changed: the bound of the copies, and whether there are any.
    func noteCacheSettings() {
        let owned = partitions.count { $0 != nil }
        shared.copies.bytesMax = shared.epoch.settings.cacheBytes * owned / Partition.count
        if !shared.isCaching, shared.copies.count > 0 { shared.copies.removeAll() }
        let prefetching = shared.isCaching ? shared.epoch.settings.prefetching : .off
        if prefetching != prefetcher.prefetching {
            var former = prefetcher.report
            former.stopped = 0
            copyCounts.prefetches.add(former)
            prefetcher = Prefetcher(prefetching)
        }
    }

    // MARK: The reader's side

    /// How a read may be answered; `off` for what is no read of one key.
    private func coherenceOf(_ id: CommandID, _ arguments: Arguments) -> Coherence {
        let flags = CommandTable.shape(id).flags
        guard flags.contains(.keyed), !flags.contains(.write), arguments.count > 1 else {
            return .off
        }
        return shared.epoch.settings.coherence(of: arguments[1])
    }

    /// Answers a read from a copy, if there is one that may.
    func answerFromCopy(
        _ id: CommandID, _ arguments: Arguments, _ partition: Partition, _ place: Int,
        version: ProtocolVersion, clock: Clock, reply: OutputBuffer
    ) -> Bool {
        let coherence = coherenceOf(id, arguments)
        guard coherence != .off else { return false }
        partition.copyCounts.reads += 1
        // What a client reads behind a write of its own goes to the home behind it.
        guard partition.slots[place].writesUnderWay == 0,
            let found = partition.usableCopy(place, arguments[1], coherence, clock: clock)
        else { return false }
        partition.copyCounts.hits += 1
        if let guesser = shared.copies.noteHit(found) {
            outcomes[guesser, default: .init()].used += 1
        }
        let copy = shared.copies[found]
        evaluate(
            id, arguments, copy.content, copy.version, partition, place, version: version,
            clock: clock, reply: reply)
        return true
    }

    /// Runs a command on what is known of its key.
    private func evaluate(
        _ id: CommandID, _ arguments: Arguments, _ content: Copy.Content, _ entryVersion: Version,
        _ partition: Partition, _ place: Int, version: ProtocolVersion, clock: Clock,
        reply: OutputBuffer
    ) {
        switch content {
        case .absent:
            evaluate(id, arguments, nil, version: version, clock: clock, reply: reply)
        case .value(let value, let expiry):
            value.withUnsafeBytes { value in
                evaluate(
                    id, arguments, EntryView(value: value, expiry: expiry), version: version,
                    clock: clock, reply: reply)
            }
        case .replica:
            let entry = partition.replicaEntry(place, arguments[1], entryVersion)
            evaluate(
                id, arguments, entry.map { EntryView(value: $0.value, expiry: $0.expiry) },
                version: version, clock: clock, reply: reply)
        }
    }

    private func evaluate(
        _ id: CommandID, _ arguments: Arguments, _ view: EntryView?, version: ProtocolVersion,
        clock: Clock, reply: OutputBuffer
    ) {
        // The home found it alive; this node's clock does not overrule that.
        let expiry = view?.expiry ?? 0
        let wall = expiry == 0 ? clock.wall : min(clock.wall, expiry - 1)
        _ = shared.evaluator.evaluate(
            id, arguments, entry: view, now: wall, protocolVersion: version, reply: reply,
            scratch: shared.scratch)
    }

    /// The question for an entry that a read is sent on as; nil when it asks for a reply.
    func fill(for request: WaitingRequest, from home: Int, clock: Clock) -> Fill? {
        guard shared.isCaching, !request.isWrite, let slot = request.slot, request.id != .scan,
            let partition = partitions[slot >> 10]
        else { return nil }
        let coherence = withArguments(request.arguments) { coherenceOf(request.id, $0) }
        guard coherence != .off else { return nil }
        noteLate(request.arguments[1])
        return Fill(
            session: coherence.isStrict ? partition.session(with: home) : 0, askedAt: clock.now)
    }

    /// Sends a read on as a question for its key's entry.
    func ask(_ fill: Fill, _ request: WaitingRequest, number: Int, _ writer: FrameWriter) {
        guard let slot = request.slot, let partition = partitions[slot >> 10] else { return }
        var numbers = [number * Worker.workersMax + shared.worker, fill.session]
        let known = request.arguments[1].withUnsafeBytes {
            partition.knownVersion(partition.place(slot), $0)
        }
        if let known { numbers += [known.generation, known.position] }
        writer.begin(.fill, elements: 3 + request.arguments.count)
        writer.element(partition.number)
        writer.element(numbers: numbers)
        writer.element(Int(request.version.rawValue))
        for argument in request.arguments { argument.withUnsafeBytes { writer.element($0) } }
    }

    /// A home's answer to a question for an entry.
    func onEntry(_ frame: Arguments, from member: Int, clock: Clock) -> Bool {
        guard frame.count == 5, let number = parseDecimal(frame[1]),
            let answer = CopyAnswer(numbers: frame[2], kind: frame[3], value: frame[4])
        else { return false }
        guard let forward = forwards[number / Worker.workersMax], forward.target == member,
            let fill = forward.fill, let slot = forward.request.slot,
            let partition = partitions[slot >> 10]
        else { return true }
        let request = forward.request
        let place = partition.place(slot)
        dropForward(number / Worker.workersMax)
        withArguments(request.arguments) { arguments in
            let key = arguments[1]
            guard let content = partition.content(of: answer, place, key) else {
                parkAgain(request)
                return
            }
            if mayKeep(fill.session, partition, place) {
                partition.keep(
                    content, answer, place, key, home: member, session: fill.session,
                    askedAt: fill.askedAt, guesser: nil, clock: clock)
            }
            count(answer, partition)
            let start = replies.count
            evaluate(
                request.id, arguments, content, answer.version, partition, place,
                version: request.version, clock: clock, reply: replies)
            finish(.replied, request.token, from: start)
        }
        return true
    }

    /// Whether what a home has said may be kept while this node sends writes of the slot on:
    /// without a session nobody says when one of them makes it old.
    func mayKeep(_ session: Int, _ partition: Partition, _ place: Int) -> Bool {
        session != 0 || partition.slots[place].writesUnderWay == 0
    }

    private func count(_ answer: CopyAnswer, _ partition: Partition) {
        if case .same = answer.content {
            partition.copyCounts.validated += 1
        } else {
            partition.copyCounts.fills += 1
        }
    }

    // MARK: The home's side

    /// Another node sent a read, and would keep a copy of what it finds.
    func onFill(
        _ frame: Arguments, _ partition: Partition, from member: Int, clock: Clock
    ) -> Bool {
        var numbers = NumberReader(frame[2])
        guard frame.count >= 6, let number = numbers.next(), let session = numbers.next(),
            let version = parseDecimal(frame[3]).flatMap({ UInt8(exactly: $0) })
                .flatMap(ProtocolVersion.init(rawValue:)),
            let id = CommandTable.find(frame[4])
        else { return false }
        let slot = Slots.slot(of: frame[5])
        guard slot >> 10 == partition.number else { return false }
        var had: Version?
        if let generation = numbers.next(), let position = numbers.next() {
            had = Version(generation: generation, position: position)
        }
        guard let link = shared.link(to: member), link.isUp, !link.putsOffReads,
            let answer = partition.copyAnswer(
                partition.place(slot), frame[5], to: member, session: session, had: had,
                clock: clock)
        else {
            let token = RequestToken(
                kind: .peer, worker: shared.worker, owner: member, sequence: number)
            serve(id, frame.dropFirst(4), token: token, version: version, clock: clock)
            return true
        }
        traffic.served += 1
        let writer = FrameWriter(buffer: link.out)
        writer.begin(.entry, elements: 4)
        writer.element(number)
        answer.write(to: writer)
        return true
    }

    // MARK: Both sides

    /// RENEW, LEASE and OVER: sessions, their times and leases.
    func onSession(
        _ name: PeerFrame, _ bytes: UnsafeRawBufferPointer, _ partition: Partition,
        from member: Int, clock: Clock
    ) -> Bool {
        var numbers = NumberReader(bytes)
        while !numbers.isAtEnd {
            guard let session = numbers.next(), let time = numbers.next() else { return false }
            switch name {
            case .renew:
                partition.onRenew(session, askedAt: time, from: member, clock: clock)
            case .lease:
                guard let lease = numbers.next() else { return false }
                partition.onLease(
                    session, askedAt: time, lease: lease, from: member, clock: clock)
            default:
                partition.onOver(session, from: member, clock: clock)
            }
        }
        return true
    }

    /// INVALIDATE and UPDATE.
    func onAnnouncement(
        _ name: PeerFrame, _ frame: Arguments, _ partition: Partition, from member: Int,
        clock: Clock
    ) -> Bool {
        var numbers = NumberReader(frame[2])
        guard frame.count >= 4, let session = numbers.next(), let slot = numbers.next(),
            slot >> 10 == partition.number, let generation = numbers.next(),
            let position = numbers.next(), let fifth = numbers.next()
        else { return false }
        let place = partition.place(slot)
        if name == .invalidate {
            guard let announcement = numbers.next() else { return false }
            partition.onInvalidate(
                place, session: session,
                version: Version(generation: generation, position: position, turn: fifth),
                announcement: announcement, key: frame[3], from: member)
        } else {
            guard frame.count == 5 else { return false }
            partition.onUpdate(
                place, session: session,
                version: Version(generation: generation, position: position), expiry: fifth,
                key: frame[3], value: frame[4], from: member, clock: clock)
        }
        return true
    }
}

extension CopyAnswer {
    /// Reads what ``write(to:)`` has written.
    init?(
        numbers: UnsafeRawBufferPointer, kind: UnsafeRawBufferPointer,
        value: UnsafeRawBufferPointer
    ) {
        var numbers = NumberReader(numbers)
        guard let lease = numbers.next(), let generation = numbers.next(),
            let position = numbers.next(), let asOfGeneration = numbers.next(),
            let asOfPosition = numbers.next(), let turn = numbers.next(),
            let expiry = numbers.next()
        else { return nil }
        if bytesEqual(kind, literal("same")) {
            content = .same
        } else if bytesEqual(kind, literal("value")) {
            content = .value(value, expiry: expiry)
        } else if bytesEqual(kind, literal("absent")) {
            content = .absent
        } else {
            return nil
        }
        self.lease = lease
        version = Version(generation: generation, position: position)
        asOf = Version(generation: asOfGeneration, position: asOfPosition, turn: turn)
    }

    /// Appends three elements.
    func write(to writer: FrameWriter) {
        var expiry = 0
        if case .value(_, let time) = content { expiry = time }
        writer.element(numbers: [
            lease, version.generation, version.position, asOf.generation, asOf.position, asOf.turn,
            expiry,
        ])
        switch content {
        case .same:
            writer.element("same")
            writer.element("")
        case .absent:
            writer.element("absent")
            writer.element("")
        case .value(let value, _):
            writer.element("value")
            writer.element(value)
        }
    }
}
