import Client
import Ring

/// Follows a change of the ring until it is over, or until somebody has seen enough.
struct ChangeWatch: Sendable {
    /// How long nobody may answer until it is given up.
    static let silenceMax: Duration = .seconds(60)
    /// How long a check may fail until it counts: what it looks at may be later than the epoch that
    /// explains it.
    static let failureMax: Duration = .seconds(3)

    /// How long the slots that a change has moved may take to be served by their new homes.
    static let settlingMax: Duration = .seconds(10)

    /// How a change ended, or how watching it did.
    enum End: Sendable {
        /// It is over.
        case over(EndedChange)
        /// It is over for so long that the ring tells no more of it.
        case forgotten
        /// ^C: it goes on by itself.
        case leftAlone
    }

    let monitor: ClusterMonitor
    let change: Int

    /// Waits for the end and shows progress; ^C ends the wait, and not the change.
    ///
    /// - Parameters:
    ///   - interruption: what ^C ends.
    ///   - check: is asked at each look; what it throws for a while ends the wait.
    /// - Returns: how it ended.
    /// - Throws: what `check` throws, or that nobody answers any more.
    func end(
        _ interruption: Interruption, _ check: @escaping @Sendable () throws -> Void
    ) async throws -> End {
        let line = ProgressLine()
        defer { line.clear() }
        return try await interruption.during { try await follow(line, check) }
    }

    private func follow(_ line: ProgressLine, _ check: () throws -> Void) async throws -> End {
        var heardAt = ContinuousClock.now
        var failedAt: ContinuousClock.Instant?
        var overAt: ContinuousClock.Instant?
        for await snapshot in monitor.snapshots() {
            if snapshot.members.contains(where: { !$0.contact.isUnreachable }) {
                heardAt = .now
            } else if ContinuousClock.now - heardAt > Self.silenceMax {
                throw Failure(
                    .unknown, "no node answers any more; change \(change) goes on when they do")
            }
            if let epoch = snapshot.epoch {
                if let ended = epoch.queue.ended.last(where: { $0.id == change }) {
                    let isSettled = ClusterStatus(snapshot)?.slots.settled == Slots.count
                    overAt = overAt ?? .now
                    if isSettled || ended.outcome != .done { return .over(ended) }
                    // Whatever hinders the slots now, the change itself is done.
                    if let overAt, ContinuousClock.now - overAt > Self.settlingMax {
                        return .over(ended)
                    }
                    line.show("the new homes are taking over, epoch \(epoch.number)")
                    continue
                }
                if let status = ChangeStatus.list(of: snapshot).first(where: { $0.change == change }
                ) {
                    line.show(status.progress(epoch: epoch.number))
                } else if epoch.queue.lastChange >= change {
                    return .forgotten
                }
            }
            do {
                try check()
                failedAt = nil
            } catch {
                failedAt = failedAt ?? .now
                if let failedAt, ContinuousClock.now - failedAt > Self.failureMax { throw error }
            }
        }
        return .leftAlone
    }
}
