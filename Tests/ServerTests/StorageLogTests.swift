import Bytes
import Foundation
import Log
import Ring
import Synchronization
import Testing

@testable import Server

@Suite("The log on the disk")
struct StorageLogTests {
    static let records = (1...20).map { StoredRecord("key:\($0)", "value \($0)", $0) }

    @Test("what was appended is there again, in order", arguments: FsyncPolicy.allCases)
    func survives(policy: FsyncPolicy) throws {
        let node = try TestNode(policy: policy)
        try node.write(Array(Self.records.prefix(10)))
        try node.write(Array(Self.records.dropFirst(10)))
        let report = try node.replay()
        #expect(node.records == Self.records)
        #expect(report.records == 21)
        #expect(report.segments == 1)
        #expect(report.bytes == (try node.read().count))
        #expect(report.tail == nil && report.damage.isEmpty)
        #expect(report.damagedSlots == .some([]))
        #expect(node.progress.last == 1)
        #expect(node.listener.heard.withLock { $0.failures.isEmpty })
    }

    @Test(
        "under everysec and no, a batch is in the file before append returns",
        arguments: [FsyncPolicy.everysec, .no])
    func writtenAtOnce(policy: FsyncPolicy) throws {
        let node = try TestNode(policy: policy)
        let (store, _) = try node.open()
        for record in Self.records {
            #expect(try store.append(record) == .done)
            #expect(try node.read().suffix(record.line.count) == record.line[...])
        }
        try store.close()
    }

    @Test("tickets rise, and come after a sync that covers them")
    func groupCommit() throws {
        let node = try TestNode()
        let gate = Monitor(false)
        let synced = Mutex(0)
        let sizes = Monitor([Int]())
        node.actions.synchronize = { (file) throws(StorageFailure) in
            gate.wait(for: "the gate is open") { $0 }
            try file.synchronize()
            let size = try file.size()
            synced.withLock { $0 = size }
        }
        let founded = try node.read().count
        let listener = node.listener
        let (store, _) = try LogStore.open(
            node.logPath, owner: node.owner, settings: node.settings, actions: node.actions,
            replay: LogStore.Replay { _ in },
            listener: LogStore.Listener(
                onDurable: { ticket in
                    sizes.withLock { $0.append(synced.withLock { $0 }) }
                    listener.onDurable(ticket)
                }, onFailure: listener.onFailure))
        var ends: [Int] = []
        for record in Self.records {
            let appended = try store.append(record)
            ends.append((ends.last ?? founded) + record.line.count)
            #expect(appended == .pending(ticket: UInt64(ends.count)))
        }
        // All of it waits for the first sync; what came meanwhile takes one more.
        gate.withLock { $0 = true }
        gate.signal()
        listener.wait(forTicket: 20)
        let tickets = listener.heard.withLock { $0.tickets }
        #expect(tickets == tickets.sorted())
        #expect(tickets.count <= 2)
        for (ticket, size) in zip(tickets, sizes.withLock { $0 }) {
            #expect(size >= ends[Int(ticket) - 1])
        }
        #expect(store.report().syncs == tickets.count)
        #expect(store.report().records == 20)
        #expect(store.report().bytes == ends.last)
        try store.close()
    }

    @Test("many threads append, and each batch is there once and whole")
    func manyThreads() async throws {
        let node = try TestNode(segmentBytesMax: 2_000)
        let (store, _) = try node.open()
        await withTaskGroup { group in
            for thread in 0..<4 {
                group.addTask {
                    for number in 0..<250 {
                        let record = StoredRecord("\(thread)", "\(number)", number)
                        do {
                            _ = try store.append(record)
                        } catch {
                            Issue.record(error)
                        }
                    }
                }
            }
        }
        try store.close()
        let report = try node.replay()
        #expect(report.damage.isEmpty && report.tail == nil)
        #expect(report.segments > 1)
        for thread in 0..<4 {
            let own = node.records.filter { $0.key == Array("\(thread)".utf8) }
            #expect(own.map(\.position) == Array(0..<250))
        }
    }

