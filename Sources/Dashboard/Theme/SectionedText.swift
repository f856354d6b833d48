/// The small text format of theme and configuration files: `key = value` lines under `[section]`
/// headings, with `#` comments.
///
/// A `#` begins a comment at the beginning of a line, or between blanks; `#7aa2f7` is a value.
struct SectionedText: Equatable {
    /// One line that says something.
    struct Entry: Equatable {
        var section: String
        var key: String
        var value: String
        /// Its line, from 1.
        var line: Int
    }

    /// A line that says nothing that can be understood.
    struct Problem: Equatable {
        var line: Int
        var text: String
    }

    /// The largest file that is read, in bytes.
    static let bytesMax = 1 << 18

    var entries: [Entry] = []
    var problems: [Problem] = []

    init(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            problems.append(Problem(line: 1, text: "the file is not UTF-8 text"))
            return
        }
        var section = ""
        // A CR before the end of a line is a blank like others; "\r\n" is one Character, so the
        // text is cut by scalars.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, scalars) in lines.enumerated() {
            let line = Self.trim(Self.withoutComment(scalars))
            guard !line.isEmpty else { continue }
            if line.hasPrefix("[") {
                if line.hasSuffix("]") {
                    section = Self.trim(line.dropFirst().dropLast().unicodeScalars[...])
                } else {
                    problems.append(Problem(line: index + 1, text: "a section ends with ]"))
                }
            } else if let equals = line.firstIndex(of: "=") {
                let key = Self.trim(line[..<equals].unicodeScalars[...])
                let value = Self.trim(line[line.index(after: equals)...].unicodeScalars[...])
                add(Entry(section: section, key: key, value: value, line: index + 1))
            } else {
                problems.append(Problem(line: index + 1, text: "expected `key = value`"))
            }
        }
    }

    private mutating func add(_ entry: Entry) {
        if entry.key.isEmpty {
            problems.append(Problem(line: entry.line, text: "a name is missing before ="))
        } else if entries.contains(where: { $0.section == entry.section && $0.key == entry.key }) {
            problems.append(Problem(line: entry.line, text: "\(entry.key) is set a second time"))
        } else {
            entries.append(entry)
        }
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\r"
    }

    private static func withoutComment(
        _ line: Substring.UnicodeScalarView
    ) -> Substring.UnicodeScalarView {
        var isAfterBlank = true
        for index in line.indices {
            if line[index] == "#", isAfterBlank {
                let next = line.index(after: index)
                let isStart = line[..<index].allSatisfy(isBlank)
                if isStart || next == line.endIndex || isBlank(line[next]) {
                    return line[..<index]
                }
            }
            isAfterBlank = isBlank(line[index])
        }
        return line
    }

    private static func trim(_ line: Substring.UnicodeScalarView) -> String {
        var line = line
        while let first = line.first, isBlank(first) { line.removeFirst() }
        while let last = line.last, isBlank(last) { line.removeLast() }
        return String(line)
    }
}
