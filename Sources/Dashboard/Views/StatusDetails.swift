import Client
import Terminal

/// What the commands `:status` and `:ps` show.
extension Model {
    /// The cluster and its nodes in short.
    func statusDetails() -> (title: String, lines: [String]) {
        guard let status else { return ("Status", ["the ring is not known at the moment"]) }
        let slots = status.slots
        let counts = [
            (slots.settled, "settled"), (slots.lacking, "under-replicated"),
            (slots.settling, "settling"), (slots.unavailable, "unavailable"),
            (slots.moving, "moving"),
        ]
        let cluster = status.cluster
        var lines = [
            "cluster   \(ForeignText.shown(cluster.name)), epoch \(cluster.epoch), "
                + "N \(cluster.replicas), \(cluster.health.rawValue)",
            "keys      \(cluster.keys.grouped), balance \(cluster.balance.text(2))",
            "slots     "
                + counts.filter { $0.0 > 0 }.map { "\($0.0.grouped) \($0.1)" }
                .joined(separator: ", "),
            "",
        ]
        for node in status.nodes {
            var words = [node.stateText]
            if node.state == .down { words += [eviction(of: node.number)].compactMap(\.self) }
            if node.isServing {
                words.append("home of \(node.homeSlots.of("slot"))")
                words += [node.homeKeys.map { $0.of("key") }].compactMap(\.self)
                words += [node.lagRecords.map { "lag \($0.grouped)" }].compactMap(\.self)
            }
            lines.append(
                ForeignText.shown(node.name).fitted(8, isASCII: isASCII)
                    + "\(ForeignText.shown(node.host)):\(node.port)".fitted(22, isASCII: isASCII)
                    + words.joined(separator: ", "))
        }
        if !changes.waiting.isEmpty { lines.append("") }
        for change in changes.waiting {
            lines.append(
                "change \(change.change)  \(change.words)  "
                    + (change.state == .waiting ? "waits" : change.percentText))
        }
        return ("Status", lines)
    }

    /// The nodes' processes.
    func processDetails(_ dash: String) -> (title: String, lines: [String]) {
        guard let status else { return ("Processes", ["no node is known at the moment"]) }
        var lines = [
            "NODE".fitted(8) + "PROCESS".fitted(10) + "PID".fitted(9) + "UP FOR".fitted(12)
                + "MEMORY".fitted(10) + "ADDRESS"
        ]
        for node in status.nodes {
            lines.append(
                ForeignText.shown(node.name).fitted(8, isASCII: isASCII)
                    + node.process.fitted(10)
                    + (node.process == "exited" ? dash : node.pid.map(String.init) ?? dash).fitted(
                        9)
                    + (node.uptimeMilliseconds?.durationText ?? dash).fitted(12)
                    + (node.memoryBytes?.bytesText ?? dash).fitted(10)
                    + "\(ForeignText.shown(node.host)):\(node.port)")
        }
        return ("Processes", lines)
    }
}
