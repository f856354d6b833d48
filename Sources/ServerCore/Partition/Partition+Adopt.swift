import Ring

extension Partition {
    /// Acts by the epoch that the worker has taken (rules 1 to 3).
    ///
    /// - Parameters:
    ///   - clock: the time.
    ///   - isStart: whether the process begins with this epoch.
    func adopt(clock: Clock, isStart: Bool) {
        isQuiet = false
        mayHoldSurplus = true
        let lastSlot = firstSlot + Partition.slotCount - 1
        let arcs = shared.epoch.arcs
        ledArcs = arcs.indices.filter { place in
            arcs[place].last >= firstSlot && arcs[place].first <= lastSlot
                && shared.hotArcs[place].home == Int32(shared.number)
        }
        for (arcPlace, arc) in arcs.enumerated()
        where arc.last >= firstSlot && arc.first <= lastSlot {
            for slot in max(arc.first, firstSlot)...min(arc.last, lastSlot) {
                adopt(place(slot), arcPlace: arcPlace, clock: clock, isStart: isStart)
            }
        }
        answerDeferredCollects(clock: clock)
    }

    private func adopt(_ place: Int, arcPlace: Int, clock: Clock, isStart: Bool) {
        let state = slots + place
        state.pointee.arc = Int32(arcPlace)
        let arc = shared.hotArcs[arcPlace]
        // A slot whose generation stays sees nothing of the epoch.
        guard state.pointee.generation != arc.generation else {
            reviewLearners(place)
            return
        }
        if shared.planted.contains(.judgesByOwnEpoch), arc.home == Int32(shared.number), isNamed,
            isLeading(place)
        {
            state.pointee.generation = arc.generation
            return
        }
        let staysHome = arc.home == Int32(shared.number) && isNamed
        stopLeading(place, clock: clock)
        reviewSharers(
            place, staysHome: staysHome && !hasOtherHome(arcPlace, after: state.pointee.generation),
            clock: clock)
        if shared.isWatching { shared.output.slotChanged(firstSlot + place) }
        state.pointee.change = shared.change
        state.pointee.generation = arc.generation
        state.pointee.committed = -1
        for replica in 0..<HotArc.followersMax { follower(place, replica).pointee = Follower() }
        guard staysHome else { return }
        if isStart, isFounding(place) {
            // Founding writes the base into every directory: the slot is settled.
            state.pointee.phase = .serving
            state.pointee.committed = 0
            follower(place, Int(arc.selfIndex)).pointee.acknowledged = 0
            askFollowers(place, clock: clock)
        } else {
            beginSettle(place, clock: clock)
        }
    }

    /// Whether another node was to lead an arc in a generation between one and the present.
    private func hasOtherHome(_ arcPlace: Int, after generation: Int) -> Bool {
        shared.epoch.arcs[arcPlace].history.contains { era in
            era.generation > generation && era.home != shared.number
        }
    }

    /// Rule 3: whether the epoch names this very process.
    private var isNamed: Bool {
        shared.epoch.member(number: shared.number)?.incarnation == shared.incarnation
            || shared.planted.contains(.leadsUnnamed)
    }

    private func isFounding(_ place: Int) -> Bool {
        let state = slots[place]
        return shared.incarnation == 1 && state.generation == 1 && state.base == 1
            && state.position == 0 && !state.isDamaged
    }

    private func stopLeading(_ place: Int, clock: Clock) {
        let state = slots + place
        arrivals[place] = nil
        guard state.pointee.phase != .idle else { return }
        if state.pointee.phase == .fetching { fetchesUnderWay -= 1 }
        state.pointee.phase = .idle
        settles[place] = nil
        abandonHolds(place, clock: clock)
    }
}
