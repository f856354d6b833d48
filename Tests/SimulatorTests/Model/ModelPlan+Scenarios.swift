extension ModelPlan {
    private static let abc = 0b0111
    private static let abd = 0b1011
    private static let bcd = 0b1110

    /// All scenarios.
    ///
    /// - Parameter isLarge: with bounds that take minutes and gigabytes; otherwise seconds.
    /// - Returns: plans that are to be searched one by one.
    static func all(isLarge: Bool) -> [ModelPlan] {
        isLarge
            ? [
                takeover(crashes: 1, abandons: 1), deletion(homes: 3), ringChange(deletes: true),
                eviction(deletes: true), restart(homes: 2, crashes: 2),
                death(homes: 2, slowly: true), leases(homes: 3, crashes: 1),
                confirms(homes: 3),
            ]
            : [
                takeover(), deletion(homes: 2), shortRingChange(learns: true), restart(reads: true),
                death(homes: 2, slowly: true), leases(homes: 2), confirms(homes: 2),
            ]
    }

    /// A, B and then C are home of the set that they are.
    private static func homes(_ count: Int) -> [Epoch] {
        (0..<count).map { Epoch(replicas: abc, home: $0) }
    }

    /// The home dies or is taken for dead, and so does the next one.
    static func takeover(crashes: Int = 0, abandons: Int = 0) -> ModelPlan {
        var plan = ModelPlan("takeover", nodes: 3, writes: [.put], epochs: homes(3))
        plan.crashes = crashes
        plan.abandons = abandons
        return plan
    }

    /// A key is written and deleted while homes change.
    static func deletion(homes count: Int) -> ModelPlan {
        ModelPlan("deletion", nodes: 3, writes: [.put, .delete], epochs: homes(count))
    }

    /// D learns, takes the place of C, and becomes home.
    static func ringChange(deletes: Bool = false) -> ModelPlan {
        ModelPlan(
            "ring change", nodes: 4, writes: deletes ? [.put, .delete] : [.put],
            epochs: [
                Epoch(replicas: abc, home: 0), Epoch(replicas: abc, home: 0, learners: 0b1000),
                Epoch(replicas: abd, home: 0), Epoch(replicas: abd, home: 3),
            ])
    }

    /// D takes the place of C and becomes home at once, having learned or not.
    static func shortRingChange(learns: Bool) -> ModelPlan {
        ModelPlan(
            "short ring change", nodes: 4, writes: [.put],
            epochs: [
                Epoch(replicas: abc, home: 0, learners: learns ? 0b1000 : 0),
                Epoch(replicas: abd, home: 3),
            ])
    }

    /// D takes the place of C without having learned anything, and becomes home later.
    static func slowRingChange() -> ModelPlan {
        ModelPlan(
            "slow ring change", nodes: 4, writes: [.put],
            epochs: [
                Epoch(replicas: abc, home: 0), Epoch(replicas: abd, home: 0),
                Epoch(replicas: abd, home: 3),
            ])
    }

    /// A is taken for dead, is evicted for D, and comes back into the set.
    static func eviction(deletes: Bool = false) -> ModelPlan {
        ModelPlan(
            "eviction", nodes: 4, writes: deletes ? [.put, .delete] : [.put],
            epochs: [
                Epoch(replicas: abc, home: 0), Epoch(replicas: abc, home: 1),
                Epoch(replicas: bcd, home: 1), Epoch(replicas: abc, home: 0),
            ])
    }

    /// Processes die with what they had not synced, and start again.
    static func restart(homes count: Int = 1, crashes: Int = 1, reads: Bool = false) -> ModelPlan {
        var plan = ModelPlan(
            "restart", nodes: 3, writes: [.put],
            epochs: [
                Epoch(replicas: abc, home: 0), Epoch(replicas: abc, home: 0, incarnation: 2),
            ] + homes(count).dropFirst())
        plan.crashes = crashes
        plan.hasSlowDisks = true
        plan.hasConfirms = reads
        return plan
    }

    /// A process dies while homes change, perhaps with what it had not synced.
    static func death(homes count: Int, slowly: Bool, reads: Bool = false) -> ModelPlan {
        var plan = ModelPlan("death", nodes: 3, writes: [.put], epochs: homes(count))
        plan.crashes = 1
        plan.hasSlowDisks = slowly
        plan.hasConfirms = reads
        return plan
    }

    /// Homes change while leases run and reads are answered by them; the third home is the first.
    static func leases(homes count: Int, crashes: Int = 0) -> ModelPlan {
        var plan = ModelPlan(
            "lease hand-over", nodes: 3, writes: [.put],
            epochs: homes(2) + homes(count - 2))
        plan.hasLeases = true
        plan.crashes = crashes
        return plan
    }

    /// Homes change while reads are confirmed; the third home is the first.
    static func confirms(homes count: Int) -> ModelPlan {
        var plan = ModelPlan(
            "confirmed reads", nodes: 3, writes: [.put],
            epochs: homes(2) + homes(count - 2))
        plan.hasConfirms = true
        return plan
    }
}
