/// Makes events from the bytes that a terminal sends.
///
/// It knows the sequences of xterm and its many descendants, of rxvt and of the Linux console, and
/// swallows whole what it does not know, so that the letters of a strange sequence never act as
/// commands. Bytes may come in any pieces. A lone Escape cannot be told from the beginning of a
/// sequence: while ``isWaiting`` the caller waits ``escapeMilliseconds`` and calls ``onSilence()``.
public struct InputDecoder: Sendable {
    /// How long an Escape may be followed by the rest of its sequence.
    public static let escapeMilliseconds = 25
    /// Bytes of one paste that are kept; what is longer is cut.
    public static let pasteBytesMax = 1 << 20
    /// Bytes of a sequence after which it is none.
    static let sequenceBytesMax = 64

    private enum State: Equatable {
        case ground
        case escape
        case control
        case single
        case linuxFunction
        case string(escaped: Bool)
        case paste
        case text(needed: Int)
    }

    private var state = State.ground
    private var held: [UInt8] = []

    /// Makes a decoder.
    public init() {}

    /// Whether silence would decide what the last byte was.
    public var isWaiting: Bool { state == .escape }

    /// The bytes that end a paste.
    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    /// Takes bytes and returns the events that they complete.
    public mutating func feed(_ bytes: some Sequence<UInt8>) -> [InputEvent] {
        var events: [InputEvent] = []
        for byte in bytes { take(byte, &events) }
        return events
    }

    /// Nothing more came for ``escapeMilliseconds``: an Escape was just that.
    public mutating func onSilence() -> [InputEvent] {
        guard state == .escape else { return [] }
        state = .ground
        return [.key(.escape)]
    }

    private mutating func take(_ byte: UInt8, _ events: inout [InputEvent]) {
        switch state {
        case .ground: ground(byte, &events)
        case .escape: afterEscape(byte, &events)
        case .control: control(byte, &events)
        case .single:
            state = .ground
            if let key = Self.single[byte] { events.append(.key(key)) }
        case .linuxFunction:
            state = .ground
            if (65...69).contains(byte) { events.append(.key(.function(Int(byte) - 64))) }
        case .string(let escaped):
            // BEL or ESC \ ends it; what it says is not for us.
            if byte == 0x07 || (escaped && byte == 0x5C) {
                state = .ground
            } else {
                state = .string(escaped: byte == 0x1B)
            }
        case .paste: paste(byte, &events)
        case .text(let needed): text(byte, needed, &events)
        }
    }

    private mutating func ground(_ byte: UInt8, _ events: inout [InputEvent]) {
        switch byte {
        case 0x1B: state = .escape
        case 0x0D: events.append(.key(.enter))
        case 0x09: events.append(.key(.tab))
        case 0x7F, 0x08: events.append(.key(.backspace))
        case 0x00...0x1F:
            let isLetter = (0x01...0x1A).contains(byte)
            events.append(.key(.control(Unicode.Scalar(byte + (isLetter ? 0x60 : 0x40)))))
        case 0x20...0x7E: events.append(.key(.character(Unicode.Scalar(byte))))
        case 0xC2...0xF4:
            held = [byte]
            state = .text(needed: byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3)
        default: break
        }
    }

    private mutating func text(_ byte: UInt8, _ needed: Int, _ events: inout [InputEvent]) {
        guard byte & 0xC0 == 0x80 else {
            state = .ground
            return take(byte, &events)
        }
        held.append(byte)
        if needed > 1 {
            state = .text(needed: needed - 1)
            return
        }
        state = .ground
        if case .scalar(let scalar)? = ForeignText.units(held).first, scalar.value >= 0xA0 {
            events.append(.key(.character(scalar)))
        }
    }

