import Bytes
import Log
import Ring

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension DataDirectory {
    /// Founds a node: makes its directory with epoch 1 and an empty copy of its slots.
    ///
    /// `node.json` is written last. Where it is missing, founding was interrupted: it may be done
    /// again, and begins anew.
    ///
    /// - Parameters:
    ///   - path: absent, an empty directory, or one in which founding was interrupted.
    ///   - identity: who the node is; incarnation 0.
    ///   - epoch: epoch 1 as JSON, one line.
    ///   - slots: the slots that the node holds a copy of, ascending; they get the base 1 and the
    ///     position 0.
    /// - Throws: why it cannot be done, for example that a node is there.
    public static func found(
        _ path: String, identity: NodeIdentity, epoch: [UInt8], slots: [ClosedRange<Int>]
    ) throws(StorageFailure) {
        try Directories.make(path)
        guard try Directories.exists(path) else { throw .missing(path: path) }
        let lock = try DirectoryLock(path)
        defer { lock.release() }
        try clear(path)
        let owner = LogOwner(identity, bootID: "")
        try writeFirstSegment(path + "/" + LogFiles.directoryName, owner, slots)
        try RingFile.create(path, owner: owner, epoch: epoch)
        try identity.write(to: path)
    }

    /// Removes what an interrupted founding left; refuses anything else.
    private static func clear(_ path: String) throws(StorageFailure) {
        let ours = [
            LogFiles.directoryName, RingFile.fileName, DirectoryLock.fileName,
            NodeIdentity.fileName + Directories.temporarySuffix, JoinTicket.fileName,
            JoinTicket.fileName + Directories.temporarySuffix,
        ]
        let names = try Directories.names(path)
        if names.contains(NodeIdentity.fileName) { throw .nodeExists(path: path) }
        if let other = names.first(where: { !ours.contains($0) }) {
            throw .notEmpty(path: path, name: other)
        }
        let log = path + "/" + LogFiles.directoryName
        if try Directories.exists(log) {
            for name in try Directories.names(log) {
                let isOurs = LogFiles.number(of: name) != nil || name == LogBeginning.fileName
                guard isOurs || name.hasSuffix(Directories.temporarySuffix) else {
                    throw .notEmpty(path: log, name: name)
                }
                try Directories.remove(log + "/" + name)
            }
        }
        try Directories.remove(path + "/" + RingFile.fileName)
    }

    private static func writeFirstSegment(
        _ directory: String, _ owner: LogOwner, _ slots: [ClosedRange<Int>]
    ) throws(StorageFailure) {
        try Directories.make(directory)
        let lines = OutputBuffer()
        defer { lines.deallocate() }
        owner.header(segment: 1, bytesBefore: 0).append(to: lines)
        for range in slots {
            RecordEncoder.append(Record(mark: range, generation: 1, position: 0), to: lines)
        }
        let file = try DataFile.open(
            LogFiles.path(directory, 1), O_WRONLY | O_CREAT | O_EXCL)
        defer { file.close() }
        try file.write(lines.bytes, at: 0)
        try file.synchronize()
        try Directories.synchronize(directory)
    }
}
