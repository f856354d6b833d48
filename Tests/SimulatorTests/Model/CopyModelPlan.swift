/// What one exhaustive search of the model of copies goes through: which node is home in which
/// generation, what is written, and how much of everything else may happen.
///
/// One key; homes A and B; a node C that lends the homes their leases; a sharer S.
struct CopyModelPlan {
    struct Era {
        let home: Int
        /// The start of the home's process that the generation names.
        var incarnation = 1
    }

    enum Write {
        case put
        case delete
    }

    let name: String
    var eras = [Era(home: 0)]
    var writes: [Write] = [.put]
    /// Questions of the sharer, be it for the key or for more time.
    var questions = 1
    /// Sessions that the sharer may have with each home.
    var sessions = 2
    /// Whether the sharer asks for more time by itself, which asking for another key does as well.
    var renews = false
    /// Whether values are sent to those that had a copy.
    var pushes = false
    var crashes = 0
    var takeBacks = 0
    /// Whether the key is there at first.
    var isFounded = true
    /// The rule that is taken away, if one is.
    var planted: CopyModelRule?

    /// Ticks that a lease lasts.
    static var lease: UInt8 { 2 }

    /// The plan with one rule taken away.
    func without(_ rule: CopyModelRule) -> CopyModelPlan {
        var plan = self
        plan.planted = rule
        return plan
    }

    func lacks(_ rule: CopyModelRule) -> Bool { planted == rule }

    /// Whether a content is «there is no such key».
    func isAbsent(_ content: UInt8) -> Bool {
        content == 0 ? !isFounded : writes[Int(content) - 1] == .delete
    }
}

/// A part of rule 15 that a search is made without, to see that it is missed.
enum CopyModelRule: String {
    case boundedLease = "a: a sharer's lease never outlasts the home's"
    case quietLending = "a: a restarted home prolongs nothing that it has forgotten"
    case lateFills = "b: a copy is not kept when a write was announced since it was asked for"
    case deadFills = "b: a copy that comes after its lease is not kept"
    case waits = "c: a write waits for the sharers"
    case absence = "c: who was told of an absent key is told of its creation"
    case matchedDrops = "c: an acknowledgement is for one announcement"
    case inheritedWaits = "c: a write waits for what the one before it waits for"
    case carriedWaits = "c: a new generation waits for what was announced in the last one"
    case takenBackWaits = "c: a copy that is taken back while a slot settles is waited for"
    case lapse = "d: a lapse ends the session"
    case latePushes = "e: a value is not taken when a later write was announced"
    case directory = "f: a home that stays home keeps its directory"
    case unbrokenHome = "f: and only then: not when another node was home in between"
    case departure = "13: a home that leaves waits for those who have copies"
    case announcedDeparture = "13: and for those who have not dropped them yet"
    case quietDeparture = "13: a restarted process does not know that nobody has copies"
    case quietTime = "13: a restarted home serves when what it had lent is over"
}
