/// What this node does with a slot.
enum SlotPhase: UInt8 {
    /// Another member is home, or none is.
    case idle
    /// Home of a new generation: asking who knows most (`PROTOCOL`, rule 4).
    case collecting
    /// Home of a new generation: fetching the chosen copy (rule 5).
    case fetching
    /// Home of a new generation: bringing the chosen copy to a majority (rule 6).
    case installing
    /// Home: answers reads and writes (rules 7 to 10).
    case serving
}

/// How much of a copy's past the log has told when it was read back.
enum ReadBack: UInt8 {
    /// Nothing that says where the copy stands.
    case nothing
    /// Records of a stream that begins before the log does: the mark is yet to come.
    case headless
    /// A mark or a clear, and all that came behind it.
    case whole
    /// A void: the next mark makes the copy whole, whatever was wrong before.
    case void
    /// Lines were lost before a doubt: a mark alone does not make the copy whole.
    case holed
}

/// The state of one slot on this node; 1,024 of them lie side by side in a ``Partition``.
struct SlotState {
    /// The generation of the adopted epoch; messages of any other are refused (rule 2).
    var generation = 0
    /// The generation in which this node's copy was last installed; 0 is none.
    var base = 0
    /// How far the copy has followed that generation's stream.
    var position = 0
    /// As home: up to where a majority is durable; -1 while no majority has the base.
    var committed = -1
    /// As home: base and position of the copy that the present generation was settled with.
    var settledBase = 0
    var settledPosition = 0
    /// As learner: the generation whose stream this copy follows without a base, and how far.
    ///
    /// Volatile: after a restart the home compares digests.
    var learnedGeneration = 0
    var learnedPosition = 0
    /// The change of the ring that the learners' states speak of.
    var change = 0
    /// Which arc of the adopted epoch the slot lies in.
    var arc: Int32 = 0
    /// Replies that wait for a commit: a list in the worker's ``HoldPool``, oldest first.
    var firstHold: Int32 = HoldPool.none
    var lastHold: Int32 = HoldPool.none
    /// Writes of this node's clients that are under way to the slot's home.
    var writesUnderWay: Int32 = 0
    var phase = SlotPhase.idle
    /// The log was damaged in the middle here: the copy says nothing until it is installed anew.
    var isDamaged = false
    /// The entries can be read, but the machine stopped before all was on the disk: damaged too,
    /// unless so many of the slot's copies are that nothing better can be had.
    var isDoubtful = false
    /// Entries of another copy were taken since base and position were written: these do not say
    /// any more which of the writes that nobody was answered for the copy contains.
    var isTouched = false
    /// What the log has told of the copy so far, as it was read back.
    var readBack = ReadBack.nothing
    /// Commands for this slot wait in the worker's parking; later ones queue up behind them.
    var isParked = false

    /// How far this node vouches for its copy.
    var condition: CopyState.Condition {
        isDoubtful ? .doubtful : isDamaged ? .damaged : isTouched ? .touched : .sound
    }
}

/// How far a home has come with one member of a slot's replica set.
enum FollowerState: UInt8 {
    /// Nothing is known since the link came up.
    case unknown
    /// It was asked for what it has.
    case asked
    /// An install is under way; the stream follows behind it.
    case installing
    /// It follows the stream.
    case streaming
}

/// One member of a slot's replica set, as its home sees it.
struct Follower {
    /// The position it has acknowledged as durable in the present generation; -1 is none.
    var acknowledged = -1
    /// When anything last went forward, in microseconds.
    var since = 0
    /// Bytes of the install that is under way.
    var installBytes: Int32 = 0
    var state = FollowerState.unknown
}

/// What the hot path needs of an arc.
struct HotArc {
    /// Most members that may follow a slot's stream: a replica set, its home included, and as many
    /// learners.
    static let followersMax = 14

    /// Until when leases from a majority hold, this node's own included; rule 10.
    var leaseUntil = 0
    var generation = 0
    var home: Int32 = -1
    var replicaCount: Int32 = 0
    /// The replica set and the learners behind it.
    var followerCount: Int32 = 0
    var majority: Int32 = 0
    /// This node's place in the replica set; -1 when it is not in it.
    var selfIndex: Int32 = -1
    /// Whether this node copies the slot to be in its set after the change under way.
    var isLearner = false
    /// Whether this node is in the set of the present or of an earlier generation.
    var isHolder = false
    /// The replica set, clockwise, then the learners.
    var members = InlineArray<14, Int32>(repeating: -1)
    /// Which of ``members`` are down by the epoch, one bit each.
    var down: UInt16 = 0

    /// Whether a member is a learner that nothing waits for, as it is down: it gets its copies when
    /// it is back, like any other member.
    func isAbsentLearner(_ place: Int) -> Bool {
        place >= Int(replicaCount) && down & (1 << UInt16(place)) != 0
    }

    /// A member's place in the replica set or among the learners.
    func place(of member: Int) -> Int? {
        for place in 0..<Int(followerCount) where members[place] == Int32(member) { return place }
        return nil
    }

    /// Whether a member is in the replica set.
    func isReplica(_ member: Int) -> Bool {
        place(of: member).map { $0 < Int(replicaCount) } ?? false
    }
}
