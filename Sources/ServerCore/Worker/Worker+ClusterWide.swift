import Bytes
import Commands
import Log
import RESP
import Ring

/// Commands that speak of the whole cluster. Each home answers for its own slots of one partition,
/// in the epoch of the asker, so that every key is counted exactly once.
extension Worker {
    func submitClusterWide(
        _ id: CommandID, _ arguments: Arguments, token: RequestToken, version: ProtocolVersion,
        clock: Clock, reply: OutputBuffer
    ) -> Disposition {
        switch id {
        case .scan:
            guard let cursor = ScanCursor(arguments, reply: reply) else { return .replied }
            return route(
                .scan, arguments, slot: cursor.slot, token: token, version: version, clock: clock,
                reply: reply)
        case .dbsize, .keys, .randomkey:
            return ask(
                id, arguments, token: token, version: version, clock: clock, reply: reply)
        default:
            ReplyWriter(reply).error("ERR this command is not served here")
            return .replied
        }
    }

    /// One question to each home for each partition that it has slots in.
    private func ask(
        _ id: CommandID, _ arguments: Arguments, token: RequestToken, version: ProtocolVersion,
        clock: Clock, reply: OutputBuffer
    ) -> Disposition {
        var targets: Set<Target> = []
        for arc in shared.epoch.arcs {
            guard let home = arc.present.home else {
                reply.append(Replies.tryAgain)
                return .replied
            }
            for partition in (arc.first >> 10)...(arc.last >> 10) {
                targets.insert(Target(home: home, partition: partition))
            }
        }
        let number = beginGather(id, parts: targets.count, token: token, version: version)
        for (part, target) in targets.sorted().enumerated() {
            var question = [
                Array("ring".utf8), Array(id == .dbsize ? "count".utf8 : "keys".utf8),
                Array(String(target.partition).utf8), Array(String(shared.epoch.number).utf8),
            ]
            if id == .keys { question.append(arguments.array(1)) }
            if id == .randomkey {
                question[1] = Array("random".utf8)
                question.append(Array(String(random.next() >> 1).utf8))
            }
            let partToken = RequestToken(
                kind: .gather, worker: shared.worker, owner: number, sequence: part)
            send(question, to: target, token: partToken, version: version, clock: clock)
        }
        return endGatherAtOnce(number, reply: reply)
    }

    private func send(
        _ question: [[UInt8]], to target: Target, token: RequestToken, version: ProtocolVersion,
        clock: Clock
    ) {
        if target.home == shared.number {
            guard partitions[target.partition] != nil else {
                shared.output.passOn(
                    PassedRequest(arguments: question, token: token, version: version.rawValue),
                    toPartition: target.partition)
                return
            }
            let start = replies.count
            let disposition = withArguments(question) { arguments in
                executeInternal(arguments, clock: clock, reply: replies)
            }
            finish(disposition, token, from: start)
        } else if canForward(to: target.home) {
            let limit = shared.epoch.settings.deadlineMilliseconds * 1_000
            forward(
                WaitingRequest(
                    id: .ring, arguments: question, slot: nil, token: token, version: version,
                    deadline: clock.now + limit),
                to: target.home, clock: clock)
        } else {
            Replies.tryAgain.withUnsafeBytes { complete(token, $0) }
        }
    }

    /// Which partition a question of another node is about.
    func internalPartition(_ arguments: Arguments) -> Int? {
        guard arguments.count >= 4, let number = parseDecimal(arguments[2]),
            partitions.indices.contains(number)
        else { return nil }
        return number
    }

    /// Answers RING COUNT, KEYS or RANDOM for one partition.
    func executeInternal(
        _ arguments: Arguments, clock: Clock, reply: OutputBuffer
    ) -> Disposition {
        guard let number = internalPartition(arguments), let partition = partitions[number],
            let epoch = parseDecimal(arguments[3]), epoch == shared.epoch.number,
            partition.canAnswer(clock: clock)
        else {
            reply.append(Replies.tryAgain)
            return .replied
        }
        if bytesEqual(arguments[1], literal("count")) {
            ReplyWriter(reply).integer(partition.homeKeys)
        } else if bytesEqual(arguments[1], literal("keys")), arguments.count == 5 {
            partition.writeKeys(matching: Glob(arguments[4]), clock: clock, reply: reply)
        } else if bytesEqual(arguments[1], literal("random")), arguments.count == 5 {
            let random = parseDecimal(arguments[4]) ?? 0
            partition.writeRandomKey(UInt64(truncatingIfNeeded: random), reply: reply)
        } else {
            reply.append(Replies.tryAgain)
        }
        return .replied
    }
}

/// One home and one of the partitions that it has slots in.
private struct Target: Hashable, Comparable {
    let home: Int
    let partition: Int

    static func < (left: Target, right: Target) -> Bool {
        (left.partition, left.home) < (right.partition, right.home)
    }
}

/// A place in the keyspace that means the same on every node and in every epoch: a slot, and a
/// place in the order of the hashes of its keys.
struct ScanCursor {
    var slot: Int
    var position: UInt32
    let options: ScanArguments

    /// Reads SCAN's arguments; writes the error and is nil when they are wrong.
    init?(_ arguments: Arguments, reply: OutputBuffer? = nil) {
        do throws(ScanArguments.Failure) {
            options = try ScanArguments(arguments)
        } catch {
            if let reply { ReplyWriter(reply).error(error.text) }
            return nil
        }
        guard options.cursor >> 32 < UInt64(Slots.count) else {
            if let reply { ReplyWriter(reply).error("ERR invalid cursor") }
            return nil
        }
        slot = Int(options.cursor >> 32)
        position = UInt32(truncatingIfNeeded: options.cursor)
    }

    var value: UInt64 { UInt64(slot) << 32 | UInt64(position) }
}
