extension CopyModelPlan {
    /// All scenarios.
    ///
    /// - Parameter isLarge: with bounds that take minutes and gigabytes; otherwise seconds.
    /// - Returns: plans that are to be searched one by one.
    static func all(isLarge: Bool) -> [CopyModelPlan] {
        var plans = [
            oneHome(), absence(), renewals(), pushes(), takeBack(homes: 1), takeBack(homes: 2),
            takeover(), staysHome(), staysAndGoes(), restart(), restartAside(), homecoming(),
        ]
        guard isLarge else { return plans }
        for place in plans.indices {
            plans[place].questions += 1
            plans[place].renews = true
            plans[place].sessions = 2
            if plans[place].writes.count == 1 { plans[place].writes.append(.delete) }
        }
        return plans
    }

    /// Nothing happens to the home.
    static func oneHome() -> CopyModelPlan {
        var plan = CopyModelPlan(name: "one home")
        plan.writes = [.put, .put]
        plan.questions = 3
        return plan
    }

    /// A key is created and deleted.
    static func absence() -> CopyModelPlan {
        var plan = CopyModelPlan(name: "absence")
        plan.writes = [.put, .delete]
        plan.questions = 2
        plan.isFounded = false
        return plan
    }

    /// The sharer asks for more time, too.
    static func renewals() -> CopyModelPlan {
        var plan = CopyModelPlan(name: "renewals")
        plan.questions = 3
        plan.renews = true
        return plan
    }

    /// Values are sent after writes.
    static func pushes() -> CopyModelPlan {
        var plan = CopyModelPlan(name: "pushes")
        plan.writes = [.put, .put]
        plan.questions = 2
        plan.pushes = true
        return plan
    }

    /// A copy is taken back without a write, perhaps while its home settles the slot anew.
    static func takeBack(homes: Int) -> CopyModelPlan {
        var plan = CopyModelPlan(name: homes == 1 ? "taken back" : "taken back while settling")
        plan.eras = Array(repeating: Era(home: 0), count: homes)
        plan.writes = [.put, .put]
        plan.questions = homes == 1 ? 2 : 1
        plan.takeBacks = 1
        return plan
    }

    /// The home dies or is taken for dead.
    static func takeover() -> CopyModelPlan {
        var plan = CopyModelPlan(name: "takeover")
        plan.eras = [Era(home: 0), Era(home: 1)]
        plan.questions = 2
        return plan
    }

    /// The slot's set changes, its home does not.
    static func staysHome() -> CopyModelPlan {
        var plan = CopyModelPlan(name: "home stays")
        plan.eras = [Era(home: 0), Era(home: 0)]
        plan.questions = 2
        return plan
    }

    /// The slot's set changes, and then its home does.
    static func staysAndGoes() -> CopyModelPlan {
        var plan = CopyModelPlan(name: "home stays, and goes")
        plan.eras = [Era(home: 0), Era(home: 0), Era(home: 1)]
        return plan
    }

    /// The home's process dies, and the next one is home.
    static func restart() -> CopyModelPlan {
        var plan = CopyModelPlan(name: "restart")
        plan.eras = [Era(home: 0), Era(home: 0, incarnation: 2)]
        plan.questions = 2
        plan.sessions = 1
        plan.renews = true
        plan.crashes = 1
        return plan
    }

    /// The home's process dies, and the next one sees another node take over.
    static func restartAside() -> CopyModelPlan {
        var plan = CopyModelPlan(name: "restart without the slot")
        plan.eras = [Era(home: 0), Era(home: 1)]
        plan.crashes = 1
        return plan
    }

    /// Another node takes over, and the first is home again.
    static func homecoming() -> CopyModelPlan {
        var plan = CopyModelPlan(name: "homecoming")
        plan.eras = [Era(home: 0), Era(home: 1), Era(home: 0)]
        return plan
    }
}
