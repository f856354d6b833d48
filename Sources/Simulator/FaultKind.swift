/// Something that can go wrong in a run.
enum FaultKind: CaseIterable {
    case crash
    /// After a tick's frames left, in the middle of writing its log records.
    case crashWithinTick
    case crashAll
    /// A process is asked to stop, hands its slots over and ends in good order.
    case stop
    case pause
    /// One direction between two nodes.
    case cut
    /// All links of one node, both ways.
    case isolate
    /// Two groups that do not hear each other; or only one of them does not hear the other.
    case split
    /// Two groups that do not hear each other, and one node that hears both.
    case bridge
    /// Links stop one by one in random order, and come back one by one in another.
    case unravel
    case reset
    case stallDisk
    /// Writing fails from now on, until somebody has seen to it and the process is started again.
    case failDisk
    /// A record that was synced long ago is damaged, which shows at the next start.
    case rot
    /// The wall clock is set forward or back.
    case wallJump
    /// A disk is gone for good; a new node takes the place of the one that had it.
    case loseDisk
    /// A new node asks to be a member.
    case join
    case leave
    /// A down member is to lose its place.
    case evict
    /// The change of the ring that is under way is taken back.
    case cancel
    /// The number of copies of each key changes.
    case replicas
    case rebalance

    /// Whether it is about who is a member.
    var changesMembers: Bool {
        switch self {
        case .loseDisk, .join, .leave, .evict: true
        default: false
        }
    }

    /// Whether it alone brings about new epochs.
    var changesEpochs: Bool {
        switch self {
        case .crash, .crashWithinTick, .crashAll, .stop, .pause, .isolate, .failDisk, .rot: true
        case .cut, .split, .bridge, .unravel, .reset, .stallDisk, .wallJump, .loseDisk, .join,
            .leave, .evict, .cancel, .replicas, .rebalance:
            false
        }
    }
}
