/// The errors that servers answered with: how many of each first word, and the first few of them.
struct ErrorTally: Sendable, Equatable {
    /// Different first words that are told apart; the rest is counted under «other».
    static let wordsMax = 16
    /// Different errors that are kept as sent.
    static let samplesMax = 5
    /// Bytes that are kept of one.
    static let sampleBytesMax = 200

    /// Errors by first word.
    private(set) var counts: [String: Int] = [:]
    /// The first few different ones.
    private(set) var samples: [String] = []

    /// How many there were.
    var total: Int { counts.values.reduce(0, +) }

    /// Counts an error.
    ///
    /// - Parameter reply: the whole reply, with its type and line end.
    mutating func count(_ reply: UnsafeRawBufferPointer) {
        let text = Self.text(reply)
        let word = text.split(separator: " ", maxSplits: 1).first.map { String($0) } ?? ""
        add(word, 1)
        keep(text)
    }

    /// Adds what another event loop counted.
    mutating func add(_ other: ErrorTally) {
        for (word, count) in other.counts.sorted(by: { $0.key < $1.key }) { add(word, count) }
        for sample in other.samples { keep(sample) }
    }

    private mutating func add(_ word: String, _ count: Int) {
        let isKnown = counts[word] != nil || counts.count < Self.wordsMax
        counts[isKnown ? word : "other", default: 0] += count
    }

    private mutating func keep(_ sample: String) {
        guard samples.count < Self.samplesMax, !samples.contains(sample) else { return }
        samples.append(sample)
    }

    /// The error's text; what a terminal might obey is replaced.
    private static func text(_ reply: UnsafeRawBufferPointer) -> String {
        var line = reply.dropFirst()
        if reply.first == UInt8(ascii: "!") {
            line = line.drop { $0 != 10 }.dropFirst()
        }
        let shown = line.prefix { $0 != 13 }.prefix(sampleBytesMax)
        return String(
            decoding: shown.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") },
            as: UTF8.self)
    }
}
