import Client
import Ring
import Terminal

/// All about one node.
extension Model {
    func nodeDetails(
        _ number: Int, _ arrow: String, _ dash: String
    ) -> (title: String, lines: [String]) {
        guard let epoch, let member = epoch.members.first(where: { $0.number == number }),
            let node = status?.nodes.first(where: { $0.number == number })
        else { return ("Node", ["the node is not known at the moment"]) }
        let view = known?.snapshot.member(number)
        var lines = [
            "address       \(ForeignText.shown(member.host)):\(member.port)",
            "id            \(member.id)",
            "state         \(node.stateText), \(node.contact), process \(node.process)"
                + (node.pid.map { ", pid \($0)" } ?? ""),
            "incarnation   \(member.incarnation)" + (member.isVoter ? ", voter" : ""),
            "home          \(node.homeSlots.of("slot")), "
                + (node.homeKeys.map { $0.of("key") } ?? "keys unknown"),
            "replica       \(node.replicaSlots.of("slot")), "
                + (node.replicaKeys.map { $0.of("key") } ?? "keys unknown"),
        ]
        if let why = eviction(of: number) { lines.append("eviction      \(why)") }
        if let before = epoch.ring.predecessor(of: number),
            let after = epoch.ring.successor(of: number)
        {
            lines.append(
                "neighbours    predecessor \(epoch.name(before)), successor \(epoch.name(after))")
        }
        // What a node that is not heard said of itself is not so any more.
        if let view, !view.contact.isUnreachable, let report = view.report {
            lines += reportLines(report, epoch)
        }
        lines += fingerLines(number, epoch)
        lines += eventLines(of: member.name)
        lines += ["", "tokens        " + member.tokens.map(String.init).joined(separator: " ")]
        lines.append(
            "slot ranges   "
                + epoch.arcs.filter { $0.present.home == number }.map {
                    $0.first == $0.last ? "\($0.first)" : "\($0.first)\(dash)\($0.last)"
                }.joined(separator: " "))
        return ("Node \(ForeignText.shown(member.name))", lines)
    }

    private func reportLines(_ report: NodeReport, _ epoch: RingEpoch) -> [String] {
        var lines = [
            "up for        \(report.uptimeMilliseconds.durationText), epoch \(report.epoch)",
            "memory        \(report.memoryBytes.bytesText), processor time "
                + report.processorMilliseconds.durationText,
            "log           \(report.log.bytes.bytesText) in \(report.log.segments.of("file")), "
                + "\(report.log.records.of("record")), \(report.log.syncs.of("sync")), "
                + "fsync \(ForeignText.shown(report.fsync))",
            "threads       \(report.threads), clients \(report.clients)",
            "requests      \(report.traffic.reads.of("read")), \(report.traffic.writes.of("write")), "
                + "\(report.traffic.forwarded.grouped) passed on, "
                + "\(report.traffic.unknown.grouped) unknown, "
                + "\(report.traffic.refused.grouped) not done",
        ]
        if report.loaded < 1 { lines.append("loading       \((100 * report.loaded).text(0)) %") }
        if let why = report.writesStopped {
            lines.append("WRITES STOPPED  \(ForeignText.shown(why))")
        }
        if !report.followers.isEmpty { lines += ["", "successors of its home slots:"] }
        for follower in report.followers {
            let link = follower.isConnected ? "linked" : "no link"
            lines.append(
                "  \(epoch.name(follower.member))   \(link), level in "
                    + "\(follower.levelSlots.grouped) of \(follower.slots.of("slot")), lag "
                    + "\(follower.lagRecords.of("record")) \(follower.lagMilliseconds) ms")
        }
        return lines
    }

    /// The fingers that Chord would keep for the node's first token, and how far each slot is.
    private func fingerLines(_ number: Int, _ epoch: RingEpoch) -> [String] {
        guard let table = FingerTable(of: number, in: epoch.ring) else { return [] }
        var lines = [
            "",
            "fingers of its token \(table.token.grouped), as in Chord; here every node knows all:",
            "  " + "FINGER".fitted(9) + "SLOT".fitted(8) + "TOKEN".fitted(8) + "NODE".fitted(8)
                + "CHORD HOPS".fitted(12) + "HOPS HERE",
        ]
        for (index, finger) in table.fingers.enumerated() {
            let path = epoch.ring.chordPath(from: number, to: finger.start) ?? []
            lines.append(
                "  " + "\(index)".fitted(9) + "\(finger.start)".fitted(8)
                    + "\(finger.token)".fitted(8) + epoch.name(finger.member).fitted(8)
                    + "\(max(path.count - 1, 0))".fitted(12)
                    + (finger.member == number ? "0" : "1"))
        }
        return lines
    }

    /// What happened to a node last, newest first.
    private func eventLines(of name: String) -> [String] {
        let events = (known?.snapshot.events ?? []).filter { $0.node == name }
        guard !events.isEmpty else { return [] }
        return ["", "what happened to it, newest first:"]
            + events.suffix(8).reversed().map { event in
                "  \(event.milliseconds.clockText(secondsFromGMT: secondsFromGMT)) "
                    + ForeignText.shown(event.text)
            }
    }
}
