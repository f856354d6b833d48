import NIOCore

/// When the requests under way were sent, oldest first: a ring of fixed capacity.
struct SendTimes {
    private var times: [NIODeadline]
    private var head = 0
    /// Requests under way.
    private(set) var count = 0

    /// Makes an empty ring for at most so many requests, 1 or more.
    init(capacity: Int) {
        times = Array(repeating: .distantPast, count: capacity)
    }

    /// Notes that requests were sent.
    ///
    /// - Parameters:
    ///   - time: when.
    ///   - count: how many; all must fit.
    mutating func append(_ time: NIODeadline, count: Int) {
        precondition(self.count + count <= times.count)
        for offset in 0..<count {
            times[(head + self.count + offset) % times.count] = time
        }
        self.count += count
    }

    /// When the oldest was sent, which is then under way no more; nil when none is.
    mutating func popFirst() -> NIODeadline? {
        guard count > 0 else { return nil }
        let time = times[head]
        head = head + 1 == times.count ? 0 : head + 1
        count -= 1
        return time
    }
}
