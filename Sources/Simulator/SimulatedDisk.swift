import Bytes
import Log
import Ring
import ServerCore

/// What a process leaves behind when it ends: its log, its epoch, its votes.
struct SimulatedDisk {
    /// The log, as far as a crash cannot take it.
    private(set) var synced: [UInt8] = []
    /// Batches written behind it that a crash may lose or tear, oldest first.
    private var unsynced: [LogBatch] = []
    /// The ticket of the newest batch; tickets count the batches of all workers.
    private(set) var lastTicket = 0
    var epoch: RingEpoch
    var vote: Vote?
    /// For the planted bug that forgets an adopted epoch.
    let foundingEpoch: RingEpoch
    /// What the watched slots' copies had reached in the last batch that is durable, by place.
    var reached: [CopyVersion]
    /// Whether writing and syncing fail.
    var hasFailed = false
    /// Whether a synced record was damaged, and no process has mended it yet.
    var isRotten = false
    /// Whether the log was lost, which a planted bug then does not tell anyone.
    var isForgetful = false
    private let foundingBytes: Int

    /// What founding leaves in a directory, or, with a later epoch, joining.
    init(founding epoch: RingEpoch, number: Int, watched: Int) {
        self.epoch = epoch
        foundingEpoch = epoch
        reached = Array(repeating: .none, count: watched)
        let output = OutputBuffer()
        defer { output.deallocate() }
        let nodeID = epoch.member(number: number)?.id.description ?? ""
        SegmentHeader(
            clusterID: epoch.clusterID, nodeID: nodeID, segment: 1, incarnation: 0,
            bootID: "simulated", bytesBefore: 0
        ).append(to: output)
        if epoch.number == 1 {
            RecordEncoder.append(
                Record(mark: 0...(Slots.count - 1), generation: 1, position: 0), to: output)
        }
        synced = output.array()
        foundingBytes = synced.count
    }

    var hasUnsynced: Bool { !unsynced.isEmpty }
    var unsyncedBytes: Int { unsynced.reduce(0) { $0 + $1.bytes.count } }

    mutating func append(_ batch: LogBatch) {
        lastTicket += 1
        var batch = batch
        batch.ticket = lastTicket
        unsynced.append(batch)
    }

    /// Batches up to one are durable now.
    ///
    /// - Returns: those batches.
    @discardableResult
    mutating func sync(through ticket: Int) -> ArraySlice<LogBatch> {
        let done = unsynced.prefix { $0.ticket <= ticket }
        for batch in done {
            synced += batch.bytes
            for (place, version) in batch.reached.enumerated() {
                if let version { reached[place] = version }
            }
        }
        unsynced.removeFirst(done.count)
        return done
    }

    /// What a crash leaves: a part of what was not synced, cut anywhere.
    ///
    /// - Parameter kept: bytes of it that survive.
    mutating func tear(keeping kept: Int) {
        synced += unsynced.lazy.flatMap(\.bytes).prefix(kept)
        unsynced = []
    }

    /// Drops the torn line at the end, as every start does.
    mutating func cut(to count: Int) { synced.removeLast(synced.count - count) }

    /// All records are gone; what founding wrote is there again.
    mutating func loseLog() {
        synced.removeLast(synced.count - foundingBytes)
        isForgetful = true
    }

    /// Flips a bit of a synced line that has a good line behind it.
    ///
    /// Damage at the very end cannot be told from a torn write: it is a loss that no log survives,
    /// and so no fault of a minority's disk that may happen here.
    ///
    /// - Returns: whether there was such a line.
    mutating func damage(using random: inout SplitMix64) -> Bool {
        guard let lastLine = synced.dropLast().lastIndex(of: UInt8(ascii: "\n")), lastLine > 0
        else { return false }
        let offset = Int.random(in: 0..<lastLine, using: &random)
        guard synced[offset] != UInt8(ascii: "\n") else { return false }
        synced[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        isRotten = true
        return true
    }
}

/// One batch of the log on its way to the disk.
struct LogBatch {
    /// Which worker's.
    let worker: Int
    /// The worker's own number of it.
    let number: Int
    let bytes: [UInt8]
    /// What the worker's copies of the watched slots have reached with it, by place; nil for those
    /// of others.
    let reached: [CopyVersion?]
    var ticket = 0

    init(worker: Int, number: Int, bytes: [UInt8], reached: [CopyVersion?]) {
        self.worker = worker
        self.number = number
        self.bytes = bytes
        self.reached = reached
    }
}

/// (base, position) of a copy, compared in this order.
struct CopyVersion: Comparable {
    var base: Int
    var position: Int

    /// A copy that counts for nothing.
    static let none = CopyVersion(base: 0, position: 0)

    static func < (left: CopyVersion, right: CopyVersion) -> Bool {
        (left.base, left.position) < (right.base, right.position)
    }
}

extension CopyVersion: CustomStringConvertible {
    var description: String { "(\(base), \(position))" }
}
