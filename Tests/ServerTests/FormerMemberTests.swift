import Foundation
import Ring
import ServerCore
import Testing

@testable import Server

@Suite(
    "A node that its newest epoch lists no more, or as a former member", .timeLimit(.minutes(1)))
struct FormerMemberTests {
    private static let leaver = 4

    /// The ports of the four are the next ones; nobody else's are there.
    private let firstPort = Int.random(in: 14_000..<19_000)

    /// The epochs of a cluster of four whose last node goes: the first that has it as a former
    /// member, and the first that does not know it.
    private func epochs(
        _ node: TestNode, isEvicted: Bool
    ) throws -> (former: RingEpoch, without: RingEpoch) {
        func next(_ epoch: RingEpoch, _ change: EpochChange) throws -> RingEpoch {
            try #require(epoch.next(applying: [change], settled: { _ in true }))
        }
        var generator = SystemRandomNumberGenerator()
        var epoch = RingEpoch.founding(
            clusterID: node.identity.clusterID, clusterName: "demo", settings: ClusterSettings(),
            nodes: (1...4).map { number in
                (
                    id: number == Self.leaver ? node.identity.id : NodeID(random: &generator),
                    name: "n\(number)", host: "127.0.0.1", port: firstPort + number
                )
            })
        if isEvicted { epoch = try next(epoch, .down(member: Self.leaver)) }
        let wish: ChangeRequest.Wish =
            isEvicted ? .evict(member: Self.leaver) : .leave(member: Self.leaver)
        epoch = try next(epoch, .request(ChangeRequest(id: "r", wish: wish)))
        let former = try next(epoch, .finish(change: epoch.queue.lastChange))
        #expect(former.former.map(\.number) == [Self.leaver])
        let without = try next(former, .trim)
        #expect(without.former.isEmpty && without.validate() == nil)
        return (former, without)
    }

    /// Makes a directory whose ring file ends with an epoch.
    private func found(_ node: TestNode, _ epoch: RingEpoch) throws -> String {
        let path = node.temporary.path + "/leaver"
        var identity = node.identity
        identity.name = "n\(Self.leaver)"
        try DataDirectory.found(
            path, identity: identity, epoch: [UInt8](try JSONEncoder().encode(epoch)), slots: [])
        return path
    }

    private func options(_ path: String, port: Int? = nil) -> NodeOptions {
        NodeOptions(directory: path, port: port ?? firstPort + Self.leaver, threads: 2)
    }

    private func makeNode() throws -> TestNode {
        try TestNode(cluster: String(repeating: "c", count: 32))
    }

    @Test("one that had left and was killed before it dropped its data drops it at its next start")
    func left() async throws {
        let node = try makeNode()
        let path = try found(node, try epochs(node, isEvicted: false).without)
        try await NodeProgram.run(options(path))
        #expect(try NodeProgram.isVacant(path))
        #expect(try JoinTicket.read(from: path) == nil)
        #expect(try Directories.names(path + "/log").isEmpty)
    }

    @Test("one that was evicted and killed before it dropped its data begins to join anew")
    func evicted() async throws {
        let node = try makeNode()
        let path = try found(node, try epochs(node, isEvicted: true).without)
        let running = Task { try await NodeProgram.run(options(path)) }
        try await until { try JoinTicket.read(from: path) != nil && NodeProgram.isVacant(path) }
        let ticket = try #require(try JoinTicket.read(from: path))
        #expect(ticket.formerNumber == Self.leaver && ticket.name == "n4")
        #expect(
            ticket.id != node.identity.id && ticket.seeds.map { $0.port - firstPort } == [1, 2, 3])
        running.cancel()
        _ = await running.result
    }

    @Test("one whose copies may still be asked for runs, and nothing is left of it afterwards")
    func former() async throws {
        defer { NodeProgram.heedSignals() }
        let node = try makeNode()
        let path = try found(node, try epochs(node, isEvicted: false).former)
        let directory = try DataDirectory(path, fsync: .always)
        defer { directory.release() }
        weak var process: ProcessContext?
        do {
            let running = try RunningNode(options(path), directory, NodeProgram.logger)
            #expect(running.process.number == Self.leaver)
            process = running.process
            let run = Task { try await running.run() }
            try await until { running.process.loaded.withLockedValue { $0 == 1 } }
            run.cancel()
            try await run.value
        }
        // The log's thread may be on its last line.
        try await until { process == nil }
    }

    private func until(_ isSo: () throws -> Bool) async throws {
        while try !isSo() { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test("another address than the epoch has is refused, and both are named")
    func elsewhere() throws {
        let node = try makeNode()
        let path = try found(node, try epochs(node, isEvicted: false).former)
        let directory = try DataDirectory(path, fsync: .always)
        defer { directory.release() }
        do {
            _ = try RunningNode(options(path, port: 7), directory, NodeProgram.logger)
            Issue.record("not refused")
        } catch let failure as NodeFailure {
            #expect(failure.description.contains("127.0.0.1:\(firstPort + Self.leaver) "))
            #expect(failure.description.contains("127.0.0.1:7:"))
        }
    }
}
