import Bytes
import Log
import Testing

@Suite("Scanning a segment")
struct LogScannerTests {
    /// All findings of a segment, copied out.
    struct Outcome: Equatable {
        var headers: [SegmentHeader] = []
        var records: [Sample] = []
        var damage: [LogDamage] = []
        var refusals: [LogRefusal] = []
        var tail: LogDamage?
    }

    static let header = SegmentHeader(
        clusterID: "c0ffee", nodeID: "abc", segment: 3, incarnation: 2, bootID: "b00t",
        bytesBefore: 77)

    static let headerLine: [UInt8] = {
        let output = OutputBuffer()
        defer { output.deallocate() }
        header.append(to: output)
        return output.array()
    }()

    /// Three records whose slots are those of their keys.
    static let samples = [
        Sample(value: bytes("one")), Sample(value: bytes("two\nlines"), position: 13),
        Sample(.remove, position: 14),
    ]

    static let recordLines = samples.map { $0.line + [0x0A] }

    func scan(_ segment: [UInt8], chunk: Int = .max, lineBytesMax: Int = 1_000) -> Outcome {
        let scanner = LogScanner(lineBytesMax: lineBytesMax)
        var outcome = Outcome()
        var index = 0
        while index < segment.count {
            let end = chunk < segment.count - index ? index + chunk : segment.count
            segment[index..<end].withUnsafeBytes {
                scanner.feed($0) { finding in
                    switch finding {
                    case .header(let header): outcome.headers.append(header)
                    case .record(let record): outcome.records.append(Sample(record))
                    case .damage(let damage): outcome.damage.append(damage)
                    case .refusal(let refusal): outcome.refusals.append(refusal)
                    }
                    return true
                }
            }
            index = end
        }
        outcome.tail = scanner.finish()
        return outcome
    }

    private func joined(_ lines: [[UInt8]]) -> [UInt8] { Self.headerLine + lines.flatMap { $0 } }

    @Test("a whole segment is read alike in chunks of any size", arguments: [1, 2, 7, 64, .max])
    func chunks(chunk: Int) {
        let outcome = scan(joined(Self.recordLines), chunk: chunk)
        #expect(outcome == Outcome(headers: [Self.header], records: Self.samples))
    }

    @Test("a torn tail is cut at every point of the last record and reported")
    func tornTails() {
        let whole = joined(Self.recordLines)
        let last = whole.count - Self.recordLines[2].count
        for end in last..<whole.count {
            let outcome = scan(Array(whole[..<end]), chunk: 50)
            #expect(outcome.records == Array(Self.samples.prefix(2)))
            #expect(outcome.damage.isEmpty)
            #expect(outcome.tail?.offset == (end == last ? nil : last))
            #expect(outcome.tail?.bytes == (end == last ? nil : end - last))
        }
    }

    @Test("a torn header is a tail that begins at 0")
    func tornHeader() {
        for end in 1..<Self.headerLine.count {
            let outcome = scan(Array(Self.headerLine[..<end]))
            #expect(outcome.headers.isEmpty && outcome.refusals.isEmpty)
            #expect(outcome.tail?.offset == 0)
        }
        #expect(scan([]) == Outcome())
    }

    @Test("damage in the middle is reported with its place, and what follows it is read")
    func damageInTheMiddle() {
        let whole = joined(Self.recordLines)
        let start = Self.headerLine.count + Self.recordLines[0].count
        for place in start..<(start + Self.recordLines[1].count) {
            for bit in 0..<8 {
                var segment = whole
                segment[place] ^= 1 << bit
                let outcome = scan(segment)
                #expect(outcome.refusals.isEmpty)
                #expect(outcome.tail == nil || outcome.records.count == 1)
                guard let found = outcome.damage.first ?? outcome.tail else {
                    Issue.record("not noticed")
                    continue
                }
                #expect(found.offset == start)
                #expect(found.slot == nil || found.slot == 10778)
                #expect(outcome.records.allSatisfy { Self.samples.contains($0) })
                #expect(!outcome.records.contains(Self.samples[1]))
            }
        }
    }

