import Ring

/// What all nodes counted between two moments.
struct NodeCounters: Sendable, Equatable {
    /// User and kernel time of all.
    var processorMilliseconds = 0
    /// What their copies did; nil when a node knows none.
    var caches: CacheReport?

    /// The difference of two answers of the same nodes.
    ///
    /// - Returns: nil when a node is missing or was started anew in between.
    init?(from before: [NodeStatus], to after: [NodeStatus]) {
        guard !before.isEmpty, before.map(\.name) == after.map(\.name),
            before.map(\.incarnation) == after.map(\.incarnation)
        else { return nil }
        var caches: CacheReport? = CacheReport()
        for (old, new) in zip(before, after) {
            processorMilliseconds += new.processorMilliseconds - old.processorMilliseconds
            if let old = old.caches, let new = new.caches {
                caches?.add(new.since(old))
            } else {
                caches = nil
            }
        }
        self.caches = caches
    }
}

extension CacheReport {
    /// What was counted after an earlier report of the same process.
    func since(_ earlier: CacheReport) -> CacheReport {
        var change = self
        change.reads -= earlier.reads
        change.hits -= earlier.hits
        change.validated -= earlier.validated
        change.fills -= earlier.fills
        change.evictions -= earlier.evictions
        change.invalidated -= earlier.invalidated
        change.updated -= earlier.updated
        change.sessionsEnded -= earlier.sessionsEnded
        change.sharedWrites -= earlier.sharedWrites
        change.leasesWaitedOut -= earlier.leasesWaitedOut
        change.messages.subtract(earlier.messages)
        change.prefetches.subtract(earlier.prefetches)
        return change
    }
}

extension CacheMessages {
    fileprivate mutating func subtract(_ earlier: CacheMessages) {
        readsForwarded -= earlier.readsForwarded
        writesForwarded -= earlier.writesForwarded
        renewals -= earlier.renewals
        invalidations -= earlier.invalidations
        pushes -= earlier.pushes
        prefetches -= earlier.prefetches
        records -= earlier.records
    }
}

extension PrefetchReport {
    fileprivate mutating func subtract(_ earlier: PrefetchReport) {
        guesses -= earlier.guesses
        fetched -= earlier.fetched
        used -= earlier.used
        late -= earlier.late
        wasted -= earlier.wasted
        bytes -= earlier.bytes
    }
}
