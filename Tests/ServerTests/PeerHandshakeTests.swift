import RESP
import Ring
import Testing

@testable import Server

@Suite("Handshake between nodes")
struct PeerHandshakeTests {
    private let epoch: RingEpoch
    private let identity: NodeIdentity

    init() {
        var generator = SystemRandomNumberGenerator()
        let cluster = String(repeating: "c", count: 32)
        epoch = RingEpoch.founding(
            clusterID: cluster, clusterName: "demo", settings: ClusterSettings(),
            nodes: (1...2).map { (NodeID(random: &generator), "n\($0)", "127.0.0.1", 7_100 + $0) })
        identity = NodeIdentity(
            id: epoch.members[0].id, name: "n1", host: "127.0.0.1", port: 7_101,
            clusterID: cluster, clusterName: "demo")
    }

    /// What the first node makes of a request of the second.
    private func caller(
        version: String = "1", cluster: String? = nil, incarnation: String = "1",
        epoch number: String = "1", role: String = "data", more: [String] = [""]
    ) throws -> PeerHandshake.Caller {
        let words =
            [
                "RING", "PEER", version, cluster ?? identity.clusterID,
                epoch.members[1].id.description, incarnation, number, role,
            ] + more
        return try withArguments(words.map { Array($0.utf8) }) { arguments in
            try PeerHandshake.Caller(arguments, identity, epoch)
        }
    }

    @Test("a member of the epoch is let in, by control or data")
    func member() throws {
        #expect(try caller().member == epoch.members[1].number)
        #expect(try caller(role: "control").role == .control)
        let most = "\(RingEpoch.numberLimit - 1)"
        #expect(try caller(incarnation: most, epoch: most).role == .data)
    }

    @Test(
        "numbers that no epoch and no incarnation can have are refused",
        arguments: ["", "x", "-1", "1x", "9007199254740992", "99999999999999999999"])
    func numbers(_ text: String) {
        let refusal = PeerHandshake.Refusal(text: "RING PEER is malformed")
        #expect(throws: refusal) { try caller(incarnation: text) }
        #expect(throws: refusal) { try caller(epoch: text) }
    }

    @Test("whatever else does not fit is refused")
    func others() {
        for refused in [
            { try caller(version: "2") }, { try caller(version: "x") },
            { try caller(cluster: "another") }, { try caller(role: "both") },
            { try caller(more: []) }, { try caller(more: ["", ""]) },
        ] {
            #expect(throws: PeerHandshake.Refusal.self) { try refused() }
        }
    }
}
