import Ring

/// Bringing copies level and keeping them so. Any gap in a stream ends in the same routine: ask
/// what the member has, install what it lacks, stream on.
extension Partition {
    enum FollowerLimits {
        /// Microseconds until a member of which nothing is known is asked again.
        static let askAgain = 100_000
        /// Microseconds without progress after which a stream is taken for broken.
        static let streamTimeout = 2_000_000
    }

    func askFollowers(_ place: Int, clock: Clock) {
        let arc = arc(place)
        for replica in 0..<Int(arc.replicaCount) where replica != Int(arc.selfIndex) {
            askFollower(place, replica: replica, clock: clock)
        }
    }

    func askFollower(_ place: Int, replica: Int, clock: Clock) {
        let follower = follower(place, replica)
        forgetInstall(place, replica)
        follower.pointee.since = clock.now
        follower.pointee.state = .unknown
        guard replica < Int(arc(place).replicaCount) || mayTeach(place) else { return }
        guard let link = shared.link(to: Int(arc(place).members[replica])), link.isUp else {
            return
        }
        follower.pointee.state = .asked
        link.append(
            .collect, partition: number, firstSlot + place, slots[place].generation)
    }

    /// Goes on from what a member has: with the stream, or with an install in front of it.
    func attach(_ place: Int, replica: Int, _ copy: CopyState, clock: Clock) {
        let state = slots[place]
        let follower = follower(place, replica)
        let isLearner = replica >= Int(arc(place).replicaCount)
        guard !isLearner || mayTeach(place),
            let link = shared.link(to: Int(arc(place).members[replica])), link.isUp
        else {
            follower.pointee.state = .unknown
            return
        }
        follower.pointee.since = clock.now
        let isLevel = copy.base == state.generation && copy.position == state.position
        if !isLearner, isLevel, !copy.isDamaged {
            follower.pointee.state = .streaming
            acknowledge(place, replica: replica, position: copy.position, clock: clock)
        } else if !copy.isDamaged || copy.isDoubtful, copy.digest == index.digest(slot: place) {
            follower.pointee.state = .installing
            installSame(place, on: link)
        } else if link.installBytes < PeerLink.installBytesMax, !isLearner || shared.moveBudget > 0
        {
            follower.pointee.state = .installing
            let bytes = installAll(place, on: link)
            follower.pointee.installBytes = Int32(clamping: bytes)
            link.installBytes += Int(follower.pointee.installBytes)
            if isLearner {
                shared.moveBudget -= bytes
                shared.movedBytes += bytes
            }
        } else {
            // Enough is under way to this member; its turn comes with a later tick.
            follower.pointee.state = .unknown
        }
    }

    func forgetInstall(_ place: Int, _ replica: Int) {
        let follower = follower(place, replica)
        guard follower.pointee.installBytes > 0 else { return }
        if let link = shared.link(to: Int(arc(place).members[replica])) {
            link.installBytes = max(0, link.installBytes - Int(follower.pointee.installBytes))
        }
        follower.pointee.installBytes = 0
    }

    /// A member has made everything up to a position durable.
    func onAcknowledge(
        _ place: Int, generation: Int, position: Int, from member: Int, clock: Clock
    ) {
        guard isLeading(place), slots[place].generation == generation,
            position <= slots[place].position, let replica = arc(place).place(of: member)
        else { return }
        let follower = follower(place, replica)
        if follower.pointee.state == .installing {
            follower.pointee.state = .streaming
            forgetInstall(place, replica)
        }
        acknowledge(place, replica: replica, position: position, clock: clock)
    }

    /// A member could not take what it was sent.
    func onRefuse(_ place: Int, generation: Int, from member: Int, clock: Clock) {
        if generation > slots[place].generation {
            shared.output.laterEpochSeen(from: member)
            return
        }
        guard isLeading(place), let replica = arc(place).place(of: member) else { return }
        let follower = follower(place, replica)
        guard follower.pointee.state == .streaming || follower.pointee.state == .installing else {
            return
        }
        askFollower(place, replica: replica, clock: clock)
    }

    func onLink(to member: Int, isUp: Bool, clock: Clock) {
        isQuiet = false
        // What it was told may be lost: it keeps what it has until its lease is over.
        sharers.closeSession(of: member)
        sessions[member]?.end()
        loseWatcher(member, isUp: isUp)
        loseWatch(member)
        for place in 0..<Partition.slotCount where slots[place].phase != .idle {
            switch slots[place].phase {
            case .idle:
                continue
            case .collecting:
                if isUp {
                    settles[place]?.nextAsk = 0
                    pursueSettle(place, clock: clock)
                }
            case .fetching:
                if !isUp, let source = settles[place]?.source,
                    plan(place).members[source] == member
                {
                    abandonFetch(place, clock: clock)
                }
            case .installing, .serving:
                guard let replica = arc(place).place(of: member) else { continue }
                askFollower(place, replica: replica, clock: clock)
            }
        }
    }

    func isLeading(_ place: Int) -> Bool {
        slots[place].phase == .serving || slots[place].phase == .installing
    }

    /// Looks after every slot that this node leads: members that fell silent, streams that stand
    /// still, replies that wait too long.
    func tend(clock: Clock) {
        guard !isQuiet else { return }
        var isQuiet = settles.isEmpty && deferredCollects.isEmpty
        if !dropSurplus() { isQuiet = false }
        let deadline = clock.now - shared.epoch.settings.deadlineMilliseconds * 1_000
        for place in 0..<Partition.slotCount {
            switch slots[place].phase {
            case .idle:
                continue
            case .collecting:
                pursueSettle(place, clock: clock)
            case .fetching:
                if clock.now >= settles[place]?.nextAsk ?? 0 { abandonFetch(place, clock: clock) }
            case .installing, .serving:
                if !tendFollowers(place, clock: clock) { isQuiet = false }
                if slots[place].firstHold != HoldPool.none {
                    isQuiet = false
                    expireHolds(place, before: deadline)
                }
            }
        }
        quietGaps = nil
        self.isQuiet = isQuiet
    }

    /// How long an install may take: a large one goes over the link and to the disk first.
    private func installTimeout(_ follower: Follower) -> Int {
        FollowerLimits.streamTimeout + OperationTime.extra(bytes: Int(follower.installBytes))
    }

    /// Looks after the members of one slot.
    ///
    /// Returns whether all of them have all there is.
    private func tendFollowers(_ place: Int, clock: Clock) -> Bool {
        var areLevel = true
        let arc = shared.hotArcs[Int(slots[place].arc)]
        for replica in 0..<Int(arc.followerCount) where replica != Int(arc.selfIndex) {
            let follower = follower(place, replica).pointee
            if follower.state != .streaming || follower.acknowledged < slots[place].position {
                areLevel = false
            }
            let idle = clock.now - follower.since
            switch follower.state {
            case .unknown
            where idle >= FollowerLimits.askAgain && replica < Int(arc.replicaCount),
                .asked where idle >= FollowerLimits.streamTimeout:
                askFollower(place, replica: replica, clock: clock)
            case .installing where idle >= installTimeout(follower),
                .streaming
            where follower.acknowledged < slots[place].position
                && idle >= FollowerLimits.streamTimeout:
                askFollower(place, replica: replica, clock: clock)
            default:
                continue
            }
        }
        return areLevel
    }
}