    @Test(
        "a failed sync stops the log for good, once, and nothing is acknowledged",
        arguments: [FsyncPolicy.always, .no])
    func failures(policy: FsyncPolicy) throws {
        let node = try TestNode(policy: policy)
        let broken = StorageFailure.system(operation: "sync", path: "f", code: EIO)
        if policy == .always {
            node.actions.synchronize = { _ throws(StorageFailure) in throw broken }
        } else {
            node.actions.write = { (_, _, _) throws(StorageFailure) in throw broken }
        }
        let (store, _) = try node.open()
        let first = storageFailure { _ = try store.append(Self.records[0]) }
        #expect(first == (policy == .always ? nil : broken))
        node.listener.waitForFailure()
        for record in Self.records {
            let failure = storageFailure { _ = try store.append(record) }
            #expect(failure == .stopped(reason: broken.description))
        }
        #expect(storageFailure { try store.close() } == broken)
        #expect(node.listener.heard.withLock { $0.tickets.isEmpty })
        #expect(node.listener.heard.withLock { $0.failures } == [broken])
    }

    @Test("what was replayed is on the disk, in every segment, before more is taken")
    func syncsWhatWasReplayed() throws {
        let node = try TestNode(policy: .no, segmentBytesMax: 400)
        try node.write(Self.records)
        let segments = try LogFiles.segments(node.logPath)
        #expect(segments.count > 2)
        let synced = Mutex<[String]>([])
        node.actions.synchronize = { (file) throws(StorageFailure) in
            try file.synchronize()
            synced.withLock { $0.append(file.path) }
        }
        node.settings = LogStore.Settings(policy: .always)
        let (store, _) = try node.open()
        #expect(synced.withLock { $0 } == segments.dropLast().map(node.segmentPath))
        try store.close()
    }

    @Test("a backlog is told of, and a closed log takes nothing")
    func backlog() throws {
        let node = try TestNode()
        node.settings.backlogBytesMax = 100
        let gate = Monitor(false)
        node.actions.synchronize = { (_) throws(StorageFailure) in
            gate.wait(for: "the gate is open") { $0 }
        }
        let (store, _) = try node.open()
        #expect(!store.isCongested)
        _ = try store.append(Self.records[0])
        _ = try store.append(Self.records[1])
        #expect(store.isCongested)
        gate.withLock { $0 = true }
        gate.signal()
        try store.close()
        #expect(!store.isCongested)
        #expect(storageFailure { _ = try store.append(Self.records[2]) } != nil)
        #expect(try node.replay().records == 3)
    }

    @Test("a value longer than a segment makes the round trip")
    func hugeValue() throws {
        let node = try TestNode(segmentBytesMax: 1 << 20)
        let value = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let huge = StoredRecord(Array("huge".utf8), value, 1)
        try node.write([Self.records[0], huge, Self.records[1]])
        let report = try node.replay()
        #expect(node.records == [Self.records[0], huge, Self.records[1]])
        // It has a segment of its own; what comes behind it has another.
        #expect(report.segments == 3)
    }

    @Test("jq reads every line, whatever the keys and values")
    func jqReadsAll() throws {
        let node = try TestNode(policy: .no, segmentBytesMax: 4_000)
        var texts = [
            "", "a", "\u{2028}\u{2029}\u{85}\u{FEFF}", "\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}",
            "{\"k\":1}\n", "../../etc/passwd", "%s%n", "é", "e\u{301}", "\u{1F600}\u{10FFFF}",
        ].map { Array($0.utf8) }
        texts += [
            [0xFF], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xE2],
        ]
        texts += (0...255).map { [UInt8($0)] } + (0...255).map { [65, UInt8($0), 66, 67, 68] }
        let records = texts.enumerated().map { StoredRecord($1, $1.reversed() + $1, $0) }
        try node.write(records)
        _ = try node.replay()
        #expect(node.records == records)
        let segments = try LogFiles.segments(node.logPath)
        #expect(segments.count > 5)
        let lines = try segments.reduce(0) { try $0 + node.read($1).count { $0 == 0x0A } }
        let files = segments.map(node.segmentPath)
        let (code, output) = try jq(["-c", "."] + files)
        #expect(code == 0)
        #expect(output.count { $0 == 0x0A } == lines)
        // And it reads what was meant: keys that are text come back byte for byte.
        let (_, keys) = try jq(["-j", "select(.k) | .k + \"\\u0000\\n\""] + files)
        let expected = texts.filter { text in
            String(decoding: StoredRecord(text, [], 1).line, as: UTF8.self).contains("\"k\":")
        }
        #expect(keys == expected.flatMap { $0 + [0, 0x0A] })
        let (rings, _) = try jq([".", node.path + "/ring.jsonl", node.path + "/node.json"])
        #expect(rings == 0)
    }
}