    private mutating func afterEscape(_ byte: UInt8, _ events: inout [InputEvent]) {
        held.removeAll(keepingCapacity: true)
        switch byte {
        case 0x5B: state = .control
        case 0x4F: state = .single
        case 0x5D, 0x50, 0x58, 0x5E, 0x5F: state = .string(escaped: false)
        case 0x1B: events.append(.key(.escape))
        case 0x20...0x7E:
            state = .ground
            events.append(.key(.alt(Unicode.Scalar(byte))))
        case 0x0D:
            state = .ground
            events.append(.key(.alt("\r")))
        default: state = .ground
        }
    }

    private mutating func control(_ byte: UInt8, _ events: inout [InputEvent]) {
        if held.isEmpty, byte == 0x5B {
            state = .linuxFunction
            return
        }
        switch byte {
        case 0x1B: state = .escape
        case 0x20...0x3F where held.count < Self.sequenceBytesMax: held.append(byte)
        case 0x20...0x3F: break
        case 0x40...0x7E:
            state = .ground
            finish(byte, &events)
        default: state = .ground
        }
    }

    private mutating func finish(_ final: UInt8, _ events: inout [InputEvent]) {
        if held.first == 0x3C {
            if let event = Self.mouse(held.dropFirst(), final) { events.append(.mouse(event)) }
            return
        }
        let numbers = Self.numbers(held)
        if final == 0x7E {
            if numbers.first == 200 {
                held.removeAll(keepingCapacity: true)
                state = .paste
            } else if let number = numbers.first, let key = Self.numbered[number] {
                events.append(.key(key))
            }
            return
        }
        // With a modifier the first number is 1; other numbers are answers, as of the cursor's place.
        if numbers.first ?? 0 <= 1, let key = Self.lettered[final] { events.append(.key(key)) }
    }

    private mutating func paste(_ byte: UInt8, _ events: inout [InputEvent]) {
        held.append(byte)
        let end = Self.pasteEnd
        guard byte == 0x7E, held.count >= end.count, held.suffix(end.count).elementsEqual(end)
        else {
            // Keep the last bytes, which may be the beginning of the end.
            if held.count > Self.pasteBytesMax + 2 * end.count {
                held.removeSubrange(Self.pasteBytesMax..<held.count - end.count)
            }
            return
        }
        held.removeLast(end.count)
        // Terminals send a pasted line's end as CR.
        events.append(.paste(held.prefix(Self.pasteBytesMax).map { $0 == 0x0D ? 0x0A : $0 }))
        held.removeAll()
        state = .ground
    }

    /// The numbers of a sequence, between semicolons; what is none counts as 0.
    private static func numbers(_ bytes: some Collection<UInt8>) -> [Int] {
        bytes.split(separator: 0x3B, omittingEmptySubsequences: false).map { part in
            Int(String(decoding: part.prefix(6), as: UTF8.self)) ?? 0
        }
    }

    private static func mouse(_ bytes: some Collection<UInt8>, _ final: UInt8) -> MouseEvent? {
        let numbers = numbers(bytes)
        guard numbers.count == 3, final == 0x4D, numbers[1] > 0, numbers[2] > 0 else { return nil }
        // 4, 8 and 16 are Shift, Alt and Control.
        let kind: MouseEvent.Kind
        switch numbers[0] & ~28 {
        case 0: kind = .click
        case 64: kind = .wheelUp
        case 65: kind = .wheelDown
        default: return nil
        }
        return MouseEvent(kind: kind, x: numbers[1] - 1, y: numbers[2] - 1)
    }

    private static let lettered: [UInt8: Key] = [
        0x41: .up, 0x42: .down, 0x43: .right, 0x44: .left, 0x46: .end, 0x48: .home,
        0x5A: .backTab, 0x50: .function(1), 0x51: .function(2), 0x52: .function(3),
        0x53: .function(4),
    ]

    private static let single: [UInt8: Key] = lettered.merging([0x4D: .enter]) { first, _ in first }

    private static let numbered: [Int: Key] = [
        1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end,
        11: .function(1), 12: .function(2), 13: .function(3), 14: .function(4),
        15: .function(5), 17: .function(6), 18: .function(7), 19: .function(8),
        20: .function(9), 21: .function(10), 23: .function(11), 24: .function(12),
    ]
}
