import Foundation
import Log
import Ring
import ServerCore

/// Makes a new cluster of what is left of one that has lost too much to go on.
///
/// Only the directories of stopped nodes are read and written. The new cluster has a new id, so that
/// a node of the former one that turns up later can do no harm; its first epoch lists the nodes
/// that are left, and each of its slots holds what the best copy that is left knows. The former
/// directories stay where they are until all new ones are complete, and beside them afterwards.
public final class Recovery {
    /// What is left, and what may be lost.
    public let survey: RecoverySurvey
    /// Held until the new cluster is put in place.
    private var sources: [RecoverySource]
    private let journal: String

    /// Takes the directories of stopped nodes and reads them; nothing is changed.
    ///
    /// - Parameters:
    ///   - directories: absolute paths, at least one; one that holds no node is left out.
    ///   - journal: where to note what is put in place, a path beside the directories.
    ///   - progress: is told each step in a few words.
    /// - Throws: that a node runs, that the directories are of several clusters, or that none can
    ///   be read.
    public init(
        directories: [String], journal: String, progress: (String) -> Void = { _ in }
    ) throws {
        var sources: [RecoverySource] = []
        var copies: [[SalvagedCopy]] = []
        var unreadable: [RecoverySurvey.Unreadable] = []
        do {
            for directory in directories {
                do {
                    let source = try RecoverySource(directory)
                    sources.append(source)
                    progress("reads \(source.identity.name)")
                    copies.append(try Recovery.copies(source))
                } catch StorageFailure.noNode {
                    continue
                } catch StorageFailure.inUse(let path, let process) {
                    throw StorageFailure.inUse(path: path, processID: process)
                } catch {
                    if sources.count > copies.count { sources.removeLast().release() }
                    unreadable.append(
                        RecoverySurvey.Unreadable(directory: directory, reason: "\(error)"))
                }
            }
            try Recovery.check(sources, unreadable)
        } catch {
            for source in sources { source.release() }
            throw error
        }
        survey = RecoverySurvey(sources, copies, unreadable: unreadable)
        self.sources = sources
        self.journal = journal
    }

    private static func copies(_ source: RecoverySource) throws -> [SalvagedCopy] {
        var copies: [SalvagedCopy] = []
        try source.read { worker in
            copies = (0..<Slots.count).map { worker.salvage(slot: $0) }
        }
        return copies
    }

    private static func check(
        _ sources: [RecoverySource], _ unreadable: [RecoverySurvey.Unreadable]
    ) throws {
        guard let first = sources.first else { throw RecoveryFailure.nothingLeft(unreadable) }
        for source in sources {
            let other = source.identity
            guard other.clusterID == first.identity.clusterID else {
                throw RecoveryFailure.severalClusters(first.directory, source.directory)
            }
            let isDouble = sources.contains { another in
                another.directory != source.directory
                    && (another.identity.name == other.name
                        || another.identity.host == other.host
                            && another.identity.port == other.port)
            }
            if isDouble { throw RecoveryFailure.sameNode(other.name) }
        }
    }

    deinit { release() }

    /// Gives the directories free.
    private func release() {
        for source in sources { source.release() }
        sources = []
    }

    /// Makes the new cluster and puts it in place.
    ///
    /// What is broken off before anything is in place has changed nothing; later ``goOn(_:)`` ends
    /// it. ``end(_:)`` is to be called when whoever starts the nodes knows of the new cluster. To be
    /// called once.
    ///
    /// - Parameter progress: is told each step in a few words.
    /// - Returns: the new cluster.
    /// - Throws: why it cannot be done.
    public func rebuild(
        progress: (String) -> Void = { _ in }
    ) throws -> RecoveredCluster {
        let plan = RecoveryJournal(
            clusterName: survey.clusterName, formerID: survey.clusterID,
            clusterID: Founding.clusterID(),
            moves: sources.map {
                RecoveryJournal.Move(
                    name: $0.identity.name, directory: $0.directory, id: $0.identity.id,
                    incarnation: $0.identity.incarnation)
            })
        for move in plan.moves where try Directories.exists(move.made) {
            try FileManager.default.removeItem(atPath: move.made)
        }
        let builder = RecoveryBuilder(sources, survey, plan)
        try builder.build(progress: progress)
        try plan.write(journal)
        release()
        progress("puts the new directories in place")
        try plan.carryOut()
        return RecoveredCluster(plan)
    }

    /// Ends what an earlier recovery has left half in place.
    ///
    /// If one of its nodes has run since, what the recovery has made is old: then it is taken back,
    /// as if it had never been begun.
    ///
    /// - Parameters:
    ///   - journal: where it was noted.
    ///   - progress: is told when it is taken back.
    /// - Returns: the new cluster; nil when nothing was left to do, or it was taken back.
    /// - Throws: why it cannot be done, for example that a node runs.
    public static func goOn(
        _ journal: String, progress: (String) -> Void = { _ in }
    ) throws -> RecoveredCluster? {
        guard let plan = try RecoveryJournal.read(journal) else { return nil }
        if try plan.isOutdated() {
            progress("nodes have run since an earlier recovery was broken off: it is taken back")
            try plan.undo()
            try RecoveryJournal.remove(journal)
            return nil
        }
        try plan.carryOut()
        return RecoveredCluster(plan)
    }

    /// Notes that a recovery is over.
    ///
    /// - Throws: when the note cannot be removed.
    public static func end(_ journal: String) throws { try RecoveryJournal.remove(journal) }
}

/// What a recovery has made.
public struct RecoveredCluster: Sendable, Equatable {
    /// A node of it.
    public struct Node: Sendable, Equatable {
        /// Its name, as before.
        public var name: String
        /// Its directory, as before.
        public var directory: String
        /// Where what was there before is kept.
        public var formerDirectory: String
    }

    /// The cluster's name, as before.
    public var clusterName: String
    /// Its new id.
    public var clusterID: String
    /// The id of the cluster that was.
    public var formerID: String
    /// Its nodes.
    public var nodes: [Node]

    init(_ journal: RecoveryJournal) {
        clusterName = journal.clusterName
        clusterID = journal.clusterID
        formerID = journal.formerID
        nodes = journal.moves.map {
            Node(
                name: $0.name, directory: $0.directory,
                formerDirectory: $0.kept(journal.formerID))
        }
    }
}

/// Why a cluster cannot be recovered.
public enum RecoveryFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// No directory holds a node that can be read; those that hold one, and why.
    case nothingLeft([RecoverySurvey.Unreadable])
    /// Two directories are of different clusters.
    case severalClusters(String, String)
    /// Two directories are of nodes with one name or address.
    case sameNode(String)
    /// A recovery that was broken off cannot be ended, as a former node has run since, and not be
    /// taken back, as this new one has.
    case ranSince(String)

    /// The reason in words.
    public var description: String {
        switch self {
        case .nothingLeft(let unreadable):
            "no directory holds a node that can be read"
                + unreadable.map { "; \($0.directory): \($0.reason)" }.joined()
        case .severalClusters(let one, let other):
            "\(one) and \(other) are of different clusters"
        case .ranSince(let name):
            "an earlier recovery was broken off, and since then nodes of both clusters have run, "
                + "\(name) among those of the new one: keep one cluster's directories, and remove "
                + "or move away the others with the journal"
        case .sameNode(let name):
            "two of the directories are of a node \(name), or have its address: leave one out"
        }
    }
}
