import Glibc
import Testing

@testable import LocalCluster

@Suite struct LocalClusterTests {
    @Test("up founds and starts; a second up finds all running and starts none")
    func up() async throws {
        let test = try TestFolder()
        let first = try await test.cluster().up(try test.plan(), found: test.found)
        #expect(first.hasFounded)
        #expect(first.started == ["n1", "n2", "n3"])
        let second = try await test.cluster().up(try test.plan(), found: test.found)
        #expect(second == StartReport(alreadyRunning: ["n1", "n2", "n3"]))
        let processes = try test.cluster().processes()
        #expect(processes.map(\.state) == [.running, .running, .running])
        #expect(Set(processes.map(\.pid)).count == 3)
    }

    @Test("two ups at once start each node once")
    func upTwice() async throws {
        let test = try TestFolder()
        let plan = try test.plan()
        async let one = test.cluster().up(plan, found: test.found)
        async let two = test.cluster().up(plan, found: test.found)
        let reports = try await [one, two]
        #expect(reports.filter(\.hasFounded).count == 1)
        #expect(reports.flatMap(\.started).sorted() == ["n1", "n2", "n3"])
        #expect(reports.flatMap(\.alreadyRunning).sorted() == ["n1", "n2", "n3"])
    }

    @Test("stop, kill, pause and resume are seen in the processes")
    func actions() async throws {
        let test = try TestFolder()
        let cluster = test.cluster()
        _ = try await cluster.up(try test.plan(), found: test.found)
        try cluster.pause(["n1"])
        try await until("n1 paused") { try cluster.processes()[0].state == .paused }
        try cluster.resume(["n1"])
        try await until("n1 running") { try cluster.processes()[0].state == .running }
        try await cluster.kill(["n2"])
        #expect(try cluster.processes()[1].state == .exited(.signalled(signal: SIGKILL)))
        // A paused node is stopped as well: it is let go on to hear it.
        try cluster.pause(["n1"])
        #expect(try await cluster.stop() == ["n1", "n3"])
        let states = try cluster.processes().map(\.state)
        #expect(states[0] == .exited(.signalled(signal: SIGTERM)))
        #expect(states[2] == .exited(.signalled(signal: SIGTERM)))
        #expect(try await cluster.stop().isEmpty)
        #expect(try await cluster.start(["n2"]).started == ["n2"])
    }

