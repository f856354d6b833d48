import Foundation
import Log
import Synchronization
import Testing

@testable import Server

/// A disk with room for so many bytes more.
final class SmallDisk: Sendable {
    private let room: Mutex<Int>

    init(room: Int) { self.room = Mutex(room) }

    func setRoom(_ bytes: Int) { room.withLock { $0 = bytes } }

    /// Actions that write what fits, as the system does, and then fail.
    var actions: FileActions {
        FileActions(
            write: { (file, bytes, offset) throws(StorageFailure) in
                let fitting = self.room.withLock { room in
                    let fitting = min(room, bytes.count)
                    room -= fitting
                    return fitting
                }
                try file.write(UnsafeRawBufferPointer(rebasing: bytes[..<fitting]), at: offset)
                guard fitting == bytes.count else {
                    throw .system(operation: "write", path: file.path, code: ENOSPC)
                }
            }, synchronize: FileActions.system.synchronize)
    }
}

@Suite("A full disk and a failed sync")
struct StorageFullDiskTests {
    static let records = (1...6).map { StoredRecord("key:\($0)", "value \($0)", $0) }
    let disk = SmallDisk(room: 0)

    private func node(_ policy: FsyncPolicy, segmentBytesMax: Int = 64 << 20) throws -> TestNode {
        let node = try TestNode(policy: policy, segmentBytesMax: segmentBytesMax)
        node.actions = disk.actions
        node.settings.fullRetryMilliseconds = 1
        return node
    }

    @Test(
        "what a full disk did not take is written when there is room, once and in order",
        arguments: FsyncPolicy.allCases)
    func resumes(policy: FsyncPolicy) throws {
        let node = try node(policy)
        let before = try node.read()
        let (store, _) = try node.open()
        // The first line fits, the second only in part.
        disk.setRoom(Self.records[0].line.count + 30)
        for record in Self.records { _ = try store.append(record) }
        node.listener.wait(forFullCount: 1)
        #expect(node.listener.heard.withLock { $0.full[0]?.isFullDisk } == true)
        #expect(store.backlog > 0)
        #expect(node.listener.heard.withLock { $0.failures.isEmpty })
        disk.setRoom(1 << 20)
        node.listener.wait(forFullCount: 2)
        #expect(node.listener.heard.withLock { $0.full[1] } == .some(nil))
        node.listener.wait(forTicket: policy == .always ? 6 : 5)
        #expect(store.backlog == 0)
        _ = try store.append(StoredRecord("more", "after", 7))
        try store.close()
        let lines = Self.records.flatMap(\.line) + StoredRecord("more", "after", 7).line
        #expect(try node.read() == before + lines)
    }

    @Test(
        "nothing is told durable while the disk is full, and the torn line is cut at once",
        arguments: [FsyncPolicy.everysec, .no])
    func tornLineIsCut(policy: FsyncPolicy) throws {
        let node = try node(policy)
        let before = try node.read()
        let (store, _) = try node.open()
        disk.setRoom(30)
        #expect(try store.append(Self.records[0]) == .pending(ticket: 1))
        #expect(try node.read() == before)
        #expect(try store.append(Self.records[1]) == .pending(ticket: 2))
        #expect(node.listener.heard.withLock { $0.tickets.isEmpty })
        #expect(storageFailure { try store.close() }?.isFullDisk == true)
        node.actions = .system
        let report = try node.replay()
        #expect(report.tail == nil && report.records == 1)
    }

    @Test("a store that is closed while the disk is full says that not all is there")
    func closedWhileFull() throws {
        let node = try node(.always)
        let before = try node.read()
        let (store, _) = try node.open()
        disk.setRoom(30)
        _ = try store.append(Self.records[0])
        node.listener.wait(forFullCount: 1)
        #expect(storageFailure { try store.close() }?.isFullDisk == true)
        #expect(node.listener.heard.withLock { $0.tickets.isEmpty })
        node.actions = .system
        _ = try node.replay()
        #expect(try node.read() == before)
    }

    @Test("a segment that cannot be begun is begun later", arguments: FsyncPolicy.allCases)
    func fullAtRoll(policy: FsyncPolicy) throws {
        let node = try node(policy, segmentBytesMax: 400)
        let (store, _) = try node.open()
        disk.setRoom(Self.records[0].line.count + 10)
        for record in Self.records { _ = try store.append(record) }
        node.listener.wait(forFullCount: 1)
        disk.setRoom(1 << 20)
        node.listener.wait(forFullCount: 2)
        try store.close()
        node.actions = .system
        let report = try node.replay()
        #expect(report.segments > 1)
        #expect(report.damage.isEmpty && report.tail == nil)
        #expect(node.records == Self.records)
    }

    @Test("a sync that fails for want of room is not waited for")
    func fullSync() throws {
        let node = try TestNode()
        let broken = StorageFailure.system(operation: "sync", path: "f", code: ENOSPC)
        node.actions.synchronize = { _ throws(StorageFailure) in throw broken }
        let (store, _) = try node.open()
        _ = try store.append(Self.records[0])
        node.listener.waitForFailure()
        #expect(storageFailure { try store.close() } == broken)
        #expect(node.listener.heard.withLock { $0.full.isEmpty })
    }

    @Test("everysec syncs by itself what waits, and reports it")
    func everySecond() throws {
        let node = try TestNode(policy: .everysec)
        let syncs = Monitor(0)
        node.actions.synchronize = { (file) throws(StorageFailure) in
            try file.synchronize()
            syncs.withLock { $0 += 1 }
            syncs.signal()
        }
        let (store, _) = try node.open()
        #expect(try store.append(Self.records[0]) == .done)
        #expect(store.report().unsyncedBytes == Self.records[0].line.count)
        syncs.wait(for: "a sync") { $0 > 0 }
        // The thread counts a sync behind its end; the second comes only when there is something.
        #expect(try store.append(Self.records[1]) == .done)
        syncs.wait(for: "a sync") { $0 > 1 }
        #expect(store.report().syncs >= 1)
        #expect(store.report().syncMicroseconds > 0)
        try store.close()
        #expect(store.report().unsyncedBytes == 0)
    }
}
