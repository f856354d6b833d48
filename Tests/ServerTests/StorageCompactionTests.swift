import Bytes
import Foundation
import Log
import Synchronization
import Testing

@testable import Server

@Suite("Compacting the log")
struct StorageCompactionTests {
    private static let segmentBytesMax = 800

    /// What a log's records leave: the value of each key.
    private static func content(_ records: [StoredRecord]) -> [[UInt8]: [UInt8]] {
        var content: [[UInt8]: [UInt8]] = [:]
        for record in records {
            switch record.kind {
            case .write, .copy: content[record.key] = record.value
            case .remove, .drop: content[record.key] = nil
            case .mark, .clear, .void, .doubt: break
            }
        }
        return content
    }

    private static func write(_ key: Int, _ round: Int) -> StoredRecord {
        StoredRecord("key:\(key)", "value \(round)", round)
    }

    /// A node with a log of several segments, nearly all of it of no use any more.
    private func written(_ policy: FsyncPolicy) throws -> TestNode {
        let node = try TestNode(policy: policy, segmentBytesMax: Self.segmentBytesMax)
        try node.write((1...10).flatMap { round in (1...5).map { Self.write($0, round) } })
        #expect(try LogFiles.segments(node.logPath).count > 3)
        return node
    }

    /// Writes everything once more, with another write and a removal in between.
    private func rewrite(_ store: LogStore) throws {
        for key in 1...5 {
            var copy = Self.write(key, key == 3 ? 11 : 10)
            copy.kind = .copy
            if key == 3 { _ = try store.append(Self.write(3, 11)) }
            _ = try store.append(copy)
        }
        var remove = StoredRecord("key:1", "", 12)
        remove.kind = .remove
        _ = try store.append(remove)
    }

    private static let compacted: [[UInt8]: [UInt8]] = [
        Array("key:2".utf8): Array("value 10".utf8), Array("key:3".utf8): Array("value 11".utf8),
        Array("key:4".utf8): Array("value 10".utf8), Array("key:5".utf8): Array("value 10".utf8),
    ]

    private func end(_ store: LogStore) -> StorageFailure? {
        let outcome = Monitor<StorageFailure??>(nil)
        store.endCompaction { failure in
            outcome.withLock { $0 = .some(failure) }
            outcome.signal()
        }
        outcome.wait(for: "the end of the compaction") { $0 != nil }
        return outcome.withLock { $0 } ?? nil
    }

    @Test("what was written before goes, and what is there stays", arguments: FsyncPolicy.allCases)
    func compacts(policy: FsyncPolicy) throws {
        let node = try written(policy)
        let (store, report) = try node.open()
        let former = try LogFiles.segments(node.logPath)
        store.beginCompaction()
        try rewrite(store)
        #expect(end(store) == nil)
        let first = try LogBeginning.read(node.logPath, owner: node.owner)
        #expect(first == (former.last ?? 0) + 1)
        let segments = try LogFiles.segments(node.logPath, from: first)
        let names = try Directories.names(node.logPath).filter { LogFiles.number(of: $0) != nil }
        #expect(names == segments.map(LogFiles.name))
        #expect(store.report().compactions == 1)
        #expect(store.report().freedBytes == report.bytes)
        #expect(store.report().segments == segments.count)
        let bytes = try segments.reduce(0) { try $0 + node.read($1).count }
        #expect(store.report().bytes == bytes)
        _ = try store.append(Self.write(6, 13))
        try store.close()
        let again = try node.replay()
        #expect(again.damage.isEmpty && again.tail == nil)
        var expected = Self.compacted
        expected[Array("key:6".utf8)] = Array("value 13".utf8)
        #expect(Self.content(node.records) == expected)
        #expect(again.bytes == store.report().bytes)
    }

    @Test("it ends although writes never cease", arguments: FsyncPolicy.allCases)
    func endsUnderWrites(policy: FsyncPolicy) throws {
        let node = try written(policy)
        let writer = SteadyWriter(count: 300)
        node.actions.synchronize = { (file) throws(StorageFailure) in
            try file.synchronize()
            try writer.writeOne()
        }
        let (store, _) = try node.open()
        let former = try LogFiles.segments(node.logPath)
        store.beginCompaction()
        try rewrite(store)
        writer.begin(store)
        #expect(end(store) == nil)
        #expect(writer.writtenCount < 300)
        let first = try LogBeginning.read(node.logPath, owner: node.owner)
        #expect(first == (former.last ?? 0) + 1)
        writer.end()
        try store.close()
        #expect(try node.replay().damage.isEmpty)
    }

