extension ModelPlan {
    private static let abc = 0b0111
    private static let abd = 0b1011
    private static let bcd = 0b1110

    /// The home dies or is taken for dead, and so does the next one.
    static var takeover: ModelPlan {
        var plan = ModelPlan(
            "takeover", nodes: 3, writes: [.put],
            epochs: [
                Epoch(replicas: abc, home: 0), Epoch(replicas: abc, home: 1),
                Epoch(replicas: abc, home: 2),
            ])
        plan.abandons = 1
        plan.crashes = 1
        return plan
    }

    /// A key is written and deleted while homes change.
    static var deletion: ModelPlan {
        var plan = ModelPlan(
            "deletion", nodes: 3, writes: [.put, .delete],
            epochs: [
                Epoch(replicas: abc, home: 0), Epoch(replicas: abc, home: 1),
                Epoch(replicas: abc, home: 2),
            ])
        plan.abandons = 0
        return plan
    }

    /// D learns, takes the place of C, and becomes home.
    static var ringChange: ModelPlan {
        ModelPlan(
            "ring change", nodes: 4, writes: [.put, .delete],
            epochs: [
                Epoch(replicas: abc, home: 0), Epoch(replicas: abc, home: 0, learners: 0b1000),
                Epoch(replicas: abd, home: 0), Epoch(replicas: abd, home: 3),
            ])
    }

    /// A is taken for dead, evicted for D, and comes back into the set.
    static var eviction: ModelPlan {
        ModelPlan(
            "eviction", nodes: 4, writes: [.put, .delete],
            epochs: [
                Epoch(replicas: abc, home: 0), Epoch(replicas: abc, home: 1, learners: 0b1000),
                Epoch(replicas: bcd, home: 1, learners: 0b0001), Epoch(replicas: abc, home: 0),
            ])
    }

    /// Processes die with what they had not synced, and start again.
    static var restart: ModelPlan {
        var plan = ModelPlan(
            "restart", nodes: 3, writes: [.put],
            epochs: [
                Epoch(replicas: abc, home: 0), Epoch(replicas: abc, home: 0, incarnation: 2),
                Epoch(replicas: abc, home: 1),
            ])
        plan.crashes = 2
        plan.hasSlowDisks = true
        return plan
    }

    /// Homes change while leases run and reads are answered by them.
    static var leases: ModelPlan {
        var plan = ModelPlan(
            "lease hand-over", nodes: 3, writes: [.put],
            epochs: [
                Epoch(replicas: abc, home: 0), Epoch(replicas: abc, home: 1),
                Epoch(replicas: abc, home: 0),
            ])
        plan.hasLeases = true
        plan.crashes = 1
        return plan
    }

    /// Homes change while reads are confirmed.
    static var confirms: ModelPlan {
        var plan = ModelPlan(
            "confirmed reads", nodes: 3, writes: [.put],
            epochs: [
                Epoch(replicas: abc, home: 0), Epoch(replicas: abc, home: 1),
                Epoch(replicas: abc, home: 0),
            ])
        plan.hasConfirms = true
        return plan
    }
}
