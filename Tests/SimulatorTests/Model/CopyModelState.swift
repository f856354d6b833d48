import Foundation

/// One state of the model of copies: plain bytes, so that many can be kept and compared.
///
/// Times are ticks that are left, 0 for none. A content is the number of the last write that it
/// contains, from 1; 0 is the key as it was founded.
struct CopyModelState: Hashable {
    enum Limits {
        static var writes: Int { 3 }
        static var eras: Int { 3 }
    }

    struct Write {
        var era: UInt8 = 0
        var position: UInt8 = 0
        /// The content that it was applied to.
        var predecessor: UInt8 = 0
    }

    /// What the home has told the sharer of: a write, or that it takes the copy back.
    ///
    /// What was ever said may arrive at any time, as often as it likes, or never.
    struct Announcement {
        var isSent = false
        var home: UInt8 = 0
        var session: UInt8 = 0
        var version: UInt8 = 0
        /// The sharer has said at least once that its copy is gone.
        var isDropped = false
        var isAwaited = false
        /// Below this position the slot may be committed.
        var gate: UInt8 = 0
        var push = Push.none
    }

    enum Push: UInt8 {
        case none
        /// The value is to be sent once it is committed.
        case wanted
        case sent
    }

    /// A generation of the slot.
    struct Era {
        var isChosen = false
        /// What it began with.
        var content: UInt8 = 0
        var length: UInt8 = 0
        /// Up to where a majority has it.
        var durable: UInt8 = 0
        var committed: UInt8 = 0
        /// How long the giver keeps its promise to the home.
        var lent: UInt8 = 0
        /// How long the home may rely on it.
        var held: UInt8 = 0
    }

    /// A node that is a home now and then, with what it knows of the sharer.
    struct Home {
        /// The generation that it acts by.
        var era: UInt8 = 0
        var isAlive = true
        var incarnation: UInt8 = 1
        /// How long a restarted process waits, as it knows nothing of what the former has lent.
        var quiet: UInt8 = 0
        /// The newest generation of which it has said «adopted, and nobody has copies of mine».
        var said: UInt8 = 0
        /// The sharer's session; 0 while none is known.
        var session: UInt8 = 0
        var lent: UInt8 = 0
        var isOver = false
        /// Others have to wait for the session, as the slot has another home.
        var isLeft = false
        var isRegistered = false
        var turn: UInt8 = 0
    }

    /// The sharer's side of a session.
    struct Session {
        var number: UInt8 = 1
        var isTimed = false
        var left: UInt8 = 0
        /// The newest version that the home said would come.
        var announced: UInt8 = 0
    }

    struct Copy {
        var isThere = false
        var content: UInt8 = 0
        var home: UInt8 = 0
        var session: UInt8 = 0
    }

    /// The sharer's question that is under way, and the home's answer.
    struct Question {
        var stage = Stage.none
        /// Whether it asks for the key's entry, not only for more time.
        var isFill = false
        var home: UInt8 = 0
        var session: UInt8 = 0
        /// Ticks since it was asked.
        var age: UInt8 = 0
        /// What had been seen when it was asked.
        var floor: UInt8 = 0
        var content: UInt8 = 0
        var asOf: UInt8 = 0
        var lease: UInt8 = 0
    }

    enum Stage: UInt8 {
        case none
        case asked
        case answered
    }

    /// The last write that anybody was shown or promised.
    var floor: UInt8 = 0
    var issued: UInt8 = 0
    var questionsLeft: UInt8 = 0
    var crashesLeft: UInt8 = 0
    var takeBacksLeft: UInt8 = 0
    /// The generation that the sharer acts by.
    var sharerEra: UInt8 = 0
    var writes = InlineArray<3, Write>(repeating: Write())
    /// By write, from 0; the last one takes a copy back.
    var announcements = InlineArray<4, Announcement>(repeating: Announcement())
    var eras = InlineArray<3, Era>(repeating: Era())
    var homes = InlineArray<2, Home>(repeating: Home())
    /// With each home.
    var sessions = InlineArray<2, Session>(repeating: Session())
    var copy = Copy()
    var question = Question()

    // All members are single bytes, so there is no padding between them.

    static func == (left: CopyModelState, right: CopyModelState) -> Bool {
        withUnsafeBytes(of: left) { left in
            withUnsafeBytes(of: right) { right in
                guard let start = left.baseAddress, let other = right.baseAddress else {
                    return false
                }
                return memcmp(start, other, left.count) == 0
            }
        }
    }

    func hash(into hasher: inout Hasher) {
        withUnsafeBytes(of: self) { hasher.combine(bytes: $0) }
    }

    /// A generation, a position in it and how often copies were taken back, to be compared.
    static func version(era: Int, position: UInt8, turn: UInt8) -> UInt8 {
        UInt8(era) * 16 + position * 2 + turn
    }

    /// The write at a position of a generation.
    func write(era: Int, position: UInt8) -> UInt8 {
        for place in 0..<Int(issued)
        where Int(writes[place].era) == era && writes[place].position == position {
            return UInt8(place + 1)
        }
        return 0
    }

    /// The content of a generation as of a position.
    func content(era: Int, position: UInt8) -> UInt8 {
        position == 0 ? eras[era].content : write(era: era, position: position)
    }

    func newest(era: Int) -> UInt8 { content(era: era, position: eras[era].length) }

    /// Whether a content contains a write, by way of what it was made from.
    func isWithin(_ write: UInt8, _ content: UInt8) -> Bool {
        var content = content
        while content > write { content = writes[Int(content) - 1].predecessor }
        return content == write
    }
}
