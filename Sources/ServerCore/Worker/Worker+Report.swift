import Ring

extension Worker {
    /// Adds what this worker leads, holds and was asked to its node's report.
    public func fill(_ report: inout NodeReport, now: Int) {
        var followers: [Int: FollowerReport] = [:]
        for follower in report.followers { followers[follower.member] = follower }
        for partition in partitions {
            partition?.fill(&report, followers: &followers, now: now)
        }
        report.followers = followers.values.sorted { $0.member < $1.member }
        fillMoves(&report)
        report.caches.add(cacheReport())
        report.epoch = shared.epoch.number
        report.writesStopped = shared.writesStopped
        report.traffic.reads += traffic.reads
        report.traffic.writes += traffic.writes
        report.traffic.forwarded += traffic.forwarded
        report.traffic.served += traffic.served
        report.traffic.unknown += traffic.unknown
        report.traffic.refused += traffic.refused
        report.recent += traffic.recent
        report.log.records += shared.records
    }

    func cacheReport() -> CacheReport {
        var report = copyCounts
        for partition in partitions {
            guard let partition else { continue }
            report.add(partition.copyCounts)
            report.sharedKeys += partition.sharers.keys.count
            report.sharedWrites += partition.sharers.sharedWrites
            report.leasesWaitedOut += partition.sharers.leasesWaitedOut
            report.sessionsEnded += partition.sessions.values.reduce(0) { $0 + $1.ended }
        }
        report.prefetches.add(prefetcher.report)
        report.coherence = shared.epoch.settings.coherence
        report.prefetching = shared.epoch.settings.prefetching
        report.entries = shared.copies.count
        report.bytes = shared.copies.bytes
        report.bytesMax = shared.copies.bytesMax
        report.evictions = shared.copies.evictions
        return report
    }

    private func fillMoves(_ report: inout NodeReport) {
        var moves: [Int: MoveReport] = [:]
        for move in report.moves { moves[move.member] = move }
        for partition in partitions { partition?.fill(&moves) }
        report.moves = moves.values.sorted { $0.member < $1.member }
        report.movedBytes += shared.movedBytes
    }

    /// What the node needs to know of the slots that this worker leads.
    public func slotReport() -> SlotReport {
        var level = Set(shared.epoch.members.map(\.number))
        level.remove(shared.number)
        var unsettled: Set<Int> = []
        var isCopying = false
        for partition in partitions {
            guard let gaps = partition?.gaps else { continue }
            level.subtract(gaps.behind)
            unsettled.formUnion(gaps.unsettled)
            isCopying = isCopying || gaps.isCopying
        }
        return SlotReport(
            epoch: shared.epoch.number, unsettled: unsettled.sorted(), level: level.sorted(),
            copied: isCopying ? 0 : shared.epoch.queue.active?.id ?? 0,
            sharedUntil: partitions.lazy.compactMap { $0?.sharedUntil }.max() ?? 0)
    }

    /// What this worker holds of a range of slots; others' partitions are passed over.
    ///
    /// - Parameter slots: within 0..<16,384.
    /// - Returns: a line per slot, ascending.
    public func copyReports(_ slots: ClosedRange<Int>) -> [CopyReport] {
        slots.compactMap { slot in partitions[slot >> 10]?.copyReport(slot) }
    }

    /// What this worker holds of a key; nil when the partition is another worker's.
    public func keyReport(_ key: UnsafeRawBufferPointer) -> KeyReport? {
        let slot = Slots.slot(of: key)
        return partitions[slot >> 10]?.keyReport(key, slot: slot)
    }

    /// Entries of a slot; nil when the partition is another worker's.
    public func keyCount(slot: Int) -> Int? { partitions[slot >> 10]?.keyCount(slot: slot) }
}
