import Ring

/// What a node has of a slot: its answer to a Collect.
struct CopyState: Equatable {
    var base: Int
    var position: Int
    var digest: UInt64
    var condition: Condition

    /// How far the node vouches for its copy; as numbers in the COPY frame.
    enum Condition: Int {
        /// It is what (base, position) says.
        case sound = 0
        /// It counts for nothing.
        case damaged = 1
        /// It counts for nothing unless nothing better can be had: it may lack the last writes
        /// before its machine stopped.
        case doubtful = 2
        /// An install has begun to change it: see ``SlotState/isTouched``.
        case touched = 3
    }

    /// Whether it counts for nothing, or for nothing yet.
    var isDamaged: Bool { condition == .damaged || isDoubtful }
    var isDoubtful: Bool { condition == .doubtful }
    var isTouched: Bool { condition == .touched }

    /// Whether this copy knows more than another.
    func exceeds(_ other: CopyState) -> Bool {
        (base, position) > (other.base, other.position)
    }
}

/// A new generation on its way to being served, at its home.
struct Settle {
    /// The newest answer of each member of the arc's ``SettlePlan``, by its place there.
    private(set) var copies: [CopyState]
    /// Which places have answered, one bit each.
    private(set) var answered: UInt64 = 0
    /// Which of the answers count: the copies that are not damaged.
    private(set) var sound: UInt64 = 0
    /// Which of the others are only doubtful.
    private(set) var doubtful: UInt64 = 0
    /// When the settling began, in microseconds.
    let since: Int
    var nextAsk = 0
    /// Whether doubtful copies had to do.
    var isInDoubt = false
    /// Whose entries are being fetched, as a place.
    var source: Int?
    var chosen: CopyState?
    /// Whether this node's own answer is under way.
    var isOwnAsked = false
    /// Whether the answers are enough, and copies of the slot's keys are waited for.
    var isHeld = false

    init(members: Int, since: Int) {
        self.since = since
        let nothing = CopyState(base: 0, position: 0, digest: 0, condition: .damaged)
        copies = Array(repeating: nothing, count: members)
    }

    /// The answer of one member; nil while there is none.
    subscript(place: Int) -> CopyState? {
        get { answered & (1 << UInt64(place)) == 0 ? nil : copies[place] }
        set {
            let bit: UInt64 = 1 << UInt64(place)
            answered &= ~bit
            sound &= ~bit
            doubtful &= ~bit
            guard let newValue else { return }
            copies[place] = newValue
            answered |= bit
            if !newValue.isDamaged { sound |= bit }
            if newValue.isDoubtful { doubtful |= bit }
        }
    }

    /// The place of the copy that knows most among some; nil when there is none.
    func best(of counting: UInt64) -> Int? {
        var best: Int?
        for place in copies.indices where counting & (1 << UInt64(place)) != 0 {
            if let former = best, !copies[place].exceeds(copies[former]) { continue }
            best = place
        }
        return best
    }
}

/// Whom the home of an arc asks when it settles, and whose answers are enough: made once per epoch.
struct SettlePlan {
    /// An earlier generation whose majority must have answered.
    struct Past {
        let generation: Int
        let majority: Int
        /// The members of its set, as bits of their places in ``SettlePlan/members``.
        let set: UInt64
    }

    /// Every member of every set of the history.
    let members: [Int]
    /// The generations before the present one.
    let past: [Past]

    init(_ arc: Arc) {
        var members: [Int] = []
        for era in arc.history.reversed() {
            for member in era.replicas where !members.contains(member) { members.append(member) }
        }
        precondition(members.count <= RingEpoch.historyMembersMax, "a valid epoch names no more")
        self.members = members
        past = arc.history.dropLast().map { era in
            var set: UInt64 = 0
            for (place, member) in members.enumerated() where era.replicas.contains(member) {
                set |= 1 << UInt64(place)
            }
            return Past(generation: era.generation, majority: era.majority, set: set)
        }
    }

    /// Whether the answers that count are enough: a majority of every set from the largest base
    /// on.
    func isEnough(_ counting: UInt64, of settle: Settle) -> Bool {
        guard let best = settle.best(of: counting) else { return false }
        return past.allSatisfy { past in
            past.generation < settle.copies[best].base
                || (counting & past.set).nonzeroBitCount >= past.majority
        }
    }

    /// Whether copies that may have forgotten writes must do, because their machines' stop took so
    /// many members of a set with it that no majority of sound copies is left.
    ///
    /// Those that have not answered may know more, so they are waited for, though not for ever.
    func mayTrustDoubtful(_ settle: Settle, now: Int) -> Bool {
        guard settle.doubtful != 0 else { return false }
        let counting = settle.sound | settle.doubtful
        guard isEnough(counting, of: settle) else { return false }
        let everyone = past.reduce(0) { $0 | $1.set }
        let hasWaited = now - settle.since >= Partition.SettleLimits.doubtPatience
        guard everyone & ~settle.answered == 0 || hasWaited else { return false }
        return past.contains { past in
            let lost = past.set & settle.answered & ~settle.sound
            return past.set.nonzeroBitCount - lost.nonzeroBitCount < past.majority
        }
    }
}

