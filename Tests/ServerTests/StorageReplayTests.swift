import Bytes
import Foundation
import Log
import Ring
import Testing

@testable import Server

@Suite("Replaying the log")
struct StorageReplayTests {
    static let records = (1...6).map { StoredRecord("key:\($0)", "value \($0)", $0) }

    private func written(segmentBytesMax: Int = 64 << 20) throws -> TestNode {
        let node = try TestNode(segmentBytesMax: segmentBytesMax)
        try node.write(Self.records)
        return node
    }

    @Test("the last record torn at any byte is cut and reported, and the log goes on behind it")
    func tornTails() throws {
        let node = try written()
        let whole = try node.read()
        let start = whole.count - Self.records[5].line.count
        let more = StoredRecord("more", "after", 7)
        for end in start..<whole.count {
            try node.overwrite(1, Array(whole[..<end]))
            let (store, report) = try node.open()
            #expect(node.records == Array(Self.records.prefix(5)))
            #expect(report.damage.isEmpty)
            #expect(try node.read() == Array(whole[..<start]))
            let tail = end == start ? nil : report.tail
            #expect(tail?.damage.offset == (end == start ? nil : start))
            #expect(tail?.damage.bytes == (end == start ? nil : end - start))
            #expect(tail.map(\.path) == (end == start ? nil : node.segmentPath(1)))
            _ = try store.append(more)
            try store.close()
            #expect(try node.replay().tail == nil)
            #expect(node.records == Array(Self.records.prefix(5)) + [more])
        }
    }

    @Test("every flipped byte of a record in the middle is noticed, and nothing behind it is lost")
    func flippedBytes() throws {
        let node = try written()
        let whole = try node.read()
        let length = Self.records[2].line.count
        let start = whole.count - Self.records[2...].reduce(0) { $0 + $1.line.count }
        for place in start..<(start + length - 1) {
            for mask in [0x01, 0x80] as [UInt8] {
                var bytes = whole
                bytes[place] ^= mask
                try node.overwrite(1, bytes)
                let report = try node.replay()
                #expect(report.damageCount == 1)
                #expect(report.damage.first?.damage.offset == start)
                #expect(report.damage.first?.damage.bytes == length)
                #expect(report.tail == nil)
                switch report.damagedSlots {
                case .all: break
                case .some(let slots): #expect(slots == [Self.records[2].slot])
                }
                #expect(node.records == Self.records.filter { $0 != Self.records[2] })
                #expect(try node.read() == bytes)
            }
        }
    }

    @Test("segments are numbered, follow one another, and are replayed in order")
    func segments() throws {
        let node = try written(segmentBytesMax: 400)
        let segments = try LogFiles.segments(node.logPath)
        #expect(segments == Array(1...segments.count) && segments.count > 2)
        let report = try node.replay()
        #expect(node.records == Self.records)
        #expect(report.segments == segments.count)
        let sizes = try segments.map { try node.read($0).count }
        #expect(report.bytes == sizes.reduce(0, +))
        let (store, _) = try node.open()
        #expect(store.report().segments == segments.count)
        #expect(store.report().bytes == report.bytes)
        try store.close()
    }

    @Test("a missing segment is refused by name, the first one too")
    func missingSegments() throws {
        for missing in [1, 2] {
            let node = try written(segmentBytesMax: 400)
            try FileManager.default.removeItem(atPath: node.segmentPath(missing))
            let failure = storageFailure { _ = try node.replay() }
            #expect(failure == .missing(path: node.segmentPath(missing)))
        }
        let node = try written()
        try FileManager.default.removeItem(atPath: node.segmentPath(1))
        #expect(storageFailure { _ = try node.replay() } == .missing(path: node.segmentPath(1)))
    }

