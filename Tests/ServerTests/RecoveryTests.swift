import Foundation
import Log
import Ring
import Testing

@testable import Server

@Suite struct RecoveryTests {
    /// A cluster of stopped nodes in a folder of its own.
    private struct Stopped {
        let temporary = try? TemporaryDirectory()
        let folder: String
        let nodes: Int

        init(nodes: Int, replicas: Int = 3) throws {
            folder = try #require(temporary).path
            self.nodes = nodes
            let folder = folder
            try Founding.found(
                clusterID: String(repeating: "c", count: 32), clusterName: "demo",
                replicas: replicas,
                nodes: (1...nodes).map {
                    Founding.Node(
                        name: "n\($0)", directory: folder + "/n\($0)", host: "127.0.0.1",
                        port: 7_100 + $0)
                })
        }

        var directories: [String] { (1...nodes).map { folder + "/n\($0)" } }
        var journal: String { folder + "/recovery.json" }

        /// Writes lines behind a node's log.
        func append(_ records: [StoredRecord], to node: Int) throws {
            let identity = try NodeIdentity.read(from: directories[node - 1])
            let (store, _) = try LogStore.open(
                directories[node - 1] + "/log", owner: LogOwner(identity),
                settings: LogStore.Settings(policy: .no), replay: LogStore.Replay { _ in },
                listener: StoreListener().listener)
            for record in records {
                _ = try record.line.withUnsafeBytes { try store.append($0, records: 1) }
            }
            try store.close()
        }

        func remove(_ nodes: Int...) throws {
            for node in nodes { try FileManager.default.removeItem(atPath: directories[node - 1]) }
        }

        /// Undoes one node's move.
        func takeBack(_ node: Int, formerID: String) throws {
            let move = RecoveryJournal.Move(
                name: "n\(node)", directory: directories[node - 1], id: nil, incarnation: nil)
            try FileManager.default.moveItem(atPath: move.directory, toPath: move.made)
            try FileManager.default.moveItem(atPath: move.kept(formerID), toPath: move.directory)
        }

        func recovery() throws -> Recovery {
            try Recovery(directories: directories, journal: journal)
        }

        /// The values that a node's log ends with, by key.
        func values(of node: Int) throws -> [String: String] {
            let source = try RecoverySource(directories[node - 1])
            defer { source.release() }
            var values: [String: String] = [:]
            try source.read { worker in
                for slot in 0..<Slots.count {
                    #expect(!worker.salvage(slot: slot).isLost)
                    worker.forEachEntry(slot: slot) { entry in
                        values[String(decoding: entry.key, as: UTF8.self)] = String(
                            decoding: entry.value, as: UTF8.self)
                    }
                }
            }
            return values
        }

