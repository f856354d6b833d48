/// What happened, folded into one number as it happens, and in words when they are wanted.
struct Trace {
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var lines: [String] = []
    let isKept: Bool

    init(isKept: Bool) {
        self.isKept = isKept
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
        guard isKept else { return }
        let microseconds = String(time)
        let padding = String(repeating: " ", count: max(0, 10 - microseconds.count))
        lines.append(padding + microseconds + "  " + text())
    }
}