    @Test("it ends although the disk is full by then, and what it frees is written to")
    func endsOnFullDisk() throws {
        let node = try written(.always)
        let disk = SmallDisk(room: 1 << 20)
        let gate = Monitor((isOpen: true, isWaitedFor: false))
        node.actions.write = disk.actions.write
        node.actions.synchronize = { (file) throws(StorageFailure) in
            gate.withLock { $0.isWaitedFor = !$0.isOpen }
            gate.signal()
            gate.wait(for: "the gate is open") { $0.isOpen }
            try file.synchronize()
        }
        node.settings.fullRetryMilliseconds = 1
        let (store, _) = try node.open()
        let former = try LogFiles.segments(node.logPath)
        store.beginCompaction()
        try rewrite(store)
        node.listener.heard.wait(for: "all is on the disk") { _ in store.backlog == 0 }
        gate.withLock { $0.isOpen = false }
        _ = try store.append(Self.write(6, 13))
        gate.wait(for: "it is being synced") { $0.isWaitedFor }
        let outcome = Monitor<StorageFailure??>(nil)
        store.endCompaction { failure in
            outcome.withLock { $0 = .some(failure) }
            outcome.signal()
        }
        let last = try store.append(Self.write(7, 14))
        disk.setRoom(0)
        gate.withLock { $0.isOpen = true }
        gate.signal()
        outcome.wait(for: "the end of the compaction") { $0 != nil }
        #expect(outcome.withLock { $0 } == .some(nil))
        node.listener.wait(forFullCount: 1)
        for segment in former {
            #expect(!FileManager.default.fileExists(atPath: node.segmentPath(segment)))
        }
        disk.setRoom(1 << 20)
        node.listener.wait(for: last)
        try store.close()
        #expect(try node.replay().damage.isEmpty)
    }

