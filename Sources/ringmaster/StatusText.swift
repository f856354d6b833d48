import Client

/// A cluster's status for people.
struct StatusText {
    let status: ClusterStatus
    let paint: Paint

    init(_ status: ClusterStatus, _ paint: Paint) {
        self.status = status
        self.paint = paint
    }

    var text: String { header + "\n" + nodes + former + moves + attention }

    private var header: String {
        let cluster = status.cluster
        let serving = status.nodes.count(where: \.isServing)
        var words = [
            "\(cluster.name)", "epoch \(cluster.epoch)", health,
            "nodes \(serving)/\(status.nodes.count) up", "keys \(Shown.number(cluster.keys))",
            "N \(cluster.replicas)", "settled \(Shown.number(status.slots.settled)) slots",
        ]
        let counts = [
            ("settling", status.slots.settling), ("under-replicated", status.slots.lacking),
            ("unavailable", status.slots.unavailable), ("moving", status.slots.moving),
        ]
        for (word, count) in counts where count > 0 {
            words.append("\(word) \(Shown.number(count))")
        }
        return words.joined(separator: "  ")
    }

    private var health: String {
        let word = status.cluster.health.rawValue
        return switch status.cluster.health {
        case .ok: paint.good(word)
        case .degraded: paint.warning(word)
        case .unavailable: paint.bad(word)
        }
    }

    private var nodes: String {
        var table = Columns(
            "NODE", "ADDRESS", "STATE", "HOME", "REPLICA", "SLOTS", "OPS/s", "LAG", "PID", "PROCESS"
        )
        for node in status.nodes {
            table.add(
                node.name, Endpoint(host: node.host, port: node.port).description,
                state(node),
                shown(node.homeKeys), shown(node.replicaKeys), shown(node.homeSlots),
                shown(node.operationsPerSecond.map { Int($0.rounded()) }), shown(node.lagRecords),
                node.pid.map(String.init) ?? "–", node.process)
        }
        return table.text
    }

    private func state(_ node: NodeStatus) -> String {
        let words = [
            node.state.rawValue, node.contact == "reachable" ? nil : node.contact,
            node.evictionSeconds.map { "evicted in \(Shown.time(seconds: $0))" },
            status.evictionObstacle(of: node),
        ]
        return words.compactMap { $0 }.joined(separator: ", ")
    }

    private var former: String {
        status.former.map { node in
            "\n\(node.name) at \(Endpoint(host: node.host, port: node.port)) "
                + "\(node.state == .evicted ? "was evicted" : "has left"); some slots are still "
                + "being settled without it"
        }.joined()
    }

    private var moves: String {
        status.moves.isEmpty ? "" : "\n\n" + MovesTable(status.moves).text
    }

    private var attention: String {
        guard !status.attention.isEmpty else { return "" }
        let names = Dictionary(
            status.nodes.map { ($0.number, $0.name) }, uniquingKeysWith: { first, _ in first })
        var table = Columns("SLOTS", "HAVE/WANT", "REPLICAS", "WHY")
        let shownMax = 12
        for run in status.attention.prefix(shownMax) {
            let replicas = run.replicas.map { number in
                let name = names[number] ?? "\(number)"
                return run.absent.contains(number) ? "[\(name)]" : name
            }
            let why =
                run.isUnavailable ? "unavailable" : run.isSettled ? "copies missing" : "settling"
            table.add(
                "\(run.first)–\(run.last)", "\(run.copies)/\(run.wanted)",
                replicas.joined(separator: " "), why)
        }
        let more = status.attention.count - shownMax
        return "\n\n" + table.text + (more > 0 ? "\nand \(more) more runs of slots" : "")
    }

    private func shown(_ number: Int?) -> String { number.map(Shown.number) ?? "–" }
}
