import Client
import Ring

extension ClusterMonitor {
    /// How long rates are watched for.
    private static var paceMax: Duration { .seconds(3) }

    /// A snapshot that knows how fast things go: what is copied, if something is.
    ///
    /// - Parameter withRates: whether the nodes' operations per second are wanted, too.
    /// - Returns: a snapshot without rates when they cannot be had in time.
    func paced(withRates: Bool = false) async -> ClusterSnapshot {
        let first = await snapshot()
        let isCopying = ChangeStatus.list(of: first).contains { $0.state == .copying }
        guard first.epoch != nil, isCopying || withRates else { return first }
        let answering = Set(first.members.filter { $0.latest != nil }.map(\.number))
        let end = ContinuousClock.now + Self.paceMax
        for await snapshot in snapshots() {
            if let epoch = snapshot.epoch {
                let isPaced = !isCopying || snapshot.movePace != nil || epoch.queue.active == nil
                let isRated =
                    !withRates
                    || answering.isSubset(of: snapshot.members.filter(\.isRated).map(\.number))
                if isPaced, isRated { return snapshot }
            }
            if ContinuousClock.now >= end { break }
        }
        return first
    }
}

extension MemberSnapshot {
    /// Whether two reports of it are known, or nothing more is to be had.
    fileprivate var isRated: Bool { earlier != nil || contact.isUnreachable }
}
