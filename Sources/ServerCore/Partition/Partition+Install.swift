import Glibc
import Log

/// An install or a fetched copy that arrives in pieces.
struct Arrival {
    let generation: Int
    let position: Int
    let sender: Int
    var seen: Set<[UInt8]> = []
}

/// Install(g, p): the entries as of position p, and last one durable mark (rule 6).
extension Partition {
    /// Sets (base, position) of the own copy; the record that makes an install count.
    func mark(_ place: Int, position: Int) {
        let slot = firstSlot + place
        if slots[place].isLost || slots[place].readBack == .holed { writeAnew(place) }
        slots[place].base = slots[place].generation
        slots[place].position = position
        slots[place].trust()
        slots[place].isTouched = false
        shared.append(
            Record(mark: slot...slot, generation: slots[place].generation, position: position))
    }

    /// Tells a member that its copy is the right one already, by digest.
    func installSame(_ place: Int, on link: PeerLink) {
        link.flush(partition: number)
        let writer = FrameWriter(buffer: link.out)
        beginInstall(place, writer)
        writer.element("same")
        writer.element(digest: index.digest(slot: place))
        writer.element("")
    }

    /// Sends a member all entries.
    ///
    /// - Returns: bytes of the frames.
    func installAll(_ place: Int, on link: PeerLink) -> Int {
        link.flush(partition: number)
        let start = link.out.count
        let writer = FrameWriter(buffer: link.out)
        sendPieces(place, writer) { writer in beginInstall(place, writer) }
        return link.out.count - start
    }

    private func beginInstall(_ place: Int, _ writer: FrameWriter) {
        writer.begin(.install, elements: 7)
        writer.element(number)
        writer.element(firstSlot + place)
        writer.element(slots[place].generation)
        writer.element(slots[place].position)
    }

    /// Rule 5: sends the home of a new generation all entries of this node's copy.
    func onFetch(_ place: Int, generation: Int, from home: Int) {
        guard slots[place].generation == generation, arc(place).home == Int32(home),
            !slots[place].isLost, let link = shared.link(to: home), link.isUp
        else { return }
        link.flush(partition: number)
        sendPieces(place, FrameWriter(buffer: link.out)) { writer in
            writer.begin(.content, elements: 6)
            writer.element(number)
            writer.element(firstSlot + place)
            writer.element(generation)
        }
    }

    private func sendPieces(
        _ place: Int, _ writer: FrameWriter, begin: (FrameWriter) -> Void
    ) {
        let digest = index.digest(slot: place)
        let piece = shared.scratch
        piece.clear()
        index.forEach(slot: place) { entry in
            guard !entry.isTombstone else { return }
            RecordEncoder.append(
                Record(
                    kind: .copy, key: entry.key, value: entry.value, slot: firstSlot + place,
                    generation: entry.generation, position: entry.position, expiry: entry.expiry),
                to: piece)
            guard piece.count >= shared.pieceBytes else { return }
            begin(writer)
            writer.element("more")
            writer.element(digest: digest)
            writer.element(piece.bytes)
            piece.clear()
        }
        begin(writer)
        writer.element("last")
        writer.element(digest: digest)
        writer.element(piece.bytes)
        piece.clear()
    }

    /// What one piece is: nothing but a digest, some of the entries, or the last of them.
    enum Piece: Equatable {
        case same
        case more
        case last

        init?(_ bytes: UnsafeRawBufferPointer) {
            switch String(decoding: bytes, as: UTF8.self) {
            case "same": self = .same
            case "more": self = .more
            case "last": self = .last
            default: return nil
            }
        }
    }

    /// A piece of an install from the slot's home.
    func onInstall(
        _ place: Int, generation: Int, position: Int, piece: Piece, digest: UInt64,
        lines: UnsafeRawBufferPointer, from sender: Int
    ) {
        let state = slots[place]
        guard shared.writesStopped == nil, !shared.isCongested else { return }
        let arc = arc(place)
        guard state.generation == generation, arc.home == Int32(sender),
            arc.selfIndex >= 0 || arc.isLearner
        else {
            refuse(place, to: sender)
            if generation > state.generation { shared.output.laterEpochSeen(from: sender) }
            return
        }
        if arc.selfIndex < 0 {
            learn(
                place, generation: generation, position: position, piece: piece, digest: digest,
                lines: lines, from: sender)
            return
        }
        let isKnown =
            (state.base, state.position) >= (generation, position)
            && !shared.planted.contains(.reinstalls)
        if !state.isDamaged, isKnown {
            arrivals[place] = nil
            acknowledge(place, to: sender)
            return
        }
        if shared.planted.contains(.marksFirst) { mark(place, position: position) }
        if piece != .same {
            take(lines, place, generation: generation, position: position, from: sender)
            guard piece == .last else { return }
            _ = dropUnseen(place, leaving: digest)
        }
        arrivals[place] = nil
        guard index.digest(slot: place) == digest, piece != .same || !state.isLost else {
            refuse(place, to: sender)
            return
        }
        mark(place, position: position)
        acknowledge(place, to: sender)
    }

