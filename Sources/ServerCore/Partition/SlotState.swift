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
    /// Which arc of the adopted epoch the slot lies in.
    var arc: Int32 = 0
    /// Replies that wait for a commit: a list in the worker's ``HoldPool``, oldest first.
    var firstHold: Int32 = HoldPool.none
    var lastHold: Int32 = HoldPool.none
    var phase = SlotPhase.idle
    /// The log was damaged in the middle here: the copy says nothing until it is installed anew.
    var isDamaged = false
    /// Commands for this slot wait in the worker's parking; later ones queue up behind them.
    var isParked = false
}

/// How far a home has come with one member of a slot's replica set.
enum FollowerState: UInt8 {
    /// Nothing is known since the link came up.
    case unknown
    /// It was asked for its base and position.
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
    /// Most copies that a key may have: the replication factor's upper bound.
    static let replicasMax = 7

    /// Until when leases from a majority hold, this node's own included; rule 10.
    var leaseUntil = 0
    var generation = 0
    var home: Int32 = -1
    var replicaCount: Int32 = 0
    var majority: Int32 = 0
    /// This node's place in the replica set; -1 when it is not in it.
    var selfIndex: Int32 = -1
    var replicas = InlineArray<7, Int32>(repeating: -1)

    /// A member's place in the replica set.
    func place(of member: Int) -> Int? {
        for place in 0..<Int(replicaCount) where replicas[place] == Int32(member) { return place }
        return nil
    }
}
