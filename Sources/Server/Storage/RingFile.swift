import Bytes
import Foundation
import Log
import Synchronization

/// A node's epochs and votes: `ring.jsonl`, appended to and always synced.
///
/// ```
/// {"format":1,"cluster":"…","node":"…","c":"…"}
/// {"kind":"epoch","body":{…},"c":"…"}
/// {"kind":"vote","body":{…},"c":"…"}
/// ```
///
/// Of each kind the last line counts. The bodies are JSON of others' making. `c` is the checksum of
/// the log's lines. When the file has grown long it is replaced by its last epoch and vote, at
/// once. Appending blocks for a sync, so it is done on a thread that may wait.
///
/// A full disk is waited for, as the log does: nothing is said meanwhile that depends on the line,
/// so the node does not vote, and goes on by itself when there is room.
public final class RingFile: Sendable {
    /// What a line holds.
    public enum Kind: String, Sendable, CaseIterable {
        /// An adopted epoch.
        case epoch
        /// What the node has promised and accepted as a voter.
        case vote
    }

    struct State {
        var file: DataFile
        var bytes: Int
        /// Up to where room on the disk is reserved.
        var reservedBytes: Int
        /// The length at which it is rewritten.
        var bytesMax: Int
        var bodies: [Kind: [UInt8]]
        var failure: StorageFailure?
        var isClosed = false
    }

    static let fileName = "ring.jsonl"
    /// It is not rewritten below this length in bytes.
    static let compactBytesMin = 1 << 20
    /// Room that is reserved behind its end, in bytes, so that a disk that others fill up does not
    /// keep the node from voting; half of it is always left behind a line.
    static let reserveBytes = 512 << 10
    /// How long a full disk is left alone before it is tried again.
    static let fullRetryMilliseconds = 250
    /// No ring file is longer, in bytes.
    static let bytesMax = 256 << 20

    private let directory: String
    private let owner: LogOwner
    private let actions: FileActions
    private let state: Mutex<State>
    /// Bytes of a torn last line that were cut when the file was opened; 0 usually.
    public let cutBytes: Int

    /// Opens a node's ring file and cuts a torn tail.
    ///
    /// - Parameters:
    ///   - directory: the node's directory.
    ///   - owner: whose file it must be.
    /// - Throws: why it must not be used: foreign, newer, damaged with good lines behind it …
    public convenience init(_ directory: String, owner: LogOwner) throws(StorageFailure) {
        try self.init(directory, owner: owner, actions: .system)
    }

    init(_ directory: String, owner: LogOwner, actions: FileActions) throws(StorageFailure) {
        self.directory = directory
        self.owner = owner
        self.actions = actions
        let file = try DataFile.open(directory + "/" + RingFile.fileName, O_RDWR)
        do throws(StorageFailure) {
            let bytes = try file.contents(countMax: RingFile.bytesMax)
            let content = try RingFileContent(bytes, path: file.path, owner: owner)
            cutBytes = bytes.count - content.bytes
            if cutBytes > 0 { try file.truncate(to: content.bytes) }
            // What was read may be in memory only; what depends on it must not be.
            try file.synchronize()
            var state = State(
                file: file, bytes: content.bytes, reservedBytes: content.bytes,
                bytesMax: RingFile.compactBytesMin, bodies: content.bodies)
            state.reserve()
            self.state = Mutex(state)
        } catch {
            file.close()
            throw error
        }
    }

    /// Makes the ring file of a node that is founded now.
    static func create(
        _ directory: String, owner: LogOwner, epoch: [UInt8]
    ) throws(StorageFailure) {
        try lines(owner, [.epoch: epoch]).withBytes { (bytes) throws(StorageFailure) in
            try Directories.replace(fileName, in: directory, with: bytes)
        }
    }

    /// The last line of a kind: JSON, as it was appended; nil when there is none.
    public func last(_ kind: Kind) -> [UInt8]? { state.withLock { $0.bodies[kind] } }

