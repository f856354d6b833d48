import Glibc
import Testing

@testable import LocalCluster

@Suite struct FoundingTests {
    struct Broken: Error {}

    @Test("a founding that fails leaves nothing, and the next one succeeds")
    func failedFounding() async throws {
        let test = try TestFolder()
        let plan = try test.plan()
        await #expect(throws: Broken.self) {
            try await test.cluster().up(
                plan,
                found: { request in
                    try Files.makeFolder(request.nodes[0].directory)
                    throw Broken()
                })
        }
        #expect(try Files.names(in: test.folder.path) == [])
        #expect(try await test.cluster().up(plan, found: test.found).hasFounded)
    }

    @Test("a plan that cannot be leaves not even a folder")
    func refused() async throws {
        let test = try TestFolder()
        var plan = try test.plan()
        plan.firstPort = 0
        await #expect(throws: LocalClusterError.self) {
            try await test.cluster().up(plan, found: test.found)
        }
        #expect(try Files.names(in: test.folder.path) == nil)
    }

    @Test("a founding that was cut off half way is begun anew")
    func cutOff() async throws {
        let test = try TestFolder()
        var generator = SystemRandomNumberGenerator()
        let half = try test.plan().manifest(random: &generator)
        try Files.makeFolder(test.folder.path + "/n1/log")
        try Files.replace(test.folder.path + "/n1/node.json", with: Array("half".utf8))
        try test.folder.write(half, to: test.folder.foundingPath)
        let report = try await test.cluster().up(try test.plan(), found: test.found)
        #expect(report.hasFounded)
        #expect(try test.cluster().manifest().id != half.id)
        #expect(try Files.names(in: test.folder.path + "/n1") == ["node.json"])
        #expect(try Files.read(test.folder.foundingPath) == nil)
    }

    @Test("files that were half written do not stand in a founding's way")
    func halfWritten() async throws {
        let test = try TestFolder()
        try Files.makeFolder(test.folder.path)
        for name in ["founding.json.new", "cluster.json.new"] {
            try Files.replace("\(test.folder.path)/\(name)", with: Array("{".utf8))
        }
        #expect(try await test.cluster().up(try test.plan(), found: test.found).hasFounded)
    }

    @Test("a file that cannot be put in place leaves nothing beside it")
    func noLeftOver() throws {
        let test = try TestFolder()
        try Files.makeFolder(test.path + "/taken/inside")
        #expect(throws: LocalClusterError.self) {
            try Files.replace(test.path + "/taken", with: Array("new".utf8))
        }
        #expect(try Files.names(in: test.path) == ["taken"])
    }

    @Test("wiping removes what recoveries made and kept, and names what is not the cluster's")
    func wipeRecovered() async throws {
        let test = try TestFolder()
        let cluster = test.cluster()
        _ = try await cluster.up(try test.plan(), found: test.found)
        try await cluster.kill(["n1", "n2", "n3"])
        for node in ["n1", "n2", "n3"] { try? Files.remove("\(test.folder.path)/\(node).ready") }
        for name in ["n1.before-recovery-cccccccc", "n2.recovered", "n1.old"] {
            try Files.makeFolder("\(test.folder.path)/\(name)/log")
        }
        for name in ["recovery.json", "n1.pid.new"] {
            try Files.replace("\(test.folder.path)/\(name)", with: Array("{".utf8))
        }
        #expect(try await cluster.wipe() == ["n1.old"])
        #expect(try Files.names(in: test.folder.path) == ["n1.old"])
    }

    @Test("while a recovery is unfinished no node is started, and it is said what to do")
    func unfinishedRecovery() async throws {
        let test = try TestFolder()
        let cluster = test.cluster()
        _ = try await cluster.up(try test.plan(), found: test.found)
        try await cluster.stop()
        try Files.replace(test.folder.recoveryPath, with: Array("{}".utf8))
        let refusal = LocalClusterError.recoveryUnfinished(folder: test.folder.path)
        await #expect(throws: refusal) {
            _ = try await cluster.up(try test.plan(), found: test.found)
        }
        await #expect(throws: refusal) { _ = try await cluster.start(["n1"]) }
        await #expect(throws: refusal) { _ = try await cluster.add(NodeOrder()) }
        #expect(refusal.description.contains("recover --force"))
        #expect(try cluster.processes().allSatisfy { !$0.isAlive })
    }

    @Test("a folder with other files is refused and left as it is")
    func foreign() async throws {
        let test = try TestFolder()
        try Files.makeFolder(test.folder.path)
        try Files.replace(test.folder.path + "/letter.txt", with: Array("dear".utf8))
        await #expect(throws: LocalClusterError.foreignFolder(folder: test.folder.path)) {
            try await test.cluster().up(try test.plan(), found: test.found)
        }
        #expect(try Files.names(in: test.folder.path) == ["letter.txt"])
    }

    @Test("a taken port is named before anything is founded or started")
    func portTaken() async throws {
        let test = try TestFolder()
        let listener = try Listener.any()
        let plan = FoundingPlan(name: "test", nodes: 3, firstPort: listener.port - 1)
        await #expect(
            throws: LocalClusterError.portTaken(node: "n2", host: "127.0.0.1", port: listener.port)
        ) {
            try await test.cluster().up(plan, found: test.found)
        }
        #expect(try Files.names(in: test.folder.path) == [])
    }

    @Test("starting options are kept for the next start")
    func options() async throws {
        let test = try TestFolder()
        var plan = try test.plan()
        _ = try await test.cluster().up(plan, found: test.found)
        plan.options = LaunchOptions(fsync: "no", threads: 2)
        _ = try await test.cluster().up(plan, found: test.found)
        #expect(try test.cluster().manifest().options == plan.options)
    }

    @Test("wiping is refused while a node runs, and then leaves no trace")
    func wipe() async throws {
        let test = try TestFolder()
        let cluster = test.cluster()
        _ = try await cluster.up(try test.plan(), found: test.found)
        for node in ["n1", "n2", "n3"] { try await test.awaitReady(node) }
        await #expect(throws: LocalClusterError.stillRunning(nodes: ["n1", "n2", "n3"])) {
            try await cluster.wipe()
        }
        try await cluster.stop()
        for node in ["n1", "n2", "n3"] {
            try Files.remove("\(test.folder.path)/\(node).ready")
        }
        try await cluster.wipe()
        #expect(try Files.names(in: test.folder.path) == nil)
        #expect(throws: LocalClusterError.noCluster(folder: test.folder.path)) {
            try cluster.manifest()
        }
        #expect(try await cluster.up(try test.plan(), found: test.found).hasFounded)
    }

    @Test(
        "a manifest that is damaged, newer or points elsewhere is refused",
        arguments: [
            "", "{", "[]", #"{"format": 1}"#,
            #"{"format": 1, "name": "a", "id": "", "host": "", "replicas": 3, "options": "#
                + #"{"fsync": "no"}, "nodes": [{"name": "n1", "port": 1, "directory": "../.."}]}"#,
            #"{"format": 1, "name": "a", "id": "", "host": "", "replicas": 3, "options": "#
                + #"{"fsync": "no"}, "nodes": [{"name": "n1", "port": 0, "directory": "n1"}]}"#,
        ])
    func damaged(text: String) throws {
        let test = try TestFolder()
        try Files.makeFolder(test.folder.path)
        try Files.replace(test.folder.manifestPath, with: Array(text.utf8))
        #expect {
            try test.cluster().manifest()
        } throws: { error in
            if case LocalClusterError.damaged = error { true } else { false }
        }
    }

    @Test("a later format is refused by its number")
    func newer() throws {
        let test = try TestFolder()
        try Files.makeFolder(test.folder.path)
        try Files.replace(test.folder.manifestPath, with: Array(#"{"format": 2, "x": 1}"#.utf8))
        #expect(
            throws: LocalClusterError.newerFormat(file: test.folder.manifestPath, format: 2)
        ) { try test.cluster().manifest() }
    }

    @Test("a lock that is held is waited for, and then named")
    func lock() async throws {
        let test = try TestFolder()
        let held = try await FolderLock.take(test.folder)
        await #expect(throws: LocalClusterError.busy(folder: test.folder.path)) {
            _ = try await FolderLock.take(test.folder, patience: .milliseconds(60))
        }
        held.release()
        try await FolderLock.take(test.folder).release()
    }
}