/// Settling: the home of a new generation finds the copy that knows most, installs it on a
/// majority of the replica set, and only then serves (rules 4 to 7).
extension Partition {
    enum SettleLimits {
        /// Microseconds until members that have not answered are asked again.
        static let askAgain = 100_000
        /// Microseconds until it is looked again whether copies may still be in use.
        static let lookAgain = 50_000
        /// Microseconds that a settle whose members may have forgotten writes waits for those that
        /// have not answered.
        static let doubtPatience = 10_000_000
        /// Slots whose entries are fetched at the same time, per partition.
        static let fetchesMax = 64
        /// Microseconds without an answer after which a fetch starts again.
        static let fetchTimeout = 3_000_000
    }

    func beginSettle(_ place: Int, clock: Clock) {
        slots[place].phase = .collecting
        settles[place] = Settle(members: plan(place).members.count, since: clock.now)
        pursueSettle(place, clock: clock)
    }

    func plan(_ place: Int) -> SettlePlan { shared.plans[Int(slots[place].arc)] }

    /// Asks whoever has not answered, oneself included.
    func pursueSettle(_ place: Int, clock: Clock) {
        guard var settle = settles[place], slots[place].phase == .collecting else { return }
        let mayAskOwn = !settle.isOwnAsked && shared.writesStopped == nil
        let ownGuard = mayAskOwn ? ownGuard(place, clock: clock) : Int.max
        let isOwnDue = clock.now >= ownGuard
        if !isOwnDue { nextDue = min(nextDue, ownGuard) }
        let isAskDue = clock.now >= settle.nextAsk
        guard isOwnDue || isAskDue || settle.isHeld else { return }
        if isOwnDue {
            settle.isOwnAsked = true
            answerCollect(place, asker: shared.number)
        }
        if isAskDue {
            settle.nextAsk = clock.now + SettleLimits.askAgain
            for (index, member) in plan(place).members.enumerated()
            where member != shared.number && settle[index] == nil {
                ask(member, place)
            }
        }
        settles[place] = settle
        if isAskDue || settle.isHeld { choose(place, clock: clock) }
    }

    private func ownGuard(_ place: Int, clock: Clock) -> Int {
        shared.collectGuard(
            of: shared.epoch.arcs[Int(slots[place].arc)], asker: shared.number, now: clock.now)
    }

    private func ask(_ member: Int, _ place: Int) {
        shared.link(to: member)?.append(
            .collect, partition: number, firstSlot + place, slots[place].generation)
    }

    /// Queues this node's answer until all that it speaks of is durable.
    func answerCollect(_ place: Int, asker: Int, generation: Int? = nil) {
        // Nothing becomes durable now; the home asks again.
        guard shared.writesStopped == nil else { return }
        let state = slots[place]
        let copy = CopyState(
            base: state.base, position: state.position, digest: index.digest(slot: place),
            condition: state.condition)
        shared.undurable.append(
            .copy(
                home: asker, slot: firstSlot + place, generation: generation ?? state.generation,
                copy),
            after: shared.log.isEmpty ? shared.batch - 1 : shared.batch)
    }

    /// A node's answer to this home's Collect.
    func onCopy(_ copy: CopyState, _ place: Int, generation: Int, from member: Int, clock: Clock) {
        guard slots[place].generation == generation else { return }
        switch slots[place].phase {
        case .idle, .fetching:
            return
        case .collecting:
            guard let index = plan(place).members.firstIndex(of: member) else { return }
            if member == shared.number, copy.digest != self.index.digest(slot: place) {
                // A fetch that was given up has changed the own copy since this was said.
                settles[place]?.isOwnAsked = false
                return
            }
            settles[place]?[index] = copy
            choose(place, clock: clock)
        case .installing, .serving:
            guard member != shared.number, let replica = arc(place).place(of: member) else {
                return
            }
            let state = follower(place, replica).pointee.state
            guard state == .asked || state == .unknown else { return }
            attach(place, replica: replica, copy, clock: clock)
        }
    }

    /// Rule 5: with enough answers, the one that knows most; never a merge.
    private func choose(_ place: Int, clock: Clock) {
        guard let settle = settles[place] else { return }
        let plan = plan(place)
        var counting = settle.sound
        if !plan.isEnough(counting, of: settle), !isEnoughByPlantedBug(place, settle, plan) {
            guard plan.mayTrustDoubtful(settle, now: clock.now) else { return }
            counting |= settle.doubtful
        }
        guard let best = settle.best(of: counting), mayServe(place, clock: clock) else { return }
        settles[place]?.isInDoubt = counting != settle.sound
        if let own = plan.members.firstIndex(of: shared.number),
            counting & (1 << UInt64(own)) != 0,
            !settle.copies[best].exceeds(settle.copies[own])
        {
            settles[place]?.chosen = settle.copies[own]
            finishSettle(place, clock: clock)
        } else if holdsSame(place, as: settle.copies[best]) {
            settles[place]?.chosen = settle.copies[best]
            finishSettle(place, clock: clock)
        } else if fetchesUnderWay < SettleLimits.fetchesMax {
            fetch(place, from: best, settle.copies[best], clock: clock)
        }
    }