    /// Appends a line, which is on the disk when this returns.
    ///
    /// - Parameters:
    ///   - kind: what it holds.
    ///   - body: JSON without a line feed.
    ///   - onFull: is told once if the disk is full, which is then waited for until ``close()``.
    /// - Throws: why it may not be on the disk; from then on nothing more is taken.
    public func append(
        _ kind: Kind, _ body: [UInt8], onFull: (StorageFailure) -> Void = { _ in }
    ) throws(StorageFailure) {
        let line = RingFile.line(kind, body)
        var isTold = false
        while let full = try tryToAppend(line, kind, body) {
            if !isTold { onFull(full) }
            isTold = true
            Thread.sleep(forTimeInterval: Double(RingFile.fullRetryMilliseconds) / 1_000)
        }
    }

    /// Returns that the disk is full, and nothing was written.
    private func tryToAppend(
        _ line: [UInt8], _ kind: Kind, _ body: [UInt8]
    ) throws(StorageFailure) -> StorageFailure? {
        try state.withLock { (state) throws(StorageFailure) in
            if let failure = state.failure { throw .stopped(reason: failure.description) }
            do throws(StorageFailure) {
                if let full = try write(line, &state) { return full }
                try actions.synchronize(state.file)
                state.bytes += line.count
                state.bodies[kind] = body
                if state.bytes > state.bytesMax { try compactIfThereIsRoom(&state) }
                state.reserve()
                return nil
            } catch {
                state.failure = error
                throw error
            }
        }
    }

    /// Returns that the disk is full; what was written in spite of it is cut off.
    private func write(
        _ line: [UInt8], _ state: inout State
    ) throws(StorageFailure) -> StorageFailure? {
        do throws(StorageFailure) {
            try line.withBytes { (bytes) throws(StorageFailure) in
                try actions.write(state.file, bytes, state.bytes)
            }
            return nil
        } catch {
            guard error.isFullDisk else { throw error }
            try state.file.truncate(to: state.bytes)
            state.reservedBytes = state.bytes
            return error
        }
    }

    /// Closes the file.
    public func close() {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.isClosed = true
            if state.failure == nil { state.failure = .stopped(reason: "the file is closed") }
            state.file.close()
        }
    }

    /// The line that was appended is good in any case: a full disk only puts the rewriting off.
    private func compactIfThereIsRoom(_ state: inout State) throws(StorageFailure) {
        do throws(StorageFailure) {
            try compact(&state)
        } catch {
            guard error.isFullDisk else { throw error }
            state.bytesMax += RingFile.compactBytesMin
        }
    }

    private func compact(_ state: inout State) throws(StorageFailure) {
        let lines = RingFile.lines(owner, state.bodies)
        try lines.withBytes { (bytes) throws(StorageFailure) in
            try Directories.replace(RingFile.fileName, in: directory, with: bytes)
        }
        let file = try DataFile.open(state.file.path, O_RDWR)
        state.file.close()
        state.file = file
        state.bytes = lines.count
        state.reservedBytes = lines.count
        // A large epoch alone must not have it rewritten at every line.
        state.bytesMax = max(RingFile.compactBytesMin, 4 * lines.count)
    }

    private static func line(_ kind: Kind, _ body: [UInt8]) -> [UInt8] {
        let output = OutputBuffer(capacity: body.count + 128)
        defer { output.deallocate() }
        append(kind, body, to: output)
        return output.array()
    }

    private static func append(_ kind: Kind, _ body: [UInt8], to output: OutputBuffer) {
        precondition(!body.contains(0x0A), "a body is one line")
        let start = output.count
        output.append("{\"kind\":\"\(kind.rawValue)\",\"body\":")
        output.append(body)
        SealedLine.close(output, from: start)
    }

    private static func lines(_ owner: LogOwner, _ bodies: [Kind: [UInt8]]) -> [UInt8] {
        let output = OutputBuffer()
        defer { output.deallocate() }
        output.append(RingFileContent.header(owner))
        SealedLine.close(output, from: 0)
        for kind in Kind.allCases {
            if let body = bodies[kind] { append(kind, body, to: output) }
        }
        return output.array()
    }
}

extension RingFile.State {
    /// Reserves room for what comes, unless enough is left.
    mutating func reserve() {
        guard bytes + RingFile.reserveBytes / 2 > reservedBytes else { return }
        if file.reserve(from: bytes, count: RingFile.reserveBytes) {
            reservedBytes = bytes + RingFile.reserveBytes
        }
    }
}