        func names() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        }
    }

    @Test("while enough is left there is nothing to recover")
    func needless() throws {
        let cluster = try Stopped(nodes: 3)
        try cluster.remove(2)
        let survey = try cluster.recovery().survey
        #expect(survey.isNeedless)
        #expect(survey.missing == ["n2"])
        #expect(survey.slotCount(.whole) == Slots.count)
    }

    @Test("of each slot the copy that knows most is taken, deletions included")
    func best() throws {
        let cluster = try Stopped(nodes: 5, replicas: 5)
        let old = StoredRecord("key", "old", 1)
        var gone = StoredRecord("key", "", 2)
        gone.kind = .remove
        gone.value = []
        try cluster.append([old], to: 1)
        try cluster.append([old, gone], to: 2)
        try cluster.append([StoredRecord("other", "value", 1)], to: 1)
        try cluster.remove(3, 4, 5)
        let recovery = try cluster.recovery()
        let survey = recovery.survey
        #expect(!survey.isEpochCertain)
        #expect(survey.slotCount(.perhapsOld) == Slots.count)
        #expect(survey.keys == 1)
        let made = try recovery.rebuild()
        #expect(made.nodes.map(\.name) == ["n1", "n2"])
        #expect(made.clusterID != made.formerID)
        for node in [1, 2] { #expect(try cluster.values(of: node) == ["other": "value"]) }
        try Recovery.end(cluster.journal)
        #expect(
            try cluster.names() == [
                "n1", "n1.before-recovery-cccccccc", "n2", "n2.before-recovery-cccccccc",
            ])
    }

    @Test("slots without any copy are counted as lost, and are empty in the new cluster")
    func lost() throws {
        let cluster = try Stopped(nodes: 5, replicas: 1)
        let records = (0..<60).map { StoredRecord("key\($0)", "value\($0)", 1) }
        let epoch = try RecoverySource.released(cluster.directories[0]).epoch
        var kept: [String: String] = [:]
        var used: Set<Int> = []
        for record in records {
            let home = try #require(epoch.home(of: record.slot))
            // The first record of a slot has position 1, so that each slot gets one.
            guard used.insert(record.slot).inserted else { continue }
            try cluster.append([record], to: home)
            if home <= 2 {
                kept[String(decoding: record.key, as: UTF8.self)] = String(
                    decoding: record.value, as: UTF8.self)
            }
        }
        try cluster.remove(3, 4, 5)
        let recovery = try cluster.recovery()
        let survey = recovery.survey
        let held = epoch.arcs.filter { ($0.present.home ?? 9) <= 2 }.reduce(0) { $0 + $1.slotCount }
        #expect(survey.slotCount(.whole) == held)
        #expect(survey.slotCount(.lost) == Slots.count - held)
        #expect(survey.slots(.lost).reduce(0) { $0 + $1.count } == Slots.count - held)
        #expect(survey.keys == kept.count)
        _ = try recovery.rebuild()
        let values = try cluster.values(of: 1).merging(cluster.values(of: 2)) { one, _ in one }
        #expect(values == kept)
    }

    @Test("a damaged copy is used only where there is no other, and said to be")
    func damaged() throws {
        let cluster = try Stopped(nodes: 5, replicas: 5)
        let first = StoredRecord("key", "one", 1)
        try cluster.append([first, StoredRecord("key", "two", 3)], to: 1)
        try cluster.append([first], to: 2)
        try cluster.remove(3, 4, 5)
        #expect(try cluster.recovery().survey.slotCount(.damaged) == 0)
        try cluster.remove(2)
        let recovery = try cluster.recovery()
        #expect(recovery.survey.slots(.damaged) == [first.slot...first.slot])
        _ = try recovery.rebuild()
        #expect(try cluster.values(of: 1) == ["key": "two"])
    }

    @Test("what was broken off at any point is begun anew or ended, with the same content")
    func brokenOff() throws {
        for point in 0...4 {
            let cluster = try Stopped(nodes: 3)
            try cluster.append([StoredRecord("key", "value", 1)], to: 1)
            try cluster.remove(2, 3)
            let recovery = try cluster.recovery()
            let made = try recovery.rebuild()
            let move = RecoveryJournal.Move(
                name: "n1", directory: cluster.directories[0], id: nil, incarnation: nil)
            let files = FileManager.default
            // Takes back what a process that ended at this point had not done.
            if point <= 3 { try files.moveItem(atPath: move.directory, toPath: move.made) }
            if point <= 2 {
                try files.moveItem(atPath: move.kept(made.formerID), toPath: move.directory)
            }
            if point <= 1 { try files.removeItem(atPath: cluster.journal) }
            if point == 0 { try files.removeItem(atPath: move.made + "/node.json") }
            let again = try Recovery.goOn(cluster.journal)
            #expect((again != nil) == (point >= 2))
            if again == nil { _ = try cluster.recovery().rebuild() }
            try Recovery.end(cluster.journal)
            #expect(try cluster.values(of: 1) == ["key": "value"], "point \(point)")
            #expect(try Recovery.goOn(cluster.journal) == nil)
        }
    }

    @Test("what was broken off is taken back when a node has run since, and begun anew")
    func outdated() throws {
        for isHalfInPlace in [false, true] {
            let cluster = try Stopped(nodes: 5, replicas: 5)
            try cluster.remove(3, 4, 5)
            let former = try NodeIdentity.read(from: cluster.directories[1]).clusterID
            let made = try cluster.recovery().rebuild()
            // Takes back what a process that ended while it moved had not done.
            for node in isHalfInPlace ? [2] : [1, 2] {
                try cluster.takeBack(node, formerID: made.formerID)
            }
            try cluster.append([StoredRecord("key", "later", 1)], to: 2)
            try DataDirectory(cluster.directories[1], fsync: .always).release()
            var words: [String] = []
            #expect(try Recovery.goOn(cluster.journal) { words.append($0) } == nil)
            #expect(words.count == 1)
            #expect(try cluster.names() == ["n1", "n2"])
            #expect(
                try NodeIdentity.read(from: cluster.directories[0]).clusterID == former)
            _ = try cluster.recovery().rebuild()
            #expect(try cluster.values(of: 1) == ["key": "later"], "\(isHalfInPlace)")
        }
    }

    @Test("when nodes of both clusters have run, nothing is changed, and both are named")
    func ranSince() throws {
        let cluster = try Stopped(nodes: 5, replicas: 5)
        try cluster.remove(3, 4, 5)
        let made = try cluster.recovery().rebuild()
        try cluster.takeBack(2, formerID: made.formerID)
        for directory in cluster.directories[..<2] {
            try DataDirectory(directory, fsync: .always).release()
        }
        let before = try cluster.names()
        #expect(throws: RecoveryFailure.ranSince("n1")) { _ = try Recovery.goOn(cluster.journal) }
        #expect(try cluster.names() == before)
    }

    @Test("a node that runs, a stranger and a folder without nodes are refused")
    func refused() throws {
        let cluster = try Stopped(nodes: 1, replicas: 1)
        let running = try DataDirectory(cluster.directories[0], fsync: .always)
        #expect(throws: StorageFailure.inUse(path: running.path, processID: Int(getpid()))) {
            _ = try cluster.recovery()
        }
        running.release()
        let other = try Stopped(nodes: 1, replicas: 1)
        #expect(throws: RecoveryFailure.sameNode("n1")) {
            _ = try Recovery(
                directories: cluster.directories + other.directories, journal: cluster.journal)
        }
        #expect(throws: RecoveryFailure.nothingLeft([])) {
            _ = try Recovery(directories: ["/nonexistent/n1"], journal: cluster.journal)
        }
    }

    @Test("a directory that cannot be read is left out and named")
    func unreadable() throws {
        let cluster = try Stopped(nodes: 3)
        try cluster.remove(3)
        try Data("nonsense".utf8).write(
            to: URL(filePath: cluster.directories[1] + "/ring.jsonl"))
        let survey = try cluster.recovery().survey
        #expect(survey.nodes == ["n1"])
        #expect(survey.unreadable.map(\.directory) == [cluster.directories[1]])
        #expect(Set(survey.missing) == ["n2", "n3"])
    }
}

extension RecoverySource {
    fileprivate static func released(_ directory: String) throws -> RecoverySource {
        let source = try RecoverySource(directory)
        source.release()
        return source
    }
}