    /// Whether nobody may answer from an old copy that this node could not take back.
    private func mayServe(_ place: Int, clock: Clock) -> Bool {
        let until = sharingGuard(place)
        settles[place]?.isHeld = clock.now < until
        if clock.now >= until { return true }
        // New promises may cover what was lent before that.
        nextDue = min(nextDue, until, clock.now + SettleLimits.lookAgain)
        return false
    }

    /// Whether the own copy has the chosen one's content, learned before: then nothing need be
    /// fetched.
    private func holdsSame(_ place: Int, as copy: CopyState) -> Bool {
        !slots[place].isDamaged && index.digest(slot: place) == copy.digest
    }

    private func fetch(_ place: Int, from index: Int, _ copy: CopyState, clock: Clock) {
        let member = plan(place).members[index]
        slots[place].phase = .fetching
        fetchesUnderWay += 1
        settles[place]?.source = index
        settles[place]?.chosen = copy
        settles[place]?.nextAsk = clock.now + SettleLimits.fetchTimeout
        arrivals[place] = Arrival(
            generation: slots[place].generation, position: 0, sender: member)
        shared.link(to: member)?.append(
            .fetch, partition: number, firstSlot + place, slots[place].generation)
    }

    /// The source fell silent or sent something else than it answered: ask again.
    func abandonFetch(_ place: Int, clock: Clock) {
        guard slots[place].phase == .fetching, let source = settles[place]?.source else { return }
        fetchesUnderWay -= 1
        slots[place].phase = .collecting
        settles[place]?[source] = nil
        if let own = plan(place).members.firstIndex(of: shared.number) {
            settles[place]?[own] = nil
        }
        settles[place]?.isOwnAsked = false
        settles[place]?.nextAsk = 0
        settles[place]?.source = nil
        arrivals[place] = nil
        pursueSettle(place, clock: clock)
    }

    /// All entries of the chosen copy are here.
    func onFetched(_ place: Int, clock: Clock) {
        fetchesUnderWay -= 1
        finishSettle(place, clock: clock)
    }

    /// Rules 6 and 7: the chosen copy becomes position 0 of the new generation.
    private func finishSettle(_ place: Int, clock: Clock) {
        guard let settle = settles.removeValue(forKey: place), let chosen = settle.chosen else {
            return
        }
        if settle.isInDoubt { shared.settledInDoubt += 1 }
        let arc = arc(place)
        // What became of a write cannot be read off a copy that does not vouch for it.
        slots[place].settledBase = chosen.isTouched || settle.isInDoubt ? 0 : chosen.base
        slots[place].settledPosition = chosen.position
        var agreeing = 0
        let members = plan(place).members
        for (index, member) in members.enumerated()
        where !chosen.isDamaged && arc.isReplica(member) {
            agreeing += settle[index].map { agrees($0, chosen) } ?? false ? 1 : 0
        }
        slots[place].phase = .installing
        mark(place, position: 0)
        shared.undurable.append(
            .own(slot: firstSlot + place, generation: slots[place].generation, position: 0),
            after: shared.batch)
        // One round instead of two: a majority holds the very same copy already, so serve; the
        // install rides in front of the first write.
        let isAgreed = agreeing >= Int(arc.majority) && sharers.gate(place) >= 0
        if isAgreed || shared.planted.contains(.servesBeforeInstall) { beginServing(place) }
        for replica in 0..<Int(arc.replicaCount) where replica != Int(arc.selfIndex) {
            let member = Int(arc.members[replica])
            if let copy = members.firstIndex(of: member).flatMap({ settle[$0] }) {
                attach(place, replica: replica, copy, clock: clock)
            } else {
                askFollower(place, replica: replica, clock: clock)
            }
        }
    }

    /// Whether the answers are enough without rule 5.
    private func isEnoughByPlantedBug(
        _ place: Int, _ settle: Settle, _ plan: SettlePlan
    ) -> Bool {
        if shared.planted.contains(.settlesAlone) { return true }
        guard shared.planted.contains(.asksPresentSet) else { return false }
        let arc = arc(place)
        let answers = plan.members.indices.count { index in
            settle.sound & (1 << UInt64(index)) != 0 && arc.place(of: plan.members[index]) != nil
        }
        return answers >= Int(arc.majority)
    }

    /// Whether a copy is the chosen one to the last entry.
    private func agrees(_ copy: CopyState, _ chosen: CopyState) -> Bool {
        var copy = copy
        if !copy.isDamaged, !chosen.isDamaged { copy.condition = chosen.condition }
        if shared.planted.contains(.comparesNoDigest) { copy.digest = chosen.digest }
        return copy == chosen
    }

    func beginServing(_ place: Int) {
        slots[place].phase = .serving
        shared.hasNewlyServed = true
    }
}
