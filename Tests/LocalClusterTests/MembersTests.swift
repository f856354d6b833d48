import Testing

@testable import LocalCluster

@Suite("Nodes that come and go")
struct MembersTests {
    /// A running cluster of three stand-ins.
    private func running(_ test: TestFolder) async throws -> LocalCluster {
        let cluster = test.cluster()
        _ = try await cluster.up(try test.plan(), found: test.found)
        return cluster
    }

    @Test("a new node gets the next free name, a port that fits it, and is started with the others")
    func add() async throws {
        let test = try TestFolder()
        let cluster = try await running(test)
        let first = try cluster.manifest().nodes[0].port
        let node = try await cluster.add(NodeOrder())
        #expect(node.name == "n4" && node.isJoining == true)
        #expect(node.port >= first + 3)
        #expect(try cluster.manifest().nodes.last == node)
        #expect(try cluster.processes().map(\.state).allSatisfy { $0 == .running })
        try await cluster.kill(["n1", "n4"])
        #expect(try await cluster.start().started == ["n1", "n4"])
    }

    @Test("two that are added at once get two names and two ports")
    func addTwice() async throws {
        let test = try TestFolder()
        let cluster = try await running(test)
        async let one = cluster.add(NodeOrder())
        async let two = cluster.add(NodeOrder())
        let nodes = try await [one, two]
        #expect(Set(nodes.map(\.name)) == ["n4", "n5"])
        #expect(Set(nodes.map(\.port)).count == 2)
        #expect(try cluster.manifest().nodes.count == 5)
    }

    @Test("names and ports of members elsewhere are not taken, nor those in use here")
    func clashes() async throws {
        let test = try TestFolder()
        let cluster = try await running(test)
        let listener = try Listener.any()
        let first = try cluster.manifest().nodes[0].port
        var order = NodeOrder(takenNames: ["n4", "n7", "other"], takenPorts: [first + 7])
        let next = try cluster.next(order)
        #expect(next.name == "n8")
        #expect(next.port > first + 7)
        order.port = listener.port
        let taken = LocalClusterError.portTaken(
            node: "n8", host: "127.0.0.1", port: listener.port)
        await #expect(throws: taken) { try await cluster.add(order) }
        #expect(try cluster.manifest().nodes.count == 3)
        for name in ["n2", "n7", "cluster.json", "../n9", "n1.log"] {
            await #expect(throws: LocalClusterError.self) {
                try await cluster.add(NodeOrder(name: name, takenNames: ["n7"]))
            }
        }
        await #expect(throws: LocalClusterError.badPlan(why: "port \(first) is another node's")) {
            try await cluster.add(NodeOrder(port: first))
        }
        #expect(try cluster.processes().map(\.name) == ["n1", "n2", "n3"])
    }

    @Test("only a node that is not known to be a member is told to join, by those that are")
    func launchWords() async throws {
        let test = try TestFolder()
        let launch = NodeLaunch.ownExecutable
        var node = NodeLaunch.Node(
            directory: "/d", host: "127.0.0.1", port: 7_104, options: LaunchOptions())
        #expect(!launch.arguments(node).contains("--join"))
        node.join = NodeLaunch.Join(
            name: "n4", seeds: ["127.0.0.1:7101", "127.0.0.1:7102"], clusterID: "c")
        let words = launch.arguments(node)
        #expect(
            words.suffix(6) == [
                "--join", "127.0.0.1:7101,127.0.0.1:7102", "--name", "n4", "--cluster-id", "c",
            ])
        let cluster = try await running(test)
        let added = try await cluster.add(NodeOrder())
        try await cluster.confirmJoined([added.name])
        #expect(try cluster.manifest().nodes.allSatisfy { $0.isJoining == nil })
    }

    @Test("a node that has left is forgotten with its files; one that runs is not")
    func forget() async throws {
        let test = try TestFolder()
        let cluster = try await running(test)
        await #expect(throws: LocalClusterError.stillRunning(nodes: ["n2"])) {
            try await cluster.forget("n2")
        }
        #expect(try await !cluster.awaitEnd(of: "n2", within: .milliseconds(1)))
        try await cluster.kill(["n2"])
        #expect(try await cluster.awaitEnd(of: "n2", within: .seconds(10)))
        try await cluster.forget("n2")
        #expect(try cluster.manifest().nodes.map(\.name) == ["n1", "n3"])
        let left = try #require(try Files.names(in: cluster.folder.path))
        #expect(!left.contains { $0 == "n2" || $0.hasPrefix("n2.") && $0 != "n2.ready" })
        // The name of the newest is free again; that of one in between is not used anew.
        #expect(try cluster.next(NodeOrder()).name == "n4")
    }

    @Test("the last node goes with its cluster only")
    func last() async throws {
        let test = try TestFolder()
        let cluster = try await running(test)
        try await cluster.kill(["n1", "n2", "n3"])
        try await cluster.forget("n1")
        try await cluster.forget("n2")
        await #expect(throws: LocalClusterError.self) { try await cluster.forget("n3") }
        #expect(try cluster.manifest().nodes.map(\.name) == ["n3"])
    }

    @Test("a node that was about to leave and whose data are gone is forgotten at the next start")
    func leftMeanwhile() async throws {
        let test = try TestFolder()
        let cluster = try await running(test)
        let node = try cluster.manifest().node(named: "n2")
        let identity = cluster.folder.directory(of: node) + "/node.json"
        try Files.replace(identity, with: Array("{}".utf8))
        try await cluster.note(leaving: true, of: "n2")
        try await cluster.kill(["n2"])
        #expect(try await cluster.start().started == ["n2"], "its data are there")
        try await cluster.kill(["n2"])
        try Files.remove(identity)
        #expect(try await cluster.start().started.isEmpty)
        #expect(try cluster.manifest().nodes.map(\.name) == ["n1", "n3"])
    }

    @Test("a node that was about to leave and stays is like any other")
    func stays() async throws {
        let test = try TestFolder()
        let cluster = try await running(test)
        try await cluster.note(leaving: true, of: "n2")
        try await cluster.note(leaving: false, of: "n2")
        try await cluster.kill(["n2"])
        #expect(try await cluster.start().started == ["n2"])
    }
}
