extension Partition {
    /// Collects that may wait per partition; a home asks again, so that more are only dropped.
    static let deferredCollectsMax = 4 * Partition.slotCount

    /// Rule 4: the home of a generation asks what this node has.
    func onCollect(_ place: Int, generation: Int, from asker: Int, clock: Clock) {
        if generation > slots[place].generation, shared.planted.contains(.collectsUnadopted) {
            answerCollect(place, asker: asker, generation: generation)
        } else if generation > slots[place].generation {
            shared.output.laterEpochSeen(from: asker)
            deferCollect(place, generation: generation, asker: asker)
            return
        }
        guard generation == slots[place].generation, arc(place).home == Int32(asker) else {
            return
        }
        let arc = shared.epoch.arcs[Int(slots[place].arc)]
        // Copies that others hold of what this node led are promises too.
        let until = max(
            shared.collectGuard(of: arc, asker: asker, now: clock.now), sharers.leftUntil)
        if clock.now < until {
            nextDue = min(nextDue, until)
            deferCollect(place, generation: generation, asker: asker)
        } else {
            answerCollect(place, asker: asker)
        }
    }

    private func deferCollect(_ place: Int, generation: Int, asker: Int) {
        guard deferredCollects.count < Partition.deferredCollectsMax else { return }
        deferredCollects.insert(
            DeferredCollect(place: place, generation: generation, asker: asker))
    }

    /// Goes on with what waited for a promise to end, once one has.
    func pursueDue(clock: Clock) {
        guard clock.now >= nextDue else { return }
        nextDue = Int.max
        answerDeferredCollects(clock: clock)
        for place in settles.keys.sorted() { pursueSettle(place, clock: clock) }
    }

    /// A lease has ended or an epoch was adopted.
    func answerDeferredCollects(clock: Clock) {
        guard !deferredCollects.isEmpty else { return }
        let waiting = deferredCollects
        deferredCollects.removeAll(keepingCapacity: true)
        let inOrder = waiting.sorted { ($0.place, $0.asker) < ($1.place, $1.asker) }
        for collect in inOrder where collect.generation >= slots[collect.place].generation {
            onCollect(
                collect.place, generation: collect.generation, from: collect.asker, clock: clock)
        }
    }
}
