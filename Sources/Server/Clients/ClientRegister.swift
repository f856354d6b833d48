import NIOConcurrencyHelpers

/// What all event loops of a process know of its clients: which are there, and who tracks keys.
final class ClientRegister: Sendable {
    private struct State {
        var connected: Set<Int> = []
        /// Connections that track, by event loop.
        var trackers: [Int: Int] = [:]
        /// When the last connection that tracked ended; nil before the first.
        var endedAt: Int?
    }

    private let state = NIOLockedValueBox(State())

    /// A client is there.
    func add(_ client: Int) { state.withLockedValue { _ = $0.connected.insert(client) } }

    /// A client is gone.
    func remove(_ client: Int) { state.withLockedValue { _ = $0.connected.remove(client) } }

    /// Whether a client of this id (`CLIENT ID`) is there.
    func contains(_ client: Int) -> Bool { state.withLockedValue { $0.connected.contains(client) } }

    /// A connection of an event loop begins to track.
    func beginTracking(loop: Int) {
        state.withLockedValue { $0.trackers[loop, default: 0] += 1 }
    }

    /// A connection of an event loop does not track any more.
    func endTracking(loop: Int, now: Int) {
        state.withLockedValue { state in
            let left = state.trackers[loop, default: 0] - 1
            state.trackers[loop] = left > 0 ? left : nil
            if state.trackers.isEmpty { state.endedAt = now }
        }
    }

    /// The event loops with connections that track.
    var trackingLoops: [Int] { state.withLockedValue { Array($0.trackers.keys) } }

    /// Whether homes are to tell this process of changed keys: somebody tracks, or did so until
    /// recently, for clients come and go faster than homes are asked.
    ///
    /// - Parameter now: monotonic microseconds.
    /// - Returns: whether they are.
    func wantsChanges(now: Int) -> Bool {
        state.withLockedValue { state in
            if !state.trackers.isEmpty { return true }
            guard let endedAt = state.endedAt else { return false }
            return now < endedAt + ServerLimits.trackingLingerMicroseconds
        }
    }
}
