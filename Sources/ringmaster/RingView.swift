import Client
import Ring

/// The ring of an epoch as it is printed.
struct RingView {
    let epoch: RingEpoch
    private let ring: TokenRing

    init(_ epoch: RingEpoch) {
        self.epoch = epoch
        ring = epoch.ring
    }

    struct Overview: Encodable {
        struct Node: Encodable {
            var name: String
            var host: String
            var port: Int
            var state: MemberState
            var tokens: [Int]
            var ownedSlots: Int
            var homeSlots: Int
            var predecessor: String?
            var successor: String?
        }

        var cluster: String
        var epoch: Int
        var replicas: Int
        var nodes: [Node]
    }

    var overview: Overview {
        let homes = epoch.homeSlotCounts
        var owned: [Int: Int] = [:]
        for arc in epoch.arcs { owned[arc.present.replicas[0], default: 0] += arc.slotCount }
        return Overview(
            cluster: epoch.clusterName, epoch: epoch.number, replicas: epoch.settings.replicas,
            nodes: epoch.members.map { member in
                Overview.Node(
                    name: member.name, host: member.host, port: member.port, state: member.state,
                    tokens: member.tokens, ownedSlots: owned[member.number] ?? 0,
                    homeSlots: homes[member.number] ?? 0,
                    predecessor: name(ring.predecessor(of: member.number)),
                    successor: name(ring.successor(of: member.number)))
            })
    }

    var overviewText: String {
        let overview = overview
        var table = Columns(
            "NODE", "ADDRESS", "STATE", "TOKENS", "OWNS", "HOME", "PREDECESSOR", "SUCCESSOR")
        for node in overview.nodes {
            table.add(
                node.name, Endpoint(host: node.host, port: node.port).description,
                node.state.rawValue, "\(node.tokens.count)", Shown.number(node.ownedSlots),
                Shown.number(node.homeSlots), node.predecessor ?? "–", node.successor ?? "–")
        }
        return "\(overview.cluster)  epoch \(overview.epoch)  N \(overview.replicas)  "
            + "\(Shown.number(Slots.count)) slots\n" + table.text
    }

    /// One node's place.
    func report(of member: Member) -> NodeRingReport {
        let neighbours = ring.neighbours(of: member.number)
        let tokens = member.tokens.map { token -> NodeRingReport.Token in
            let around = neighbours.first { $0.token == token }
            return NodeRingReport.Token(
                token: token, slots: ring.index(owning: token).map(ring.slotCount(at:)) ?? 0,
                predecessor: name(around?.predecessor), successor: name(around?.successor))
        }
        let fingers = FingerTable(of: member.number, in: ring)?.fingers ?? []
        return NodeRingReport(
            name: member.name, number: member.number, host: member.host, port: member.port,
            state: member.state, epoch: epoch.number,
            predecessor: name(ring.predecessor(of: member.number)),
            successor: name(ring.successor(of: member.number)), tokens: tokens,
            fingers: fingers.map { finger in
                let path = ring.chordPath(from: member.number, to: finger.start) ?? []
                return NodeRingReport.Finger(
                    start: finger.start, token: finger.token,
                    node: name(finger.member) ?? "\(finger.member)",
                    chordHops: max(path.count - 1, 0),
                    hops: finger.member == member.number ? 0 : 1)
            })
    }

    private func name(_ number: Int?) -> String? {
        number.flatMap { epoch.member(number: $0)?.name }
    }
}

/// One node's place on the ring.
struct NodeRingReport: Encodable {
    struct Token: Encodable {
        /// The position: the last slot that it owns.
        var token: Int
        /// How many slots it owns.
        var slots: Int
        /// The nearest other node before it.
        var predecessor: String?
        /// The nearest other node after it.
        var successor: String?
    }

    struct Finger: Encodable {
        /// The slot that the finger looks for.
        var start: Int
        /// The first token at or after that.
        var token: Int
        /// Whose that is.
        var node: String
        /// How many hops Chord would take to that slot.
        var chordHops: Int
        /// How many this ring takes.
        var hops: Int
    }

    var name: String
    var number: Int
    var host: String
    var port: Int
    var state: MemberState
    var epoch: Int
    var predecessor: String?
    var successor: String?
    var tokens: [Token]
    var fingers: [Finger]

    var text: String {
        var tokenTable = Columns("TOKEN", "SLOTS", "PREDECESSOR", "SUCCESSOR")
        for token in tokens {
            tokenTable.add(
                "\(token.token)", Shown.number(token.slots), token.predecessor ?? "–",
                token.successor ?? "–")
        }
        var fingerTable = Columns("FINGER", "SLOT", "TOKEN", "NODE", "CHORD HOPS", "HOPS HERE")
        for (index, finger) in fingers.enumerated() {
            fingerTable.add(
                "\(index)", "\(finger.start)", "\(finger.token)", finger.node,
                "\(finger.chordHops)", "\(finger.hops)")
        }
        let address = Endpoint(host: host, port: port)
        return """
            \(name)  \(address)  \(state.rawValue)  epoch \(epoch)  \
            predecessor \(predecessor ?? "–")  successor \(successor ?? "–")

            \(tokenTable.text)

            \(fingerTable.text)
            """
    }
}
