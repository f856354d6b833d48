import Bytes
import Commands
import RESP
import Ring

/// A command with several parts, each for a home of its own; every part is linearizable, the whole
/// is not.
struct Gather {
    let id: CommandID
    let token: RequestToken
    let version: ProtocolVersion
    var parts: [[UInt8]]
    var remaining: Int
}

extension Worker {
    /// Splits a command with several keys into one part per key.
    func submitParts(
        _ id: CommandID, _ arguments: Arguments, step: Int, token: RequestToken,
        version: ProtocolVersion, clock: Clock, reply: OutputBuffer
    ) -> Disposition {
        let count = (arguments.count - 1) / step
        let number = beginGather(id, parts: count, token: token, version: version)
        for part in 0..<count {
            let partArguments = arguments.dropFirst(part * step).prefix(step + 1)
            let start = replies.count
            let partToken = RequestToken(
                kind: .gather, worker: shared.worker, owner: number, sequence: part)
            let disposition = route(
                id, partArguments, slot: Slots.slot(of: partArguments[1]), token: partToken,
                version: version, clock: clock, reply: replies)
            if disposition == .replied {
                gathers[number]?.parts[part] = Array(replies.bytes(in: start..<replies.count))
                gathers[number]?.remaining -= 1
                replies.truncate(to: start)
            }
        }
        return endGatherAtOnce(number, reply: reply)
    }

    /// Begins to wait for parts; ``endGatherAtOnce(_:reply:)`` has to follow when all are asked for.
    ///
    /// Until then the command is one part more than its parts, so that the last of them, when it is
    /// there at once, does not complete a command whose asker does not wait for it yet.
    func beginGather(
        _ id: CommandID, parts: Int, token: RequestToken, version: ProtocolVersion
    ) -> Int {
        let number = nextGather
        nextGather += 1
        gathers[number] = Gather(
            id: id, token: token, version: version, parts: Array(repeating: [], count: parts),
            remaining: parts + 1)
        return number
    }

    /// Replies at once when no part is missing.
    func endGatherAtOnce(_ number: Int, reply: OutputBuffer) -> Disposition {
        gathers[number]?.remaining -= 1
        guard let gather = gathers[number], gather.remaining == 0 else { return .held }
        gathers[number] = nil
        write(gather, reply)
        return .replied
    }

    /// A part that took longer.
    func gather(_ token: RequestToken, _ reply: UnsafeRawBufferPointer) {
        guard gathers[token.owner] != nil else { return }
        gathers[token.owner]?.parts[token.sequence] = Array(reply)
        gathers[token.owner]?.remaining -= 1
        guard let gather = gathers[token.owner], gather.remaining == 0 else { return }
        gathers[token.owner] = nil
        let start = replies.count
        write(gather, replies)
        finish(.replied, gather.token, from: start)
    }

    private func write(_ gather: Gather, _ reply: OutputBuffer) {
        let errors = gather.parts.filter { $0.first == UInt8(ascii: "-") }
        if let first = errors.first {
            let isWrite = CommandTable.shape(gather.id).flags.contains(.write)
            let isCertain =
                !isWrite
                || errors.count == gather.parts.count
                    && !errors.contains { $0.starts(with: "-UNKNOWN".utf8) }
            reply.append(isCertain ? first : Replies.partlyUnknown)
            return
        }
        let writer = ReplyWriter(reply, gather.version)
        switch gather.id {
        case .mset:
            writer.ok()
        case .mget:
            writer.array(gather.parts.count)
            for part in gather.parts { reply.append(part) }
        case .keys:
            writeKeys(gather, writer)
        case .randomkey:
            writeRandomKey(gather, writer)
        default:
            writer.integer(gather.parts.reduce(0) { $0 + integer($1) })
        }
    }

    private func integer(_ part: [UInt8]) -> Int {
        part.withUnsafeBytes { bytes in
            guard bytes.count > 3 else { return 0 }
            return parseDecimal(UnsafeRawBufferPointer(rebasing: bytes[1..<(bytes.count - 2)])) ?? 0
        }
    }

    /// Each part is a count, a line feed, and so many bulk strings.
    private func writeKeys(_ gather: Gather, _ writer: ReplyWriter) {
        let parts = gather.parts.map(CountedBulks.init)
        writer.array(parts.reduce(0) { $0 + $1.count })
        for part in parts { writer.buffer.append(part.bulks) }
    }

    /// Each part is the number of its keys, a line feed, and one of them.
    private func writeRandomKey(_ gather: Gather, _ writer: ReplyWriter) {
        let parts = gather.parts.map(CountedBulks.init)
        let total = parts.reduce(0) { $0 + $1.count }
        guard total > 0 else {
            writer.null()
            return
        }
        var chosen = Int.random(in: 0..<total, using: &random)
        for part in parts {
            if chosen < part.count {
                writer.buffer.append(part.bulks)
                return
            }
            chosen -= part.count
        }
    }
}

/// What a home answers to RING KEYS and RING RANDOM: a count, a line feed, bulk strings.
struct CountedBulks {
    let count: Int
    let bulks: [UInt8]

    init(_ part: [UInt8]) {
        let digits = part.prefix { $0 != UInt8(ascii: "\n") }
        count = digits.withUnsafeBytes { parseDecimal($0) } ?? 0
        bulks = Array(part.dropFirst(digits.count + 1))
    }
}
