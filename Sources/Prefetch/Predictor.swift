/// One way of guessing which keys will be read next.
///
/// A predictor learns from the reads and names keys; whether it may at all, and how many, is the
/// ``Governor``'s business.
protocol Predictor: Sendable {
    /// Learns from a client's read, and appends guesses while the pace leaves room.
    mutating func onRead(_ read: Read, pace: inout Pace, guesses: inout [[UInt8]])
    /// Drops the history of a connection.
    mutating func forget(connection: Int)
    /// Reads have gone by unseen: drops where clients were, keeps what was learnt.
    mutating func restart()
    /// The keys that are read most here.
    func hottest(_ count: Int) -> [(key: [UInt8], count: Int)]
    /// Learns from the keys that are read most at another member.
    mutating func onHottest(
        _ keys: [(key: [UInt8], count: Int)], from member: Int, now: Int, pace: inout Pace,
        guesses: inout [[UInt8]])
}

extension Predictor {
    func hottest(_ count: Int) -> [(key: [UInt8], count: Int)] { [] }

    mutating func onHottest(
        _ keys: [(key: [UInt8], count: Int)], from member: Int, now: Int, pace: inout Pace,
        guesses: inout [[UInt8]]
    ) {}
}

/// A read as predictors see it; valid during the call only.
struct Read {
    /// The whole key.
    let key: UnsafeRawBufferPointer
    /// The client connection.
    let connection: Int
}

/// How fast and how far ahead a predictor may guess now.
struct Pace: Equatable {
    /// How far ahead of its reader a run may be guessed, in keys.
    let reach: Int
    /// Guesses that may still be made.
    var room: Int
    /// Whether a run was guessed as far ahead as the reach allows.
    var isAtReach = false

    init(reach: Int, room: Int) {
        self.reach = reach
        self.room = room
    }
}
