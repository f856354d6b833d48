import Bytes
import RESP

/// The frames of the links between nodes: RESP arrays whose first element is a name.
///
/// ```
/// FORWARD id version argument…            a client's command, for the home of its key
/// ANSWER  id done|later body              the reply; or «not done: not home», with the epoch
/// STREAM  partition lines                 log records, in order (PROTOCOL, rule 8)
/// ACK     partition (slot g p)…           durable up to p in generation g
/// REFUSE  partition (slot g)…             what came does not fit; the own generation
/// COLLECT partition (slot g)…             what do you have? (rule 4)
/// COPY    partition (slot g base p digest damaged)…
/// FETCH   partition (slot g)…             send me all of it (rule 5)
/// CONTENT partition slot g more|last digest lines      the answer, in pieces
/// INSTALL partition slot g p same|more|last digest lines   (rule 6)
/// OUTCOME partition (slot g)…             with what was this generation settled?
/// SETTLED partition (slot g base p)…      the answer
/// FILL    partition numbers version argument…      a read, for the key's entry: request, session,
///         and the generation and position of what the asker has, if anything
/// ENTRY   id numbers same|value|absent value       the answer: lease, entry's generation and
///         position, slot's generation, position and turn, expiry
/// RENEW   partition (session time)…       more time for the copies of a session
/// LEASE   partition (session time lease)… the answer
/// OVER    partition (session 0)…          begin another session
/// INVALIDATE partition numbers key        a write comes: session, slot, g, p, turn, number
/// DROPPED partition (slot session number)…         the copy is gone
/// UPDATE  partition numbers key value     the new value: session, slot, g, p, expiry
/// GUESS   worker time (session)… key…     entries of keys that may be read soon
/// COPIES  worker time (session key numbers same|value|absent value)…   the answer
/// HOTTEST worker (count)… key…            what is read most through this node
/// WATCH   partition (number on)…          tell me of changed keys, or do not any more
/// WATCHED partition (number on)…          so be it; or: something may have been missed
/// CHANGED partition key                   a key was written or removed
/// NODE    json                            a NodeMessage, on the control link
/// ```
///
/// Numbers inside one element are decimal, separated by blanks; a digest is 16 hexadecimal digits.
/// `damaged` is 0 for a sound copy, 1 for a damaged and 2 for a doubtful one, 3 for one that an
/// install has begun to change. Lines are log lines, each with a checksum of its own.
public enum PeerFrame: String, Sendable, CaseIterable {
    /// A client's command for the home of its key.
    case forward = "FORWARD"
    /// The reply to ``forward``.
    case answer = "ANSWER"
    /// Log records in order.
    case stream = "STREAM"
    /// What is durable at a successor.
    case acknowledge = "ACK"
    /// What a successor has instead of what it was sent.
    case refuse = "REFUSE"
    /// The question of a home of a new generation.
    case collect = "COLLECT"
    /// The answer to ``collect``.
    case copy = "COPY"
    /// Asks for all entries of a slot.
    case fetch = "FETCH"
    /// The answer to ``fetch``.
    case content = "CONTENT"
    /// Brings a copy level.
    case install = "INSTALL"
    /// Asks with which copy a generation was settled.
    case outcome = "OUTCOME"
    /// The answer to ``outcome``.
    case settled = "SETTLED"
    /// A read, for the key's entry.
    case fill = "FILL"
    /// The answer to ``fill``.
    case entry = "ENTRY"
    /// A sharer asks for more time.
    case renew = "RENEW"
    /// The answer to ``renew``.
    case lease = "LEASE"
    /// A session is over.
    case over = "OVER"
    /// A write of a key comes.
    case invalidate = "INVALIDATE"
    /// The answer to ``invalidate``.
    case dropped = "DROPPED"
    /// The new value of a key.
    case update = "UPDATE"
    /// Asks for entries that may be read soon.
    case guess = "GUESS"
    /// The answer to ``guess``.
    case copies = "COPIES"
    /// What is read most through a node.
    case hottest = "HOTTEST"
    /// A node wants to hear of changed keys.
    case watch = "WATCH"
    /// The answer to ``watch``.
    case watched = "WATCHED"
    /// A key has changed.
    case changed = "CHANGED"
    /// A message of the node's control plane.
    case node = "NODE"

    /// Largest number of bytes of entries in one piece of a CONTENT or INSTALL, unless a single
    /// entry is larger.
    static let pieceBytes = 1 << 20
}

/// Appends frames to a buffer.
struct FrameWriter {
    let buffer: OutputBuffer

    func begin(_ frame: PeerFrame, elements: Int) {
        buffer.append(UInt8(ascii: "*"))
        buffer.append(decimal: elements + 1)
        buffer.append("\r\n")
        let name = frame.rawValue
        buffer.append(UInt8(ascii: "$"))
        buffer.append(decimal: name.utf8.count)
        buffer.append("\r\n")
        buffer.append(name)
        buffer.append("\r\n")
    }

    func element(_ bytes: UnsafeRawBufferPointer) {
        buffer.append(UInt8(ascii: "$"))
        buffer.append(decimal: bytes.count)
        buffer.append("\r\n")
        buffer.append(bytes)
        buffer.append("\r\n")
    }

    func element(_ text: StaticString) {
        element(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    func element(_ number: Int) {
        var text = String(number)
        text.withUTF8 { element(UnsafeRawBufferPointer($0)) }
    }

    /// Numbers in one element, separated by blanks.
    func element(numbers: [Int]) {
        var text = ""
        for number in numbers {
            if !text.isEmpty { text += " " }
            text += String(number)
        }
        text.withUTF8 { element(UnsafeRawBufferPointer($0)) }
    }

    func element(digest: UInt64) {
        buffer.append("$16\r\n")
        buffer.append(hexadecimal: digest, digits: 16)
        buffer.append("\r\n")
    }
}

/// Reads the numbers of one frame element: decimal, separated by single blanks.
struct NumberReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { offset >= bytes.count }

    /// The next number; nil when there is none or it is damaged.
    mutating func next() -> Int? {
        var end = offset
        while end < bytes.count, bytes[end] != UInt8(ascii: " ") { end += 1 }
        guard end > offset else { return nil }
        let number = parseDecimal(UnsafeRawBufferPointer(rebasing: bytes[offset..<end]))
        offset = end + 1
        return number
    }

    /// The next 64 bits as hexadecimal digits; nil when there are none or they are damaged.
    mutating func nextDigest() -> UInt64? {
        guard offset + 16 <= bytes.count else { return nil }
        let digest = parseDigest(
            UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + 16)]))
        offset += 17
        return digest
    }
}

/// The number that 16 lower-case hexadecimal digits spell.
func parseDigest(_ bytes: UnsafeRawBufferPointer) -> UInt64? {
    guard bytes.count == 16 else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
        switch byte {
        case 48...57: value = value << 4 | UInt64(byte - 48)
        case 97...102: value = value << 4 | UInt64(byte - 87)
        default: return nil
        }
    }
    return value
}
