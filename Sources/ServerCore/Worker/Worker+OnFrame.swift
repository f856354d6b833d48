import Bytes
import RESP
import Ring

/// Which worker a frame is for.
public enum FrameTarget: Sendable, Equatable {
    /// The owner of a partition.
    case partition(Int)
    /// A worker by its number.
    case worker(Int)
    /// Whichever received it.
    case any
    /// Not a frame of the data links.
    case invalid

    /// Looks at a frame without executing it.
    public init(_ frame: Arguments) {
        guard frame.count >= 3, let name = Worker.frame(frame), let number = parseDecimal(frame[1])
        else {
            self = .invalid
            return
        }
        switch name {
        case .forward, .guess, .hottest: self = .any
        case .answer, .entry, .copies:
            self = number >= 0 ? .worker(number % Worker.workersMax) : .invalid
        case .node: self = .invalid
        default:
            self = number >= 0 && number < Worker.partitionCount ? .partition(number) : .invalid
        }
    }
}

extension Worker {
    /// The frame that a request is, if it is one.
    static func frame(_ arguments: Arguments) -> PeerFrame? {
        guard arguments.count > 0 else { return nil }
        return PeerFrame(rawValue: arguments.text(0))
    }

    /// A frame from a member, over a link whose handshake was good.
    ///
    /// - Parameters:
    ///   - frame: for this worker, as ``FrameTarget`` says.
    ///   - member: who sent it.
    ///   - clock: read after it had arrived.
    /// - Returns: whether it was well formed; the link is closed otherwise.
    public func onFrame(_ frame: Arguments, from member: Int, clock: Clock) -> Bool {
        guard let name = Worker.frame(frame) else { return false }
        switch name {
        case .forward:
            return onForward(frame, from: member, clock: clock)
        case .answer:
            return onAnswer(frame, from: member)
        case .entry:
            return onEntry(frame, from: member, clock: clock)
        case .guess:
            return onGuess(frame, from: member, clock: clock)
        case .copies:
            return onCopies(frame, from: member, clock: clock)
        case .hottest:
            return onHottest(frame, from: member, clock: clock)
        case .node:
            return false
        default:
            break
        }
        guard frame.count >= 3, let number = parseDecimal(frame[1]),
            partitions.indices.contains(number)
        else { return false }
        guard let partition = partitions[number] else { return false }
        partition.isQuiet = false
        switch name {
        case .stream:
            partition.onStream(frame[2], from: member)
            return true
        case .install:
            return onInstall(frame, partition, from: member)
        case .fill:
            return onFill(frame, partition, from: member, clock: clock)
        case .renew, .lease, .over:
            return onSession(name, frame[2], partition, from: member, clock: clock)
        case .watch, .watched:
            return onWatchFrame(name, frame[2], partition, from: member)
        case .changed:
            // A client that is told asks again: this node's own copy must not be its answer.
            partition.dropCopy(frame[2])
            shared.output.keyChanged(frame[2])
            return true
        case .invalidate, .update:
            return onAnnouncement(name, frame, partition, from: member, clock: clock)
        case .content:
            return onContent(frame, partition, from: member, clock: clock)
        default:
            return onNumbers(name, frame[2], partition, from: member, clock: clock)
        }
    }

    /// The frames whose one element is a list of numbers.
    private func onNumbers(
        _ name: PeerFrame, _ bytes: UnsafeRawBufferPointer, _ partition: Partition,
        from member: Int, clock: Clock
    ) -> Bool {
        var numbers = NumberReader(bytes)
        while !numbers.isAtEnd {
            guard let slot = numbers.next(), slot >> 10 == partition.number,
                let generation = numbers.next()
            else { return false }
            let place = partition.place(slot)
            switch name {
            case .collect:
                partition.onCollect(place, generation: generation, from: member, clock: clock)
            case .fetch:
                partition.onFetch(place, generation: generation, from: member)
            case .acknowledge:
                guard let position = numbers.next() else { return false }
                partition.onAcknowledge(
                    place, generation: generation, position: position, from: member, clock: clock)
            case .refuse:
                partition.onRefuse(place, generation: generation, from: member, clock: clock)
            case .outcome:
                partition.onOutcome(place, generation: generation, from: member)
            case .settled:
                guard let base = numbers.next(), let position = numbers.next() else {
                    return false
                }
                if generation == partition.slots[place].generation {
                    partition.decide(place, base: base, position: position)
                }
            case .dropped:
                // Its second number is the session.
                guard let announcement = numbers.next() else { return false }
                partition.onDropped(
                    place, session: generation, announcement: announcement, from: member,
                    clock: clock)
            case .copy:
                guard let base = numbers.next(), let position = numbers.next(),
                    let digest = numbers.nextDigest(),
                    let condition = numbers.next().flatMap(CopyState.Condition.init)
                else { return false }
                partition.onCopy(
                    CopyState(
                        base: base, position: position, digest: digest, condition: condition),
                    place, generation: generation, from: member, clock: clock)
            default:
                return false
            }
        }
        return true
    }

    private func onInstall(_ frame: Arguments, _ partition: Partition, from member: Int) -> Bool {
        guard frame.count == 8, let slot = parseDecimal(frame[2]), slot >> 10 == partition.number,
            let generation = parseDecimal(frame[3]), let position = parseDecimal(frame[4]),
            (0..<RingEpoch.numberLimit).contains(position), let piece = Partition.Piece(frame[5]),
            let digest = parseDigest(frame[6])
        else { return false }
        partition.onInstall(
            partition.place(slot), generation: generation, position: position, piece: piece,
            digest: digest, lines: frame[7], from: member)
        return true
    }

    private func onContent(
        _ frame: Arguments, _ partition: Partition, from member: Int, clock: Clock
    ) -> Bool {
        guard frame.count == 7, let slot = parseDecimal(frame[2]), slot >> 10 == partition.number,
            let generation = parseDecimal(frame[3]), let piece = Partition.Piece(frame[4]),
            let digest = parseDigest(frame[5])
        else { return false }
        partition.onContent(
            partition.place(slot), generation: generation, piece: piece, digest: digest,
            lines: frame[6], from: member, clock: clock)
        return true
    }
}
