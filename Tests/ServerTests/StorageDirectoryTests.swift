import Foundation
import Log
import Ring
import Testing

@testable import Server

@Suite("A node's directory")
struct StorageDirectoryTests {
    private func open(_ node: TestNode, fsync: FsyncPolicy = .always) throws -> DataDirectory {
        try DataDirectory(node.path, fsync: fsync)
    }

    @Test("founding writes what the first start needs, for its owner's eyes only")
    func founding() throws {
        let node = try TestNode()
        var directory = try open(node)
        #expect(directory.identity.incarnation == 1)
        #expect(directory.before == node.identity)
        #expect(directory.identity.id == node.identity.id)
        #expect(!directory.mayHaveForgotten)
        let ring = try RingFile(node.path, owner: LogOwner(directory.identity))
        #expect(ring.last(.epoch) == Array(#"{"number":1}"#.utf8))
        #expect(ring.last(.vote) == nil)
        ring.close()
        var marks: [ClosedRange<Int>] = []
        let (store, report) = try LogStore.open(
            directory.logPath, owner: LogOwner(directory.identity),
            settings: LogStore.Settings(policy: .always),
            replay: LogStore.Replay { record in
                #expect(record.kind == .mark && record.generation == 1 && record.position == 0)
                marks.append(record.slot...record.lastSlot)
            }, listener: StoreListener().listener)
        #expect(marks == [0...16_383])
        #expect(report.records == 1)
        try store.close()
        try directory.close()
        for name in ["", "/node.json", "/ring.jsonl", "/lock", "/log", "/log/00000001.jsonl"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: node.path + name)
            let mode = try #require(attributes[.posixPermissions] as? Int)
            #expect(mode & 0o077 == 0)
        }
    }

    @Test("every start is one more incarnation, durable at once")
    func incarnations() throws {
        let node = try TestNode()
        for incarnation in 1...3 {
            let directory = try open(node)
            #expect(directory.identity.incarnation == incarnation)
            #expect(try NodeIdentity.read(from: node.path) == directory.identity)
            directory.release()
        }
    }

    @Test(
        "a count of starts that no node can have reached is damage", arguments: [-5, 1 << 53, .max])
    func absurdIncarnation(count: Int) throws {
        let node = try TestNode()
        var identity = try NodeIdentity.read(from: node.path)
        identity.incarnation = count
        try identity.write(to: node.path)
        guard case .damaged(node.path + "/node.json", 0, _) = storageFailure({ _ = try open(node) })
        else {
            Issue.record("it was taken")
            return
        }
    }

    @Test("only one process has a directory at a time, and the other is told who")
    func inUse() throws {
        let node = try TestNode()
        let directory = try open(node)
        let failure = storageFailure { _ = try open(node) }
        #expect(
            failure
                == .inUse(
                    path: node.path, processID: Int(ProcessInfo.processInfo.processIdentifier)))
        directory.release()
        try open(node).release()
    }

    @Test(
        "a directory is free once it is released, though a child that is being started has the file"
    )
    func releaseBesideChild() throws {
        let node = try TestNode()
        let directory = try open(node)
        let held = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").first {
            let path = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/fd/\($0)")
            return path == node.path + "/lock"
        }
        // A child shares the open file as a duplicate does.
        let shared = dup(try #require(held.flatMap { Int32($0) }))
        defer { close(shared) }
        directory.release()
        try open(node).release()
    }

    @Test("an unclean stop of the machine is told from one of the process")
    func forgetting() throws {
        let node = try TestNode()
        func start(_ fsync: FsyncPolicy, boot: String) throws -> DataDirectory {
            try DataDirectory(node.path, fsync: fsync, bootID: boot)
        }
        try start(.no, boot: "a").release()
        let again = try start(.no, boot: "a")
        #expect(!again.mayHaveForgotten)
        again.release()
        // It stays so until a start has noted it, however often one is interrupted.
        for _ in 0..<2 {
            let interrupted = try start(.always, boot: "b")
            #expect(interrupted.mayHaveForgotten)
            interrupted.release()
        }
        let rebooted = try start(.always, boot: "b")
        #expect(rebooted.mayHaveForgotten)
        try rebooted.noteStart()
        rebooted.release()
        var noted = try start(.no, boot: "b")
        #expect(!noted.mayHaveForgotten)
        try noted.close()
        let closed = try start(.always, boot: "c")
        #expect(!closed.mayHaveForgotten)
        closed.release()
        let safe = try start(.no, boot: "d")
        #expect(!safe.mayHaveForgotten)
        safe.release()
    }

    @Test("founding refuses a directory with a node or with anything else in it")
    func foundingTwice() throws {
        let node = try TestNode()
        func found(_ path: String) -> StorageFailure? {
            storageFailure {
                try DataDirectory.found(
                    path, identity: node.identity, epoch: Array("{}".utf8), slots: [])
            }
        }
        #expect(found(node.path) == .nodeExists(path: node.path))
        let other = node.temporary.path
        #expect(found(other) == .notEmpty(path: other, name: "n1"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: other).sorted() == ["lock", "n1"])
    }

    @Test("an interrupted founding is no node, and can be done again")
    func interruptedFounding() throws {
        let node = try TestNode()
        try FileManager.default.removeItem(atPath: node.path + "/node.json")
        #expect(storageFailure { _ = try open(node) } == .noNode(path: node.path))
        try DataDirectory.found(
            node.path, identity: node.identity, epoch: Array("{}".utf8), slots: [3...4])
        try open(node).release()
        #expect(try node.replay().records == 1)
    }

    @Test("a directory may be a link; a FIFO, a file and nothing at all are refused at once")
    func kinds() throws {
        let node = try TestNode()
        let base = node.temporary.path
        try FileManager.default.createSymbolicLink(
            atPath: base + "/link", withDestinationPath: node.path)
        try DataDirectory(base + "/link", fsync: .always).release()
        mkfifo(base + "/fifo", 0o600)
        for (path, expected) in [
            ("/fifo", StorageFailure.wrongKind(path: base + "/fifo", expected: "directory")),
            ("/none", .noNode(path: base + "/none")),
            ("/n1/node.json", .wrongKind(path: base + "/n1/node.json", expected: "directory")),
        ] {
            let failure = storageFailure { _ = try DataDirectory(base + path, fsync: .always) }
            #expect(failure == expected)
        }
        try FileManager.default.removeItem(atPath: node.path + "/node.json")
        mkfifo(node.path + "/node.json", 0o600)
        let failure = storageFailure { _ = try open(node) }
        #expect(
            failure == .wrongKind(path: node.path + "/node.json", expected: "regular file"))
    }

    @Test(
        "a node file that is newer or no node file is refused, and left as it is",
        arguments: [#"{"format":2,"x":1}"#, "{}", "", "null", "[[[[", #"{"format":1e999}"#])
    func badIdentity(text: String) throws {
        let node = try TestNode()
        let url = URL(fileURLWithPath: node.path + "/node.json")
        try Data(text.utf8).write(to: url)
        let failure = storageFailure { _ = try open(node) }
        switch failure {
        case .newerFormat(url.path, 2, 1): #expect(text.contains("2"))
        case .damaged(url.path, 0, _): break
        default: Issue.record("\(String(describing: failure))")
        }
        #expect(try Data(contentsOf: url) == Data(text.utf8))
    }

    @Test("leftovers of interrupted replacements are removed at the next start")
    func leftovers() throws {
        let node = try TestNode()
        for name in ["/node.json.tmp", "/ring.jsonl.tmp", "/log/00000001.jsonl.tmp"] {
            try Data("half".utf8).write(to: URL(fileURLWithPath: node.path + name))
        }
        try open(node).release()
        for path in [node.path, node.logPath] {
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
            #expect(!names.contains { $0.hasSuffix(".tmp") })
        }
    }

    @Test("what cannot be made is a clear error")
    func unmakable() throws {
        let identity = try TestNode.makeIdentity()
        let failure = storageFailure {
            try DataDirectory.found(
                "/dev/null/n1", identity: identity, epoch: Array("{}".utf8), slots: [])
        }
        #expect(failure?.description == "cannot make /dev/null/n1: Not a directory")
    }
}
