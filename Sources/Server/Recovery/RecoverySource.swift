import Foundation
import Log
import RESP
import Ring
import ServerCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The directory of a stopped node of which a recovery makes use; held by this process alone.
struct RecoverySource {
    let directory: String
    let identity: NodeIdentity
    /// The last epoch that the node has adopted.
    let epoch: RingEpoch
    private let lock: DirectoryLock

    /// Takes a directory and reads who the node was; its log is left for later.
    ///
    /// - Throws: that it is in use or cannot be read; nothing was changed.
    init(_ directory: String) throws {
        guard try Directories.exists(directory),
            try Directories.names(directory).contains(NodeIdentity.fileName)
        else { throw StorageFailure.noNode(path: directory) }
        self.directory = directory
        lock = try DirectoryLock(directory)
        do {
            identity = try NodeIdentity.read(from: directory)
            epoch = try RecoverySource.epoch(directory, LogOwner(identity))
        } catch {
            lock.release()
            throw error
        }
    }

    /// Gives the directory free.
    func release() { lock.release() }

    private static func epoch(_ directory: String, _ owner: LogOwner) throws -> RingEpoch {
        let path = directory + "/" + RingFile.fileName
        let file = try DataFile.open(path, O_RDONLY)
        defer { file.close() }
        let content = try RingFileContent(
            try file.contents(countMax: RingFile.bytesMax), path: path, owner: owner)
        guard let body = content.bodies[.epoch] else {
            throw NodeFailure.damagedEpoch(path: path, reason: "there is none")
        }
        let epoch = try JSONDecoder().decode(RingEpoch.self, from: Data(body))
        if let reason = epoch.validate() {
            throw NodeFailure.damagedEpoch(path: path, reason: reason)
        }
        return epoch
    }

    /// Reads the log, by the very rules by which a node reads its own, and gives what it holds.
    ///
    /// - Parameter body: takes a worker that is never started, and must not keep it.
    /// - Throws: why the log must not be used, or what `body` throws.
    func read(_ body: (Worker) throws -> Void) throws {
        var generator = SystemRandomNumberGenerator()
        let output = NoOutput()
        let worker = Worker(
            WorkerConfiguration(
                number: epoch.member(id: identity.id)?.number ?? epoch.members[0].number,
                incarnation: identity.incarnation, isDurableAtFlush: true, quietUntil: 0,
                seed: generator.next()),
            epoch: epoch, output: output)
        let owner = LogOwner(identity)
        let path = directory + "/" + LogFiles.directoryName
        let reader = LogReader(
            directory: path, owner: owner, lineBytesMax: RecordLimits.lineBytesMax(),
            first: try LogBeginning.read(path, owner: owner))
        _ = try reader.read(
            LogStore.Replay(
                damage: { worker.markDamaged(slot: $0) }, record: { worker.restore($0) }))
        if try mayHaveForgotten { worker.restore(Record(.doubt, slots: 0...(Slots.count - 1))) }
        worker.endReading()
        try withExtendedLifetime(output) { try body(worker) }
    }

    /// Whether the machine has stopped since, with records that were not synced.
    private var mayHaveForgotten: Bool {
        get throws {
            guard !identity.isClosed, identity.fsync != .always else { return false }
            return try identity.bootID != BootID.present()
        }
    }
}

/// Takes what a worker says that is never started: nothing.
private final class NoOutput: WorkerOutput {
    func complete(_ token: RequestToken, _ reply: UnsafeRawBufferPointer) {}
    func passOn(_ request: PassedRequest, toPartition partition: Int) {}
    func confirmWanted() {}
    func laterEpochSeen(from member: Int) {}
    func keyChanged(_ key: UnsafeRawBufferPointer) {}
    func slotChanged(_ slot: Int) {}
}