    @Test("what is torn or gone at the end of an earlier segment is damage, not a tail")
    func earlierSegments() throws {
        for isWholeLine in [false, true] {
            let node = try written(segmentBytesMax: 400)
            let bytes = try node.read(1)
            let lastLine = bytes.split(separator: 0x0A).last.map { $0.count + 1 } ?? 0
            let cut = isWholeLine ? lastLine : 1
            try node.overwrite(1, Array(bytes.dropLast(cut)))
            let report = try node.replay()
            #expect(report.tail == nil)
            #expect(report.damagedSlots == .all)
            #expect(report.damage.first?.path == node.segmentPath(1))
            #expect(try node.read(1).count == bytes.count - cut)
        }
    }

    @Test("an unfinished last segment is begun anew", arguments: [0, 1, 40])
    func unfinishedSegment(bytes: Int) throws {
        let node = try written()
        let header = Array(try node.read(1).prefix(bytes))
        try node.overwrite(2, header)
        let (store, report) = try node.open()
        #expect(node.records == Self.records)
        #expect(report.tail?.path == node.segmentPath(2))
        _ = try store.append(StoredRecord("more", "after", 7))
        try store.close()
        #expect(try node.replay().damage.isEmpty)
        #expect(node.records.count == 7)
    }

    @Test("the first segment without its beginning is refused", arguments: [0, 1, 40])
    func lostBeginning(bytes: Int) throws {
        let node = try TestNode()
        try node.overwrite(1, Array(try node.read(1).prefix(bytes)))
        guard case .damaged(let path, 0, _)? = storageFailure({ _ = try node.replay() }) else {
            Issue.record("not refused")
            return
        }
        #expect(path == node.segmentPath(1))
        #expect(try node.read(1).count == bytes)
    }

    @Test("other nodes', other clusters' and renamed segments are refused by name")
    func foreignSegments() throws {
        let node = try written()
        let cluster = LogOwner(try TestNode.makeIdentity(cluster: "decaf"))
        #expect(
            storageFailure { _ = try node.replay(owner: cluster) }
                == .foreign(
                    path: node.segmentPath(1), what: "cluster", found: "c0ffee",
                    expected: "decaf"))
        var other = node.owner
        other.nodeID = "other"
        #expect(
            storageFailure { _ = try node.replay(owner: other) }
                == .foreign(
                    path: node.segmentPath(1), what: "node", found: node.owner.nodeID,
                    expected: "other"))
        try node.overwrite(2, try node.read(1))
        guard case .damaged(let path, 0, _)? = storageFailure({ _ = try node.replay() }) else {
            Issue.record("not refused")
            return
        }
        #expect(path == node.segmentPath(2))
    }

    @Test("a newer format and rewritten files are refused, and left as they are")
    func refusedFiles() throws {
        let node = try written()
        let whole = try node.read()
        let newer = Array(#"{"format":2}"#.utf8) + [0x0A]
        let changed = [
            newer + whole, [0xEF, 0xBB, 0xBF] + whole,
            whole.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] },
        ]
        for bytes in changed {
            try node.overwrite(1, bytes)
            #expect(storageFailure { _ = try node.replay() } != nil)
            #expect(try node.read() == bytes)
        }
        try node.overwrite(1, newer)
        #expect(
            storageFailure { _ = try node.replay() }
                == .newerFormat(path: node.segmentPath(1), format: 2, newest: 1))
    }

    @Test("zeros behind the last line are cut")
    func zeroTail() throws {
        let node = try written()
        let whole = try node.read()
        try node.overwrite(1, whole + [UInt8](repeating: 0, count: 3_000))
        let report = try node.replay()
        #expect(report.tail?.damage.bytes == 3_000)
        #expect(try node.read() == whole)
    }

    @Test("other files beside the segments are left alone")
    func otherFiles() throws {
        let node = try written()
        for name in ["00000002.jsonl.bak", "notes", "2.jsonl", "-0000002.jsonl", "00000000.jsonl"] {
            try Data().write(to: URL(fileURLWithPath: node.logPath + "/" + name))
        }
        #expect(try node.replay().segments == 1)
        #expect(node.records == Self.records)
    }
}
