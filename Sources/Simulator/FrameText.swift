import RESP
import ServerCore

/// Frames between nodes, in words.
enum FrameText {
    /// The longest part of a frame that is told.
    private static let bytesMax = 160

    /// One line per frame.
    static func words(_ bytes: [UInt8]) -> [String] {
        let parser = RequestParser()
        return bytes.withUnsafeBytes { memory in
            var lines: [String] = []
            var same: (slots: ClosedRange<Int>, version: [String])?
            func tellSame() {
                guard let told = same else { return }
                let slots =
                    told.slots.count == 1
                    ? "\(told.slots.lowerBound)"
                    : "\(told.slots.lowerBound)–\(told.slots.upperBound)"
                lines.append(
                    "says its copy is right: slot \(slots), generation \(told.version[0]), "
                        + "position \(told.version[1])")
                same = nil
            }
            while case .request = parser.next(memory) {
                let frame = parser.arguments
                guard PeerFrame(rawValue: frame.text(0)) == .install, frame.text(5) == "same",
                    let slot = Int(frame.text(2))
                else {
                    tellSame()
                    lines += words(frame)
                    continue
                }
                let version = [frame.text(3), frame.text(4)]
                if let told = same, told.version == version, told.slots.upperBound == slot - 1 {
                    same = (told.slots.lowerBound...slot, version)
                } else {
                    tellSame()
                    same = (slot...slot, version)
                }
            }
            tellSame()
            return lines
        }
    }

    /// Whether the last element is made of log lines.
    static func carriesLines(_ frame: Arguments) -> Bool {
        switch PeerFrame(rawValue: frame.text(0)) {
        case .stream, .content, .install: true
        default: false
        }
    }

    private static func words(_ frame: Arguments) -> [String] {
        func rest(from first: Int) -> String {
            (first..<frame.count).map { shown(frame, $0) }.joined(separator: " ")
        }
        switch PeerFrame(rawValue: frame.text(0)) {
        case .stream: return lines(frame).map { "stream \($0)" }
        case .forward: return ["forward \(shown(frame, 1)): \(rest(from: 3))"]
        case .answer: return ["answer \(shown(frame, 1)): \(rest(from: 2))"]
        case .acknowledge: return runs(frame, of: 3, "durable: slot %, generation %, position %")
        case .refuse: return runs(frame, of: 2, "refuses: slot % is in generation % here")
        case .collect: return runs(frame, of: 2, "asks what it has: slot %, generation %")
        case .copy:
            return runs(
                frame, of: 6,
                "has: slot % for generation %, base %, position %, digest %, damaged %")
        case .fetch: return runs(frame, of: 2, "asks for all of it: slot %, generation %")
        case .content:
            return [
                "sends slot \(shown(frame, 2)) for generation \(shown(frame, 3)), "
                    + "\(shown(frame, 4)) piece: \(lines(frame).count) entries"
            ]
        case .install:
            return [
                "installs slot \(shown(frame, 2)), generation \(shown(frame, 3)), position "
                    + "\(shown(frame, 4)), \(shown(frame, 5)): \(lines(frame).count) entries"
            ]
        default: return [rest(from: 0)]
        }
    }

    /// A frame of many slots: those with the same numbers behind the slot become one line.
    private static func runs(_ frame: Arguments, of count: Int, _ form: String) -> [String] {
        let numbers = frame.text(2).split(separator: " ").map(String.init)
        var groups: [(slots: [Int], rest: [String])] = []
        for start in stride(from: 0, to: numbers.count - count + 1, by: count) {
            let rest = Array(numbers[(start + 1)..<(start + count)])
            let slot = Int(numbers[start]) ?? 0
            if let last = groups.last, last.rest == rest, last.slots[1] == slot - 1 {
                groups[groups.count - 1].slots[1] = slot
            } else {
                groups.append(([slot, slot], rest))
            }
        }
        return groups.map { group in
            let first = group.slots[0]
            let last = group.slots[1]
            var values = [first == last ? "\(first)" : "\(first)–\(last)"] + group.rest
            return String(
                form.split(separator: "%", omittingEmptySubsequences: false)
                    .reduce(into: "") { text, part in
                        if !text.isEmpty { text += values.isEmpty ? "" : values.removeFirst() }
                        text += part
                    })
        }
    }

    private static func lines(_ frame: Arguments) -> [String] {
        frame[frame.count - 1].split(separator: UInt8(ascii: "\n")).map {
            String(decoding: $0.prefix(bytesMax), as: UTF8.self)
        }
    }

    private static func shown(_ frame: Arguments, _ place: Int) -> String {
        let bytes = frame[place].prefix(bytesMax).filter { $0 != UInt8(ascii: "\r") }
        return String(decoding: bytes.map { $0 < 32 ? 32 : $0 }, as: UTF8.self)
    }
}