    @Test("the file by which it takes effect is there before the disk can be full")
    func isPrepared() throws {
        let node = try written(.always)
        let (store, _) = try node.open()
        store.beginCompaction()
        node.listener.wait(for: try store.append(Self.write(6, 13)))
        let name = LogBeginning.fileName + Directories.temporarySuffix
        let prepared = try Data(contentsOf: URL(fileURLWithPath: node.logPath + "/" + name))
        #expect(end(store) == nil)
        let path = node.logPath + "/" + LogBeginning.fileName
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == prepared)
        try store.close()
    }

    @Test("twice in a row, and over a restart, numbers go on")
    func compactsAgain() throws {
        let node = try written(.always)
        for _ in 0..<2 {
            for _ in 0..<2 {
                let (store, _) = try node.open()
                store.beginCompaction()
                try rewrite(store)
                #expect(end(store) == nil)
                try store.close()
            }
        }
        #expect(try node.replay().damage.isEmpty)
        #expect(Self.content(node.records) == Self.compacted)
    }

    @Test("stopped at any point, the log says the same")
    func crashes() throws {
        let node = try written(.always)
        let before = try files(node)
        let (store, _) = try node.open()
        store.beginCompaction()
        try rewrite(store)
        #expect(end(store) == nil)
        try store.close()
        let after = try files(node)
        let fresh = after.filter { before[$0.key] == nil && $0.key != LogBeginning.fileName }
        let added = fresh.sorted { $0.key < $1.key }
        // While it writes: the new segments may end anywhere.
        let whole = added.reduce(0) { $0 + $1.value.count }
        for count in stride(from: 0, through: whole, by: 7) {
            var rest = count
            var files = before
            for (name, bytes) in added where rest > 0 {
                files[name] = Array(bytes.prefix(rest))
                rest -= bytes.count
            }
            try replace(files, in: node)
            #expect(try node.replay().damage.isEmpty)
            for (key, value) in Self.content(node.records) where key != Array("key:3".utf8) {
                #expect(value == Array("value 10".utf8))
            }
            #expect(Self.content(node.records).count >= 4)
        }
        // When it is about to take effect, and while the former segments are being removed.
        var files = before.merging(fresh) { _, new in new }
        files[LogBeginning.fileName + Directories.temporarySuffix] = [0x7B]
        try replace(files, in: node)
        #expect(try node.replay().segments == before.count + fresh.count)
        #expect(Self.content(node.records) == Self.compacted)
        files[LogBeginning.fileName] = after[LogBeginning.fileName]
        for removed in before.keys.sorted() {
            try replace(files, in: node)
            #expect(try node.replay().segments == fresh.count)
            #expect(Self.content(node.records) == Self.compacted)
            #expect(try self.files(node).keys.allSatisfy { before[$0] == nil })
            files[removed] = nil
        }
    }

    @Test("one that fails leaves the log as good as before, and the next one succeeds")
    func failsAndSucceeds() throws {
        let node = try written(.no)
        let (store, _) = try node.open()
        let obstacle =
            node.logPath + "/" + LogBeginning.fileName + Directories.temporarySuffix
        try FileManager.default.createDirectory(
            atPath: obstacle, withIntermediateDirectories: false)
        store.beginCompaction()
        try rewrite(store)
        #expect(end(store) != nil)
        #expect(node.listener.heard.withLock { $0.failures.isEmpty })
        #expect(store.report().compactions == 0)
        #expect(try LogFiles.segments(node.logPath).count > 3)
        try FileManager.default.removeItem(atPath: obstacle)
        store.beginCompaction()
        try rewrite(store)
        #expect(end(store) == nil)
        try store.close()
        #expect(try node.replay().damage.isEmpty)
        #expect(Self.content(node.records) == Self.compacted)
    }

    @Test("an empty log can be compacted, and a missing first segment is noticed")
    func emptyAndMissing() throws {
        let node = try TestNode()
        let (store, _) = try node.open()
        store.beginCompaction()
        #expect(end(store) == nil)
        try store.close()
        #expect(try node.replay().records == 0)
        try FileManager.default.removeItem(atPath: node.segmentPath(2))
        #expect(storageFailure { _ = try node.replay() } == .missing(path: node.segmentPath(2)))
    }

    @Test(
        "a beginning that cannot be read is refused by name",
        arguments: ["", "{}", #"{"format":1,"cluster":"c0ffee","node":"x","first":1,"c":"00"}"#])
    func badBeginning(text: String) throws {
        let node = try TestNode()
        let path = node.logPath + "/" + LogBeginning.fileName
        try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: path))
        guard case .damaged(path, 0, _)? = storageFailure({ _ = try node.replay() }) else {
            Issue.record("not refused")
            return
        }
    }

    @Test("a beginning of a newer format is told from damage, whatever else it holds")
    func newerBeginning() throws {
        let node = try TestNode()
        let path = node.logPath + "/" + LogBeginning.fileName
        let line = OutputBuffer()
        defer { line.deallocate() }
        line.append(#"{"format":7,"begins":{"segment":1}"#)
        SealedLine.close(line, from: 0)
        try Data(line.array()).write(to: URL(fileURLWithPath: path))
        #expect(
            storageFailure { _ = try node.replay() }
                == .newerFormat(path: path, format: 7, newest: 1))
    }

    @Test("another node's beginning is refused")
    func foreignBeginning() throws {
        let node = try TestNode()
        var other = node.owner
        other.nodeID = "other"
        try LogBeginning.write(1, node.logPath, owner: other)
        let failure = storageFailure { _ = try node.replay() }
        #expect(
            failure
                == .foreign(
                    path: node.logPath + "/" + LogBeginning.fileName, what: "node",
                    found: "other", expected: node.owner.nodeID))
    }

    @Test("that records may be missing is in the log before anything else, and told at once")
    func doubt() throws {
        let node = try written(.no)
        let (store, _) = try node.open(isDoubtful: true)
        #expect(node.replayed.last?.kind == .doubt)
        let last = try #require(try LogFiles.segments(node.logPath).last)
        #expect(String(decoding: try node.read(last), as: UTF8.self).contains("doubt"))
        #expect(store.report().unsyncedBytes == 0)
        try store.close()
        _ = try node.replay()
        #expect(node.replayed.count { $0.kind == .doubt } == 1)
    }

    private func files(_ node: TestNode) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in try Directories.names(node.logPath) {
            let url = URL(fileURLWithPath: node.logPath + "/" + name)
            files[name] = Array(try Data(contentsOf: url))
        }
        return files
    }

    private func replace(_ files: [String: [UInt8]], in node: TestNode) throws {
        for name in try Directories.names(node.logPath) {
            try Directories.remove(node.logPath + "/" + name)
        }
        for (name, bytes) in files {
            try Data(bytes).write(to: URL(fileURLWithPath: node.logPath + "/" + name))
        }
    }
}

/// Appends one record at each sync, so that one is always waiting.
private final class SteadyWriter: Sendable {
    private let state: Mutex<(store: LogStore?, written: Int)> = Mutex((nil, 0))
    private let count: Int

    init(count: Int) { self.count = count }

    var writtenCount: Int { state.withLock { $0.written } }

    func begin(_ store: LogStore) { state.withLock { $0.store = store } }

    func end() { state.withLock { $0.store = nil } }

    func writeOne() throws(StorageFailure) {
        let next = state.withLock { state in
            guard let store = state.store, state.written < count else {
                return nil as (LogStore, Int)?
            }
            state.written += 1
            return (store, state.written)
        }
        guard let (store, number) = next else { return }
        _ = try store.append(StoredRecord("steady", "\(number)", number))
    }
}
