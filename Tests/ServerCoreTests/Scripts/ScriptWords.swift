import Log
import RESP
import Ring

@testable import ServerCore

/// What frames and log lines say of one slot, in words; what they say of others is left out.
struct FrameWords {
    let slot: Int

    /// One line for each thing that is said.
    func lines(_ bytes: [UInt8]) -> [String] {
        let parser = RequestParser()
        return bytes.withUnsafeBytes { memory in
            var lines: [String] = []
            while case .request = parser.next(memory) { lines += words(parser.arguments) }
            return lines
        }
    }

    private func words(_ frame: Arguments) -> [String] {
        guard let kind = PeerFrame(rawValue: frame.text(0)) else { return [] }
        switch kind {
        case .forward:
            return ["forward: " + (3..<frame.count).map(frame.text).joined(separator: " ")]
        case .answer:
            return frame.text(2) == "done"
                ? ["answer: done"] : ["answer: not done, not its home in epoch \(frame.text(3))"]
        case .stream: return records(frame[2]).map { "stream: \($0)" }
        case .content:
            guard frame.text(2) == "\(slot)" else { return [] }
            return ["content: \(entries(frame[6]))"]
        case .install:
            guard frame.text(2) == "\(slot)" else { return [] }
            let what = frame.text(5) == "same" ? "just as you have it" : entries(frame[7])
            return ["install as (\(frame.text(3)), \(frame.text(4))): \(what)"]
        case .acknowledge:
            return numbers(frame, 3).map { "ack: durable up to (\($0[1]), \($0[2]))" }
        case .refuse: return numbers(frame, 2).map { "refuse: it does not fit; I am in \($0[1])" }
        case .collect: return numbers(frame, 2).map { "collect for \($0[1]): what do you have?" }
        case .copy:
            return numbers(frame, 6).map { copy in
                copy[2] == "0" ? "copy: nothing" : "copy: (\(copy[2]), \(copy[3]))"
            }
        case .fetch: return numbers(frame, 2).map { "fetch for \($0[1]): send me your copy" }
        case .outcome: return numbers(frame, 2).map { "outcome: with what did \($0[1]) begin?" }
        case .settled: return numbers(frame, 4).map { "settled: with (\($0[2]), \($0[3]))" }
        case .fill: return ["fill: \(frame.text(4)) \(frame.text(5)), for its entry"]
        case .entry: return ["entry: \(frame.text(3)) \(frame.text(4))"]
        case .invalidate: return ["invalidate: \(frame.text(3)) changes"]
        case .dropped: return ["dropped: my copy is gone"]
        case .update: return ["update: \(frame.text(3)) is now \(frame.text(4))"]
        case .renew: return ["renew: more time for my copies"]
        case .lease: return ["lease: so be it"]
        case .over: return ["over: begin another session"]
        case .guess, .copies, .hottest, .watch, .watched, .changed, .node: return []
        }
    }

    /// The groups of numbers that begin with the slot.
    private func numbers(_ frame: Arguments, _ count: Int) -> [[String]] {
        let all = frame.text(2).split(separator: " ").map(String.init)
        return stride(from: 0, to: all.count - count + 1, by: count)
            .map { Array(all[$0..<($0 + count)]) }.filter { $0[0] == "\(slot)" }
    }

    private func entries(_ lines: UnsafeRawBufferPointer) -> String {
        let all = records(lines)
        return all.isEmpty ? "no entries" : all.joined(separator: ", ")
    }

    /// What log lines do to the slot.
    private func records(_ lines: UnsafeRawBufferPointer) -> [String] {
        let decoder = RecordDecoder()
        var words: [String] = []
        for line in lines.split(separator: 10) {
            UnsafeRawBufferPointer(rebasing: line).withMemoryRebound(to: UInt8.self) { bytes in
                do throws(RecordFailure) {
                    let record = try decoder.decode(UnsafeRawBufferPointer(bytes))
                    if let text = self.words(record) { words.append(text) }
                } catch {
                    words.append("a damaged line")
                }
            }
        }
        return words
    }

