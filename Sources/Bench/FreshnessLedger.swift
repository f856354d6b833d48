import Synchronization

/// Which writes of each key were begun and acknowledged when, to tell how stale a read was.
///
/// Values that are written carry a number that rises with each write of their key. A read that was
/// sent at s and got the value with number k was stale if another write of the key began after k
/// was acknowledged and was itself acknowledged before s: by the time from that acknowledgement to
/// s. Under a linearizable mechanism there is none. Times are nanoseconds on one clock.
final class FreshnessLedger: Sendable {
    private let histories = Mutex<[Int: WriteHistory]>([:])

    /// A write of a key is about to be sent.
    ///
    /// - Returns: the number that its value has to carry.
    func begin(key: Int, at time: UInt64) -> Int {
        histories.withLock { $0[key, default: WriteHistory()].begin(at: time) }
    }

    /// A write of a key is acknowledged.
    func acknowledge(key: Int, number: Int, at time: UInt64) {
        histories.withLock { $0[key]?.acknowledge(number, at: time) }
    }

    /// How stale a read was.
    ///
    /// - Parameters:
    ///   - key: what was read.
    ///   - number: what the value carries; 0 for a value from before all writes.
    ///   - time: when the read was sent.
    /// - Returns: nanoseconds; 0 when it was not.
    func staleness(key: Int, number: Int, sentAt time: UInt64) -> UInt64 {
        histories.withLock { $0[key]?.staleness(of: number, sentAt: time) ?? 0 }
    }
}

/// The latest writes of one key.
struct WriteHistory: Sendable, Equatable {
    /// Writes that are remembered at least, once there were so many.
    static let keptMin = 4_096

    private struct Write: Equatable {
        var begun: UInt64
        /// The largest time while it is not acknowledged.
        var acknowledged = UInt64.max
    }

    /// The number of the first one that is remembered.
    private var first = 1
    private var writes: [Write] = []

    /// Begins a write, and returns its number.
    mutating func begin(at time: UInt64) -> Int {
        if writes.count == 2 * Self.keptMin {
            writes.removeFirst(Self.keptMin)
            first += Self.keptMin
        }
        writes.append(Write(begun: time))
        return first + writes.count - 1
    }

    /// Notes an acknowledgement.
    mutating func acknowledge(_ number: Int, at time: UInt64) {
        guard writes.indices.contains(number - first) else { return }
        writes[number - first].acknowledged = time
    }

    /// How long the value with that number had been overwritten when a read was sent.
    ///
    /// For a number that is not remembered any more it is the least that it can have been.
    func staleness(of number: Int, sentAt time: UInt64) -> UInt64 {
        let known = number - first
        var overwritten = UInt64.max
        let acknowledged = writes.indices.contains(known) ? writes[known].acknowledged : 0
        for write in writes[min(writes.count, max(0, known + 1))...] {
            // A later write begins later still, and cannot have been acknowledged earlier.
            if write.begun >= min(overwritten, time) { break }
            if write.begun > acknowledged { overwritten = min(overwritten, write.acknowledged) }
        }
        return overwritten < time ? time - overwritten : 0
    }
}
