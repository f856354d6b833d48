/// How many bytes one connection's replies take while they are under way, about.
///
/// Of a reply that is awaited nobody knows the size, so it is taken to be like those before it:
/// an estimate rises at once to the size of a larger reply and falls by an eighth with each
/// smaller one. Reads and writes have one each, as the short replies of writes say nothing of what
/// is read.
struct ReplyLoad {
    /// What the first reply is taken to be, so that so many are asked for before any is known.
    static let firstEstimate = 1 << 20

    private var reads = (count: 0, estimate: firstEstimate)
    private var writes = (count: 0, estimate: firstEstimate)
    private var keptBytes = 0

    /// What is kept until earlier replies are there, and what is awaited.
    var bytes: Int {
        keptBytes + reads.count * reads.estimate + writes.count * writes.estimate
    }

    /// More replies are awaited; fewer when negative.
    mutating func addAwaited(_ count: Int, isWrite: Bool) {
        if isWrite { writes.count += count } else { reads.count += count }
    }

    /// More bytes are kept; fewer when negative.
    mutating func addKept(_ bytes: Int) { keptBytes += bytes }

    /// A reply that was awaited is there.
    mutating func note(_ bytes: Int, isWrite: Bool) {
        if isWrite {
            writes.estimate = Self.next(writes.estimate, bytes)
        } else {
            reads.estimate = Self.next(reads.estimate, bytes)
        }
    }

    private static func next(_ estimate: Int, _ bytes: Int) -> Int {
        max(bytes, estimate - estimate / 8)
    }
}
