/// What happened, folded into one number as it happens, and in words when they are wanted.
struct Trace {
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var lines: [String] = []
    /// Messages that left since they were last taken, for a picture of the run.
    private(set) var messages: [SimulationMessage] = []
    /// What happened since it was last taken, besides messages.
    private var notes: [SimulationNote] = []
    private let keepsLines: Bool
    private let keepsMessages: Bool

    /// The most messages that wait to be taken; of more, the first.
    private static let messagesMax = 4_096

    init(_ options: SimulationOptions) {
        keepsLines = options.keepsTrace
        keepsMessages = options.keepsMessages
    }

    mutating func fold(_ number: Int) {
        hash = (hash ^ UInt64(truncatingIfNeeded: number)) &* 0x0000_0100_0000_01B3
        hash ^= hash >> 29
    }

    /// Folds every byte, eight at a time.
    mutating func fold(_ bytes: [UInt8]) {
        fold(bytes.count)
        bytes.withUnsafeBytes { memory in
            var offset = 0
            while offset + 8 <= memory.count {
                fold(memory.loadUnaligned(fromByteOffset: offset, as: Int.self))
                offset += 8
            }
            while offset < memory.count {
                fold(Int(memory[offset]))
                offset += 1
            }
        }
    }

    /// Adds a line; the text is made only when it is wanted.
    mutating func note(_ time: Int, _ text: @autoclosure () -> String) {
        guard keepsLines || keepsMessages else { return }
        let words = text()
        if keepsLines { lines.append(Trace.stamp(time) + words) }
        if keepsMessages, notes.count < Trace.messagesMax {
            notes.append(SimulationNote(time: time, text: words))
        }
    }

    /// Adds what one node sends to another; nothing when there are no words for it.
    mutating func tell(_ time: Int, from sender: Int, to receiver: Int, _ words: () -> [String]) {
        guard keepsLines || keepsMessages else { return }
        if keepsLines {
            for text in words() {
                lines.append("\(Trace.stamp(time))n\(sender) → n\(receiver)  \(text)")
            }
        }
        if keepsMessages, messages.count < Trace.messagesMax {
            messages.append(SimulationMessage(time: time, sender: sender, receiver: receiver))
        }
    }

    mutating func takeMessages() -> [SimulationMessage] {
        defer { messages.removeAll(keepingCapacity: true) }
        return messages
    }

    mutating func takeNotes() -> [SimulationNote] {
        defer { notes.removeAll(keepingCapacity: true) }
        return notes
    }

    /// Seconds and microseconds, of equal width up to a thousand seconds.
    private static func stamp(_ time: Int) -> String {
        let seconds = String(time / 1_000_000)
        let rest = String(time % 1_000_000)
        return String(repeating: " ", count: max(0, 3 - seconds.count)) + seconds + "."
            + String(repeating: "0", count: 6 - rest.count) + rest + "  "
    }
}
