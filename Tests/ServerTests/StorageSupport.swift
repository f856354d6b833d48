import Bytes
import Foundation
import Log
import Ring
import Synchronization
import Testing

@testable import Server

/// A directory that goes away with this value.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "ringmaster-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("left behind: \(path): \(error)")
        }
    }
}

/// A record that owns its bytes.
struct StoredRecord: Equatable, Sendable {
    var kind = RecordKind.write
    var key: [UInt8]
    var value: [UInt8]
    var slot: Int
    var position: Int

    init(_ key: [UInt8], _ value: [UInt8], _ position: Int) {
        self.key = key
        self.value = value
        self.position = position
        slot = key.withUnsafeBytes { Slots.slot(of: $0) }
    }

    init(_ key: String, _ value: String, _ position: Int) {
        self.init(Array(key.utf8), Array(value.utf8), position)
    }

    init(_ record: Record) {
        kind = record.kind
        key = Array(record.key)
        value = Array(record.value)
        slot = record.slot
        position = record.position
    }

    var line: [UInt8] {
        let output = OutputBuffer()
        defer { output.deallocate() }
        key.withUnsafeBytes { key in
            value.withUnsafeBytes { value in
                let record = Record(
                    kind: kind, key: key, value: value, slot: slot, generation: 1,
                    position: position, expiry: 0)
                RecordEncoder.append(record, to: output)
            }
        }
        return output.array()
    }
}

/// What a store tells, from any thread, and a way to wait for it.
final class StoreListener: Sendable {
    struct Heard {
        var tickets: [UInt64] = []
        var failures: [StorageFailure] = []
        /// Each time that the disk was full, and nil each time that it had room again.
        var full: [StorageFailure?] = []
    }

    let heard = Monitor(Heard())

    func onDurable(_ ticket: UInt64) {
        heard.withLock { $0.tickets.append(ticket) }
        heard.signal()
    }

    func onFailure(_ failure: StorageFailure) {
        heard.withLock { $0.failures.append(failure) }
        heard.signal()
    }

    func onFull(_ failure: StorageFailure?) {
        heard.withLock { $0.full.append(failure) }
        heard.signal()
    }

    var listener: LogStore.Listener {
        LogStore.Listener(onDurable: onDurable, onFailure: onFailure, onFull: onFull)
    }

    func wait(forFullCount count: Int) {
        heard.wait(for: "\(count) words of a full disk") { $0.full.count >= count }
    }

    func wait(forTicket ticket: UInt64) {
        heard.wait(for: "ticket \(ticket)") {
            $0.tickets.last ?? 0 >= ticket || !$0.failures.isEmpty
        }
    }

    /// Waits until what was appended is durable.
    func wait(for appended: LogStore.Appended) {
        if case .pending(let ticket) = appended { wait(forTicket: ticket) }
    }

    func waitForFailure() { heard.wait(for: "a failure") { !$0.failures.isEmpty } }
}

extension Monitor {
    /// Waits until the value is as wanted; records an issue when that takes too long, so that a test
    /// which cannot succeed ends.
    func wait(for what: String, _ isWanted: (inout Value) -> Bool) {
        var isSo = false
        waitUntil(milliseconds: 60_000) { value in
            isSo = isWanted(&value)
            return isSo
        }
        if !isSo { Issue.record(Comment(rawValue: "not within a minute: \(what)")) }
    }
}

/// A founded node in a temporary directory, whose log is opened again and again.
final class TestNode {
    let temporary: TemporaryDirectory
    let path: String
    let identity: NodeIdentity
    let owner: LogOwner
    var settings: LogStore.Settings
    var actions = FileActions.system
    let listener = StoreListener()
    private(set) var replayed: [StoredRecord] = []
    private(set) var damaged: [Int?] = []
    private(set) var progress: [Double] = []

    var logPath: String { path + "/log" }

    init(
        policy: FsyncPolicy = .always, segmentBytesMax: Int = 64 << 20, cluster: String = "c0ffee"
    ) throws {
        temporary = try TemporaryDirectory()
        path = temporary.path + "/n1"
        identity = try Self.makeIdentity(cluster: cluster)
        owner = LogOwner(identity)
        settings = LogStore.Settings(policy: policy)
        settings.segmentBytesMax = segmentBytesMax
        try DataDirectory.found(
            path, identity: identity, epoch: Array(#"{"number":1}"#.utf8), slots: [0...16_383])
    }

    static func makeIdentity(cluster: String = "c0ffee") throws -> NodeIdentity {
        struct NoIdentity: Error {}
        guard let id = NodeID(String(repeating: "ab", count: 20)) else { throw NoIdentity() }
        return NodeIdentity(
            id: id, name: "n1", host: "127.0.0.1", port: 7101, clusterID: cluster,
            clusterName: "demo")
    }

    func open(
        owner: LogOwner? = nil, isDoubtful: Bool = false
    ) throws -> (store: LogStore, report: ReplayReport) {
        replayed = []
        damaged = []
        progress = []
        // Each store numbers its tickets anew.
        listener.heard.withLock { $0.tickets = [] }
        return try LogStore.open(
            logPath, owner: owner ?? self.owner, settings: settings, isDoubtful: isDoubtful,
            actions: actions,
            replay: LogStore.Replay(
                progress: { self.progress.append($0) }, damage: { self.damaged.append($0) },
                record: { self.replayed.append(StoredRecord($0)) }),
            listener: listener.listener)
    }

    /// Opens, appends each record and waits for it, closes.
    func write(_ records: [StoredRecord]) throws {
        let (store, _) = try open()
        for record in records { listener.wait(for: try store.append(record)) }
        try store.close()
    }

    /// Opens and closes: what the replay says.
    func replay(owner: LogOwner? = nil) throws -> ReplayReport {
        let (store, report) = try open(owner: owner)
        try store.close()
        return report
    }

    func segmentPath(_ segment: Int) -> String { LogFiles.path(logPath, segment) }

    func read(_ segment: Int = 1) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: segmentPath(segment))))
    }

    func overwrite(_ segment: Int = 1, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: segmentPath(segment)))
    }

    /// The records replayed, without founding's mark.
    var records: [StoredRecord] { replayed.filter { $0.kind.hasKey } }
}

extension LogStore {
    func append(_ record: StoredRecord) throws(StorageFailure) -> Appended {
        try record.line.withBytes { (bytes) throws(StorageFailure) in
            try append(bytes, records: 1)
        }
    }
}

/// The failure that some work ends with; nil when it does not.
func storageFailure(_ body: () throws -> Void) -> StorageFailure? {
    do {
        try body()
        return nil
    } catch {
        return error as? StorageFailure
    }
}

/// Runs jq over files and gives its exit code and what it printed.
func jq(_ arguments: [String]) throws -> (code: Int32, output: [UInt8]) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["jq"] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, Array(data))
}
