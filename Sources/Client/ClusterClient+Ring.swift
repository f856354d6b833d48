import RESP
import Ring

extension ClusterClient {
    /// How long a change of the ring or of a setting may take to be decided: nodes say «unknown»
    /// after ten seconds.
    static var decisionPatience: Duration { .seconds(12) }

    /// Asks for a change of the ring or of a setting; it is decided by vote.
    ///
    /// - Parameter wish: what is asked for.
    /// - Returns: the number of the change that waits now or is under way, nil when the wish needed
    ///   none; `no` with the reason when it is refused; `unknown` when no epoch has it yet.
    public func request(_ wish: RingRequest) async -> Outcome<Int?> {
        let before: RingEpoch
        switch await newestEpoch() {
        case .done(let epoch): before = epoch
        case .no(let reason), .notDone(let reason): return .notDone(reason)
        case .unknown(let reason): return .notDone(reason)
        }
        if let refusal = refusal(of: wish, in: before) { return .no(refusal) }
        let request = Request(wish.words.map { Array($0.utf8) }, isRead: false)
        switch await perform(request, deadline: max(options.deadline, Self.decisionPatience)) {
        case .done(.simple): return .done(nil)
        case .done(let reply):
            guard let answer = reply.decoded(as: AnsweredRequest.self) else {
                return .unknown("the node gave an answer that does not belong to the command")
            }
            return .done(answer.change)
        case .no(let reason): return .no(reason)
        case .notDone(let reason):
            return reason.hasPrefix("ERR ") ? .no(String(reason.dropFirst(4))) : .notDone(reason)
        case .unknown(let reason):
            // The answer was lost; what the ring itself shows is as good.
            guard case .done(let after) = await newestEpoch(),
                let trace = wish.trace(from: before, to: after)
            else { return .unknown(reason) }
            return .done(trace.change)
        }
    }

    /// Says what a wish would do, and does nothing.
    ///
    /// - Parameter wish: what somebody thinks of asking for.
    /// - Returns: the plan; one that says why when it would be refused; `no` when there is no such
    ///   node.
    public func plan(_ wish: RingRequest) async -> Outcome<ChangePlan> {
        let epoch: RingEpoch
        switch await newestEpoch() {
        case .done(let newest): epoch = newest
        case .no(let reason): return .no(reason)
        case .notDone(let reason): return .notDone(reason)
        case .unknown(let reason): return .notDone(reason)
        }
        guard let inTerms = wish.inTerms(of: epoch) else {
            return .no(refusal(of: wish, in: epoch) ?? "no such node")
        }
        return .done(ChangePlan(of: inTerms, in: epoch, facts: await slotFacts(of: epoch)))
    }

    /// The newest epoch that a node tells.
    ///
    /// - Returns: `notDone` when nobody answers or it is no Ringmaster cluster.
    public func newestEpoch() async -> Outcome<RingEpoch> {
        await newestTopology().flatMap { topology in
            topology.epoch.map { .done($0) }
                ?? .notDone("that is no Ringmaster cluster, and its ring is not known")
        }
    }

    /// What the homes of all slots say that these hold; slots whose home does not answer are
    /// unknown.
    public func slotFacts(of epoch: RingEpoch) async -> SlotFacts {
        let reports = await withTaskGroup(of: [CopyReport].self) { group in
            for run in HomeRun.all(of: epoch) {
                group.addTask { await self.copies(run) }
            }
            var reports: [CopyReport] = []
            for await copies in group { reports += copies }
            return reports
        }
        return SlotFacts(reports)
    }

    private func copies(_ run: HomeRun) async -> [CopyReport] {
        let words = ["RING", "COPIES", "\(run.first)", "\(run.last)"].map { Array($0.utf8) }
        guard case .done(let reply) = await ask(run.home, words) else { return [] }
        // A node is believed only about what it was asked for.
        return (reply.decoded(as: [CopyReport].self) ?? []).filter {
            (run.first...run.last).contains($0.slot)
        }
    }

    private nonisolated func refusal(of wish: RingRequest, in epoch: RingEpoch) -> String? {
        guard wish.inTerms(of: epoch) == nil else { return nil }
        switch wish {
        case .leave(let name), .evict(let name):
            let names = epoch.members.prefix(64).map(\.name).joined(separator: " ")
            return "the cluster has no node \(name.prefix(64)); there are \(names)"
        case .join, .rebalance, .cancel, .set: return nil
        }
    }
}

/// Neighbouring slots with one home.
struct HomeRun: Equatable {
    var home: Endpoint
    var first: Int
    var last: Int

    /// All runs of an epoch, as long as possible; slots without a home are in none.
    static func all(of epoch: RingEpoch) -> [HomeRun] {
        var runs: [HomeRun] = []
        for arc in epoch.arcs {
            guard let member = arc.present.home.flatMap({ epoch.member(number: $0) }) else {
                continue
            }
            let home = Endpoint(host: member.host, port: member.port)
            if let last = runs.last, last.home == home, last.last + 1 == arc.first {
                runs[runs.count - 1].last = arc.last
            } else {
                runs.append(HomeRun(home: home, first: arc.first, last: arc.last))
            }
        }
        return runs
    }
}
