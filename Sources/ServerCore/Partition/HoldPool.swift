/// A reply that waits for a write to be committed.
struct Hold {
    /// Goes out when the slot is committed up to here.
    var position = 0
    var token = RequestToken.none
    var reply: [UInt8] = []
    /// When it was held, in microseconds; a confirm round for it must begin later.
    var since = 0
    /// Whether its command changed something; then a lost home makes its outcome unknown.
    var isWrite = false
    var next: Int32 = HoldPool.none
}

/// The held replies of one worker, linked into one list per slot.
struct HoldPool {
    /// The end of a list.
    static let none: Int32 = -1
    /// Replies to SET are shared, not copied.
    static let okReply = Array("+OK\r\n".utf8)

    private var holds: [Hold] = []
    private var firstFree = HoldPool.none
    private(set) var count = 0

    subscript(place: Int32) -> Hold { holds[Int(place)] }

    mutating func append(_ hold: Hold, to slot: UnsafeMutablePointer<SlotState>) {
        var place = firstFree
        if place == HoldPool.none {
            place = Int32(holds.count)
            holds.append(hold)
        } else {
            firstFree = holds[Int(place)].next
            holds[Int(place)] = hold
        }
        count += 1
        if slot.pointee.lastHold == HoldPool.none {
            slot.pointee.firstHold = place
        } else {
            holds[Int(slot.pointee.lastHold)].next = place
        }
        slot.pointee.lastHold = place
    }

    mutating func removeFirst(of slot: UnsafeMutablePointer<SlotState>) -> Hold {
        let place = slot.pointee.firstHold
        let hold = holds[Int(place)]
        slot.pointee.firstHold = hold.next
        if hold.next == HoldPool.none { slot.pointee.lastHold = HoldPool.none }
        holds[Int(place)] = Hold()
        holds[Int(place)].next = firstFree
        firstFree = place
        count -= 1
        return hold
    }
}