    private func words(_ record: Record) -> String? {
        guard (record.slot...max(record.slot, record.lastSlot)).contains(slot) else { return nil }
        let key = String(decoding: record.key, as: UTF8.self)
        let version = "(\(record.generation), \(record.position))"
        switch record.kind {
        case .write:
            return "\(key) = \(String(decoding: record.value, as: UTF8.self)) as \(version)"
        case .copy: return "\(key) = \(String(decoding: record.value, as: UTF8.self)) of \(version)"
        case .remove: return "\(key) removed as \(version)"
        case .drop: return "\(key) dropped"
        case .mark: return "its copy is \(version)"
        case .clear: return "its copy is given up"
        case .void, .doubt: return "its copy is in doubt"
        }
    }

    /// What a batch of the log makes durable.
    func durable(_ bytes: [UInt8]) -> [String] {
        bytes.withUnsafeBytes { records($0) }.map { "durable: \($0)" }
    }
}

/// What an epoch changes, as far as a reader of a script needs to know.
struct EpochWords {
    let text: String

    init(_ epoch: RingEpoch, after before: RingEpoch, slot: Int) {
        var changes: [String] = []
        for state in [MemberState.up, .down, .joining, .leaving] {
            let changed = epoch.members.filter {
                $0.state == state && before.member(number: $0.number)?.state != state
            }
            if !changed.isEmpty { changes.append("\(names(changed)) \(state.rawValue)") }
        }
        let restarted = epoch.members.filter { member in
            before.member(number: member.number).map { $0.incarnation < member.incarnation }
                ?? false
        }
        if !restarted.isEmpty { changes.append("\(names(restarted)) restarted") }
        for member in before.members where epoch.member(number: member.number) == nil {
            changes.append("\(member.name) gone")
        }
        let era = epoch.arc(of: slot).present
        if era != before.arc(of: slot).present {
            let home = era.home.map { "n\($0)" } ?? "nobody"
            let set = era.replicas.map { "n\($0)" }.joined(separator: " ")
            changes.append("generation \(era.generation): home \(home) of \(set)")
        }
        if !epoch.learners.isEmpty {
            let learners = epoch.learners[epoch.arcIndex(of: slot)].map { "n\($0)" }
            if !learners.isEmpty {
                changes.append("\(learners.joined(separator: " ")) to learn the slot")
            }
        }
        if changes.isEmpty { changes.append("nothing new for the slot") }
        text = "epoch \(epoch.number): \(changes.joined(separator: "; "))"
    }
}

private func names(_ members: [Member]) -> String {
    members.map(\.name).joined(separator: " ")
}

extension NodeMessage {
    /// The message in words; nil for heartbeats, which are told of in sum.
    var scriptWords: String? {
        switch self {
        case .heartbeat, .heartbeatReply: nil
        case .prepare(let instance, let ballot):
            "prepare: may I propose epoch \(instance), ballot \(ballot.round)?"
        case .promise(let instance, _, let accepted):
            accepted == nil
                ? "promise: yes, epoch \(instance) is open"
                : "promise: yes, but I have accepted one for epoch \(instance)"
        case .accept(let instance, _): "accept: this is epoch \(instance)"
        case .accepted(let instance, _): "accepted: epoch \(instance)"
        case .rejected(let instance, _): "rejected: another ballot for epoch \(instance) is ahead"
        case .epoch(let epoch): "epoch \(epoch.number), decided"
        case .wantEpoch: nil
        case .request(let request): "request: \(request.wish.scriptWords)"
        }
    }
}

extension ChangeRequest.Wish {
    fileprivate var scriptWords: String {
        switch self {
        case .join(_, let name, _, _): "\(name) wants to join"
        case .leave(let member): "n\(member) wants to leave"
        case .evict(let member): "n\(member) is to be evicted"
        case .rebalance: "a rebalance"
        case .cancel(let change): "change \(change) is to be cancelled"
        case .set(let name, let value): "\(name) is to be \(value)"
        }
    }
}

extension NodeNote {
    /// The note in words; nil when the messages say it already.
    var scriptWords: String? {
        switch self {
        case .suspected(let member, _, let isRefused):
            isRefused ? "suspects n\(member): refused" : "suspects n\(member): silent"
        case .heardAgain(let member): "hears n\(member) again"
        case .proposing: nil
        }
    }
}