    /// A piece of the chosen copy, fetched for a new generation that this node leads.
    func onContent(
        _ place: Int, generation: Int, piece: Piece, digest: UInt64,
        lines: UnsafeRawBufferPointer, from sender: Int, clock: Clock
    ) {
        guard slots[place].phase == .fetching, slots[place].generation == generation,
            let settle = settles[place], let source = settle.source,
            plan(place).members[source] == sender
        else { return }
        settles[place]?.nextAsk = clock.now + SettleLimits.fetchTimeout
        take(lines, place, generation: generation, position: 0, from: sender)
        guard piece == .last else { return }
        if shared.planted.contains(.merges) { return onFetched(place, clock: clock) }
        let isWhole = dropUnseen(place, leaving: digest)
        arrivals[place] = nil
        if isWhole, digest == settle.chosen?.digest {
            onFetched(place, clock: clock)
        } else {
            abandonFetch(place, clock: clock)
        }
    }

    /// Writes what differs.
    func take(
        _ lines: UnsafeRawBufferPointer, _ place: Int, generation: Int, position: Int,
        from sender: Int
    ) {
        var arrival =
            arrivals.removeValue(forKey: place)
            ?? Arrival(generation: generation, position: position, sender: sender)
        if arrival.generation != generation || arrival.position != position
            || arrival.sender != sender
        {
            arrival = Arrival(generation: generation, position: position, sender: sender)
        }
        forEachLine(lines) { line in
            guard let record = decode(line), record.kind == .copy,
                record.slot == firstSlot + place
            else { return }
            arrival.seen.insert(Array(record.key))
            let hash = index.hash(record.key)
            if let entry = index.find(slot: place, key: record.key, hash: hash),
                entry.generation == record.generation, entry.position == record.position
            {
                return
            }
            slots[place].isTouched = true
            shared.log.append(line)
            shared.log.append(UInt8(ascii: "\n"))
            shared.records += 1
            index.put(
                slot: place, key: record.key, hash: hash, value: record.value,
                generation: record.generation, position: record.position, expiry: record.expiry)
        }
        arrivals[place] = arrival
    }

    /// Removes what the source lacks, if that leaves what the source has.
    ///
    /// Otherwise a piece was lost or damaged on its way, and what was in it must stay: the copy
    /// goes on vouching for it by its old (base, position).
    ///
    /// - Returns: whether the copy's entries are the source's now.
    func dropUnseen(_ place: Int, leaving digest: UInt64) -> Bool {
        let seen = arrivals[place]?.seen ?? []
        var dropped: [[UInt8]] = []
        var left = index.digest(slot: place)
        index.forEach(slot: place) { entry in
            let key = Array(entry.key)
            guard !seen.contains(key) else { return }
            dropped.append(key)
            left &-= index.digestShare(of: entry)
        }
        guard left == digest else { return false }
        if !dropped.isEmpty { slots[place].isTouched = true }
        for key in dropped {
            key.withUnsafeBytes { bytes in
                shared.append(
                    Record(
                        kind: .drop, key: bytes,
                        value: UnsafeRawBufferPointer(start: nil, count: 0),
                        slot: firstSlot + place, generation: slots[place].generation,
                        position: 0, expiry: 0))
                _ = index.remove(slot: place, key: bytes, hash: index.hash(bytes))
            }
        }
        return true
    }

    /// Tells a home that what it sent does not fit, and by which generation this node acts.
    func refuse(_ place: Int, to home: Int) {
        shared.link(to: home)?.append(
            .refuse, partition: number, firstSlot + place, slots[place].generation)
    }

    /// Queues an acknowledgement until the log is durable so far.
    func acknowledge(_ place: Int, to home: Int) {
        let isReplica = shared.hotArcs[Int(slots[place].arc)].selfIndex >= 0
        shared.undurable.append(
            .acknowledge(
                home: home, slot: firstSlot + place, generation: slots[place].generation,
                position: isReplica ? slots[place].position : slots[place].learnedPosition),
            after: shared.log.isEmpty ? shared.batch - 1 : shared.batch)
    }

    func decode(_ line: UnsafeRawBufferPointer) -> Record? {
        do throws(RecordFailure) {
            return try shared.decoder.decode(line)
        } catch {
            // A damaged line is not applied; the position or the digest that is missing then
            // makes the home ask and install anew.
            shared.damagedLines += 1
            return nil
        }
    }

    func forEachLine(_ lines: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        var start = 0
        let end = lines.count
        guard let base = lines.baseAddress else { return }
        while start < end {
            var length = end - start
            if let feed = memchr(base + start, 10, length) {
                length = base.distance(to: UnsafeRawPointer(feed)) - start
            }
            body(UnsafeRawBufferPointer(rebasing: lines[start..<(start + length)]))
            start += length + 1
        }
    }
}