    @Test("a node that does not hear SIGTERM is named, and kill ends it")
    func deaf() async throws {
        let test = try TestFolder()
        let cluster = test.cluster("trap '' TERM; ")
        _ = try await cluster.up(try test.plan(), found: test.found)
        for node in ["n1", "n2", "n3"] { try await test.awaitReady(node) }
        await #expect(throws: LocalClusterError.didNotStop(node: "n2", seconds: 0)) {
            try await cluster.stop(["n2"], patience: .milliseconds(50))
        }
        try await cluster.kill(["n1", "n2", "n3"])
        #expect(try cluster.processes().allSatisfy { !$0.isAlive })
    }

    @Test("kill, pause and resume of a node without a process say so and touch no other")
    func notRunning() async throws {
        let test = try TestFolder()
        let cluster = test.cluster()
        _ = try await cluster.up(try test.plan(), found: test.found)
        try await cluster.kill(["n2"])
        let refusal = LocalClusterError.notRunning(node: "n2")
        await #expect(throws: refusal) { try await cluster.kill(["n1", "n2"]) }
        #expect(throws: refusal) { try cluster.pause(["n1", "n2"]) }
        #expect(throws: refusal) { try cluster.resume(["n2"]) }
        #expect(throws: LocalClusterError.noSuchNode(name: "n9", known: ["n1", "n2", "n3"])) {
            try cluster.pause(["n9"])
        }
        #expect(try cluster.processes()[0].state == .running)
    }

    @Test("a stale record is never signalled, whichever part of it is stale")
    func staleRecord() async throws {
        let test = try TestFolder()
        let cluster = test.cluster()
        _ = try await cluster.up(try test.plan(), found: test.found)
        try await cluster.kill(["n1"])
        // Another program now has the id that the record names.
        let bystander = try test.launch().spawn(
            NodeLaunch.Node(
                directory: test.path + "/bystander", host: "", port: 1, options: LaunchOptions()),
            log: test.path + "/bystander.log")
        defer {
            Glibc.kill(bystander, SIGKILL)
            waitpid(bystander, nil, 0)
        }
        let right = try #require(try ProcessRecord.of(pid: bystander))
        var early = right
        early.startTicks -= 1
        var other = right
        other.executable = "/usr/bin/ringmaster"
        var boot = right
        boot.bootID = "before"
        for record in [early, other, boot] {
            try cluster.write(record, of: "n1")
            await #expect(throws: LocalClusterError.notRunning(node: "n1")) {
                try await cluster.kill(["n1"])
            }
            #expect(try await cluster.stop(["n1"]).isEmpty)
            #expect(try ProcessFacts.read(pid: bystander)?.hasEnded == false)
            #expect(try cluster.processes()[0].pid == nil)
        }
    }

    @Test("a node whose record was lost or damaged is found again, not started twice")
    func lostRecord() async throws {
        let test = try TestFolder()
        let cluster = test.cluster()
        _ = try await cluster.up(try test.plan(), found: test.found)
        let before = try cluster.processes().map(\.pid)
        try Files.remove(cluster.folder.recordPath(of: "n1"))
        try Files.replace(cluster.folder.recordPath(of: "n2"), with: Array("{".utf8))
        let report = try await cluster.start()
        #expect(report.started.isEmpty)
        #expect(try cluster.processes().map(\.pid) == before)
    }

    @Test("a pipe in place of a record or manifest is damage, and is not waited for")
    func notRegular() async throws {
        let test = try TestFolder()
        let cluster = test.cluster()
        _ = try await cluster.up(try test.plan(), found: test.found)
        let before = try cluster.processes().map(\.pid)
        let record = cluster.folder.recordPath(of: "n1")
        try Files.remove(record)
        try #require(mkfifo(record, 0o600) == 0)
        #expect(try await cluster.start().started.isEmpty)
        #expect(try cluster.processes().map(\.pid) == before)
        let manifest = cluster.folder.manifestPath
        try Files.move(manifest, to: manifest + ".aside")
        try #require(mkfifo(manifest, 0o600) == 0)
        let damage = LocalClusterError.damaged(file: manifest, why: "it is not a regular file")
        #expect(throws: damage) { try cluster.processes() }
        try Files.move(manifest + ".aside", to: manifest)
    }

    @Test("a node whose disk was lost keeps no other from starting, and is named with what to do")
    func lostDisk() async throws {
        let test = try TestFolder()
        let cluster = test.cluster()
        _ = try await cluster.up(try test.plan(), found: test.found)
        try await cluster.kill(["n1", "n2"])
        let directory = cluster.folder.directory(of: try cluster.manifest().nodes[0])
        try Files.remove(directory)
        let lost = LocalClusterError.lostData(node: "n1", directory: directory)
        await #expect(throws: lost) { try await cluster.start() }
        #expect(try cluster.processes().map(\.isAlive) == [false, true, true])
        #expect(lost.description.contains("ringmaster evict n1"))
        try await cluster.forgetLost("n1")
        try await cluster.forgetLost("n2")
        try await cluster.forgetLost("n9")
        #expect(try await cluster.start().alreadyRunning == ["n2", "n3"])
    }

    @Test("a node that ends at once is named with how it ended and what it printed")
    func endsAtOnce() async throws {
        let test = try TestFolder()
        let cluster = test.cluster("echo cannot go on; exit 3; ")
        do {
            _ = try await cluster.up(try test.plan(), found: test.found)
            try await until("n1 ended") { try !cluster.processes()[0].isAlive }
            try cluster.requireAlive(["n1"])
            Issue.record("a node that ended was taken for alive")
        } catch LocalClusterError.didNotStart(let node, let how, let log) {
            #expect(node.hasPrefix("n"))
            #expect(how == "exit code 3")
            #expect(log == "cannot go on\n")
        }
    }

    @Test("a child has a session of its own, no terminal, no descriptor of ours, and its log")
    func child() async throws {
        let test = try TestFolder()
        let ours = open("/dev/zero", O_RDONLY)
        defer { close(ours) }
        let cluster = test.cluster("echo out; echo err >&2; ")
        _ = try await cluster.up(try test.plan(), found: test.found)
        try await test.awaitReady("n1")
        let pid = Int32(try #require(try cluster.processes()[0].pid))
        #expect(getsid(pid) == pid)
        #expect(ProcessFacts.executable(pid: "\(pid)") != nil)
        let links = try (Files.names(in: "/proc/\(pid)/fd") ?? []).compactMap {
            Files.target(of: "/proc/\(pid)/fd/\($0)")
        }
        #expect(links.contains("/dev/null"))
        #expect(!links.contains("/dev/zero"))
        #expect(Files.tail(cluster.folder.logPath(of: "n1"), bytes: 100) == "out\nerr\n")
        // A second start appends.
        try await cluster.kill(["n1"])
        try Files.remove("\(cluster.folder.path)/n1.ready")
        _ = try await cluster.start(["n1"])
        try await test.awaitReady("n1")
        #expect(Files.tail(cluster.folder.logPath(of: "n1"), bytes: 100) == "out\nerr\nout\nerr\n")
    }
}