    @Test("the slot of a damaged line is told only when it is certain")
    func damagedSlots() throws {
        func slot(_ change: (inout [UInt8]) -> Void) -> Int?? {
            var lines = Self.recordLines
            change(&lines[1])
            return scan(joined(lines)).damage.first?.slot
        }
        // In the value: key and slot still agree.
        let value = try #require(
            Self.recordLines[1].indices.first {
                Self.recordLines[1][$0...].starts(with: bytes("two"))
            })
        #expect(slot { $0[value] = UInt8(ascii: "T") } == .some(10778))
        // In the key or the slot: they do not.
        #expect(slot { $0[5] = UInt8(ascii: "9") } == .some(nil))
        #expect(slot { $0[value - 8] = UInt8(ascii: "9") } == .some(nil))
        // Lines of zeros.
        #expect(slot { $0 = [UInt8](repeating: 0, count: $0.count - 1) + [0x0A] } == .some(nil))
    }

    @Test("a line that lost its line feed takes the next with it, for any slot")
    func joinedLines() {
        var lines = Self.recordLines + Self.recordLines
        lines[1][lines[1].count - 1] = UInt8(ascii: ",")
        let outcome = scan(joined(lines))
        #expect(outcome.records.count == 4)
        #expect(outcome.damage.map(\.slot) == [nil])
        #expect(outcome.damage.map(\.bytes) == [lines[1].count + lines[2].count])
    }

    @Test("bad lines one behind the other are one finding, and keep a slot they share")
    func runsOfDamage() {
        func flipped(_ line: [UInt8]) -> [UInt8] {
            var line = line
            line[line.count - 5] ^= 1
            return line
        }
        let bad = Self.recordLines.prefix(2).map(flipped)
        let outcome = scan(joined([bad[0], bad[1], Self.recordLines[2]]))
        #expect(outcome.damage.count == 1)
        #expect(outcome.damage.first?.bytes == bad[0].count + bad[1].count)
        #expect(outcome.damage.first?.slot == 10778)
        #expect(outcome.records == [Self.samples[2]])
    }

    @Test("zeros at the end are a torn tail", arguments: [1, 100, 5_000])
    func zeroTail(count: Int) {
        let segment = joined(Self.recordLines)
        let outcome = scan(segment + [UInt8](repeating: 0, count: count), chunk: 64)
        #expect(outcome.records.count == 3)
        #expect(outcome.tail?.offset == segment.count)
        #expect(outcome.tail?.bytes == count)
    }

    @Test("a line beyond the limit is damage, takes no memory, and what follows it is read")
    func overlongLine() {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000) + [0x0A]
        let outcome = scan(
            joined([Self.recordLines[0], long, Self.recordLines[1]]), chunk: 512)
        #expect(outcome.records == Array(Self.samples.prefix(2)))
        #expect(outcome.damage.map(\.bytes) == [long.count])
        #expect(outcome.damage.map(\.failure.reason) == [.tooLong])
    }

    @Test("what another program rewrote is refused, not cut")
    func rewrittenFiles() {
        let whole = joined(Self.recordLines)
        let marked = scan([0xEF, 0xBB, 0xBF] + whole)
        #expect(marked.refusals == [.notOurs(offset: 0, RecordFailure(.byteOrderMark, offset: 0))])
        #expect(marked.tail == nil && marked.records.isEmpty)
        let windows = whole.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
        let outcome = scan(windows)
        let header = Self.headerLine.count - 1
        #expect(
            outcome.refusals
                == [.notOurs(offset: 0, RecordFailure(.carriageReturn, offset: header))])
        #expect(outcome.tail == nil)
    }

    @Test("whole lines that this version does not know are refused with their place")
    func unknownLines() {
        for text in [#"{"o":"batch","s":1"#, #"{"o":"new","s":1"#, #"{"s":1,"k":"a","z":1"#] {
            let outcome = scan(
                joined([Self.recordLines[0], sealed(text) + [0x0A], Self.recordLines[1]]))
            guard case .notOurs(let offset, _)? = outcome.refusals.first else {
                Issue.record("not refused")
                continue
            }
            #expect(offset == Self.headerLine.count + Self.recordLines[0].count)
            #expect(outcome.records.count == 1)
        }
        let headless = scan(Self.recordLines[0])
        #expect(headless.refusals.count == 1)
    }

    @Test("a format that only rot has made newer is damage, and refuses nothing")
    func rottenFormats() throws {
        let output = OutputBuffer()
        defer { output.deallocate() }
        SegmentHeader(
            clusterID: "c", nodeID: "n", segment: 1, incarnation: 1, bootID: "b", bytesBefore: 0
        ).append(to: output)
        let header = output.array()
        let digit = try #require(header.firstIndex(of: UInt8(ascii: "1")))
        for bit in 1..<7 {
            var rotten = header
            rotten[digit] ^= 1 << UInt8(bit)
            let outcome = scan(rotten + Self.recordLines[0])
            #expect(outcome.refusals.isEmpty && outcome.records.count == 1, "bit \(bit)")
        }
    }

    @Test("a newer format is refused by its number, whatever else it looks like")
    func newerFormats() {
        for text in [#"{"format":2,"else":1}"#, #"{"format":12345"#] {
            let outcome = scan(bytes(text) + [0x0A] + Self.recordLines[0])
            guard case .newerFormat(let format)? = outcome.refusals.first else {
                Issue.record("not refused")
                continue
            }
            #expect(format > 1)
            #expect(outcome.records.isEmpty)
        }
        let huge = scan(bytes(#"{"format":99999999999999999999"#) + [0x0A])
        #expect(huge.tail?.offset == 0)
    }
}
