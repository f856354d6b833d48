/// The connection that one node has made to another: data and control, one way.
struct Link {
    /// Counts the connections made.
    var session = 0
    /// Whether the sender takes it for connected.
    var isUp = false
    /// The start of the receiver's process that it leads to.
    var receiverLife = 0
    /// What was sent in this session or an earlier one does not arrive any more.
    var brokenSession = 0
    /// How many faults that are under way cut it.
    var cuts = 0
    /// When the last message arrives, of links that keep the order.
    var lastArrival = 0

    /// Whether nothing that is sent now arrives.
    var isCut: Bool { cuts > 0 }
}
