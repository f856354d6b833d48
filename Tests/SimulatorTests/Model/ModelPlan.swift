/// What one exhaustive search goes through: the epochs that may be decided, in their order, and how
/// much of everything else may happen.
///
/// One slot with one key. Nodes are numbered from 0 and called A, B, C, D; sets of them are bit
/// masks. A generation is known by its place in ``eras``; as a base it counts from 1.
struct ModelPlan {
    /// One epoch, decided whenever the search likes: failure detection may be wrong.
    struct Epoch {
        var replicas: Int
        var home: Int
        /// The start of the home's process that the epoch names.
        var incarnation = 1
        /// Who copies the slot already, to be in its set later.
        var learners = 0
    }

    /// A generation, in the words of the epoch that began it.
    struct Era {
        let replicas: Int
        let home: Int
        let incarnation: Int
        var majority: Int { replicas.nonzeroBitCount / 2 + 1 }
    }

    /// A write; each changes what the one before it left.
    enum Write {
        case put
        case delete
    }

    let name: String
    let nodes: Int
    let epochs: [Epoch]
    let writes: [Write]
    /// Processes that may end at any instant, all of them together.
    var crashes = 0
    /// Fetches that may end halfway.
    var abandons = 0
    /// Whether being written and being durable are two things.
    var hasSlowDisks = false
    /// Whether leases are given, lapse, and are read by.
    var hasLeases = false
    /// Whether there are reads by confirm rounds.
    var hasConfirms = false
    /// The rule that is taken away, if one is.
    var planted: ModelRule?

    /// The generations of the epochs, and which of them each epoch is in.
    let eras: [Era]
    let eraOfEpoch: [Int]

    init(_ name: String, nodes: Int, writes: [Write], epochs: [Epoch]) {
        self.name = name
        self.nodes = nodes
        self.writes = writes
        self.epochs = epochs
        var eras: [Era] = []
        var eraOfEpoch: [Int] = []
        for epoch in epochs {
            let isSame = eras.last.map { last in
                last.replicas == epoch.replicas && last.home == epoch.home
                    && last.incarnation == epoch.incarnation
            }
            if isSame != true {
                eras.append(
                    Era(
                        replicas: epoch.replicas, home: epoch.home,
                        incarnation: epoch.incarnation))
            }
            eraOfEpoch.append(eras.count - 1)
        }
        self.eras = eras
        self.eraOfEpoch = eraOfEpoch
        precondition(nodes <= ModelState.Limits.nodes && eras.count <= ModelState.Limits.eras)
        precondition(epochs.count <= ModelState.Limits.epochs)
        precondition(writes.count <= ModelState.Limits.writes)
    }

    /// The plan with one rule taken away.
    func without(_ rule: ModelRule) -> ModelPlan {
        var plan = self
        plan.planted = rule
        return plan
    }

    func lacks(_ rule: ModelRule) -> Bool { planted == rule }
}

/// A rule of the protocol that a search is made without, to see that it is missed.
enum ModelRule: String, CaseIterable {
    case seal = "2: a sealed generation takes no record"
    case nameOfProcess = "3: a restarted process leads nothing that does not name it"
    case adoptBeforeAnswer = "4: adopt before answering a Collect"
    case allSets = "5: a majority of every set since the largest base"
    case noMerge = "5: one copy is chosen, nothing is merged"
    case history = "5: a history reaches back to the last settled generation"
    case markLast = "6: (base, position) is written last"
    case idempotence = "6: an install that is known already is passed over"
    case base = "8: a member takes the stream of its base only"
    case durability = "8: acknowledge what is durable"
    case durableEpoch = "1: an adopted epoch is durable"
    case pendingReads = "10: a read waits for the write before it"
    case leasedReads = "10: a read needs leases or a confirm round"
    case confirms = "10: a confirm round has a majority"
    case evictedData = "12: an evicted node keeps its copy until it is settled without it"
    case leaseGuard = "13: no Collect is answered while a lease is out"
    case quietTime = "13: a restarted node waits, as it has forgotten what it lent"
    case trueLabels = "a write's outcome is not read off a copy that an install has touched"
}
