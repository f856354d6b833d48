extension RingEpoch {
    /// The most members that an epoch may list.
    public static let membersMax = Placement.nodesMax
    /// The most generations that a history may have.
    public static let historyMax = 4_096
    /// The most members that one history may name.
    public static let historyMembersMax = 64

    /// What is wrong with an epoch that came from outside; nil when nothing is.
    ///
    /// An epoch that passes can be asked about any slot, and its replica sets and homes are those
    /// that its own members and settings give.
    public func validate() -> String? {
        guard (1..<Self.numberLimit).contains(number) else { return "epoch number out of range" }
        guard Self.isClusterID(clusterID) else {
            return "a cluster id is 32 lower-case hexadecimal digits"
        }
        guard Member.isName(clusterName) else { return "cluster name empty, long or unprintable" }
        return settings.validate() ?? validateMembers() ?? validateTokens() ?? validateQueue()
            ?? validateArcs()
    }

    private func validateQueue() -> String? {
        guard queue.waiting.count <= ChangeQueue.waitingMax,
            queue.ended.count <= ChangeQueue.endedMax,
            queue.requests.count <= ChangeQueue.requestsMax
        else { return "too many changes" }
        let numbers = (members + former).map(\.number)
        guard queue.lastMember >= numbers.max() ?? 0, queue.lastMember < Self.numberLimit,
            (0..<Self.numberLimit).contains(queue.lastChange)
        else { return "numbers of changes or members out of range" }
        for (place, change) in queue.waiting.enumerated() {
            guard (1...max(1, queue.lastChange)).contains(change.id) else {
                return "a change without a number"
            }
            if let number = change.kind.member, member(number: number) == nil {
                return "a change of an unknown member"
            }
            guard (change.tokens != nil) == (place == 0) else {
                return "only the first change is under way"
            }
        }
        guard let target else { return nil }
        guard target.members.allSatisfy({ $0.validate() == nil }), target.ring.count > 0,
            (1...ClusterSettings.replicasMax).contains(target.replicas)
        else { return "the change under way has no good end" }
        return nil
    }

    /// Whether text is 32 lower-case hexadecimal digits.
    public static func isClusterID(_ text: String) -> Bool {
        text.utf8.count == 32
            && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    private func validateMembers() -> String? {
        guard (1...Self.membersMax).contains(members.count) else {
            return "too few or many members"
        }
        guard former.count <= Self.membersMax else { return "too many former members" }
        for list in [members, former] {
            for (index, member) in list.enumerated() {
                if let problem = member.validate() { return "member \(member.number): \(problem)" }
                if index > 0 && list[index - 1].number >= member.number {
                    return "members not in ascending order"
                }
            }
        }
        guard Set(members.map(\.id)).count == members.count,
            Set(members.map { Array($0.name.utf8) }).count == members.count
        else { return "two members with one id or name" }
        guard !former.contains(where: { member(number: $0.number) != nil }) else {
            return "a member that is also a former one"
        }
        guard (1...Self.votersMax).contains(voters.count) else { return "too few or many voters" }
        return nil
    }

    private func validateTokens() -> String? {
        let tokens = members.flatMap(\.tokens)
        guard Set(tokens).count == tokens.count else { return "two members with one token" }
        return ring.count > 0 ? nil : "no eligible member holds a token"
    }

    private func validateArcs() -> String? {
        let known = Set(members.map(\.number) + former.map(\.number))
        let ring = self.ring
        var expected = 0
        for arc in arcs {
            guard arc.first == expected, arc.last >= arc.first, arc.last < Slots.count else {
                return "arcs do not follow one another"
            }
            expected = arc.last + 1
            if let problem = validate(arc, in: ring, known: known) {
                return "arc \(arc.first) to \(arc.last): \(problem)"
            }
        }
        return expected == Slots.count ? nil : "arcs do not cover all slots"
    }

    private func validate(_ arc: Arc, in ring: TokenRing, known: Set<Int>) -> String? {
        guard (1...Self.historyMax).contains(arc.history.count) else {
            return "history empty or long"
        }
        var generation = 0
        for era in arc.history {
            guard era.generation > generation, era.generation <= number else {
                return "generations not ascending"
            }
            generation = era.generation
            guard (1...ClusterSettings.replicasMax).contains(era.replicas.count),
                Set(era.replicas).count == era.replicas.count, known.isSuperset(of: era.replicas)
            else { return "not a replica set" }
            guard era.home.map(era.replicas.contains) ?? true else {
                return "home outside the replica set"
            }
        }
        let holders = arc.history.reduce(into: Set<Int>()) { $0.formUnion($1.replicas) }
        guard holders.count <= Self.historyMembersMax else {
            return "too many members in one history"
        }
        guard ring.index(owning: arc.first) == ring.index(owning: arc.last) else {
            return "a token inside the arc"
        }
        let era = era(of: arc.first, in: ring)
        guard era.replicas == arc.present.replicas, era.home == arc.present.home else {
            return "replica set or home differ from what the members give"
        }
        return nil
    }
}

extension Member {
    /// The most bytes of a name.
    public static let nameBytesMax = 64
    /// The most bytes of a host, as in the domain name system.
    public static let hostBytesMax = 255

    /// Whether text can name a node or a cluster: 1 to 64 bytes, all printable, none a blank.
    public static func isName(_ text: String) -> Bool {
        (1...nameBytesMax).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0 > 32 && $0 != 127 }
    }

    /// Whether host and port can be an address.
    static func isAddress(host: String, port: Int) -> Bool {
        (1...hostBytesMax).contains(host.utf8.count)
            && host.utf8.allSatisfy { $0 > 32 && $0 < 127 } && (1...65_535).contains(port)
    }

    /// What is wrong with the member; nil when nothing is.
    fileprivate func validate() -> String? {
        guard (1..<RingEpoch.numberLimit).contains(number) else { return "number out of range" }
        guard Member.isName(name) else { return "name empty, long or unprintable" }
        guard Member.isAddress(host: host, port: port) else { return "not an address" }
        guard (0..<RingEpoch.numberLimit).contains(incarnation) else {
            return "incarnation out of range"
        }
        guard tokens.allSatisfy({ (0..<Slots.count).contains($0) }),
            zip(tokens, tokens.dropFirst()).allSatisfy({ $0 < $1 })
        else { return "tokens out of range or order" }
        return nil
    }
}
