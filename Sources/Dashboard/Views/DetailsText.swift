import Client
import Ring
import Terminal

extension Model {
    /// Title and lines of a popup with facts.
    func details(
        _ subject: DetailsSubject, arrow: String, dash: String
    ) -> (title: String, lines: [String]) {
        switch subject {
        case .text(let title, let lines):
            (ForeignText.shown(title), lines.map { ForeignText.shown($0) })
        case .arc(let slot): arcDetails(slot, arrow, dash)
        case .node(let number): nodeDetails(number, arrow, dash)
        case .group(let slot): groupDetails(slot, dash)
        case .moves: movesDetails()
        case .settings: settingsDetails()
        case .caches(let number): cacheDetails(number, dash)
        }
    }

    private func arcDetails(
        _ slot: Int, _ arrow: String, _ dash: String
    ) -> (title: String, lines: [String]) {
        guard let epoch, let arc = epoch.arc(at: slot) else {
            return ("Slot \(slot.grouped)", ["the ring is not known at the moment"])
        }
        let era = arc.present
        let owner = era.replicas.first.map(epoch.name) ?? "nobody"
        var lines = [
            "owner        \(owner), whose token is at or after slot \(arc.last.grouped)",
            "home         \(era.home.map(epoch.name) ?? "none: no member of the set is up")",
            "successors   \(epoch.successors(era).map(epoch.name).joined(separator: " "))",
            "generation   \(era.generation)",
            "slots        \(arc.slotCount.grouped)",
            "majority     \(era.majority) of \(era.replicas.count)",
        ]
        if arc.history.count > 1 {
            lines += ["", "generations not yet settled:"]
            lines += arc.history.map { era in
                let set = era.replicas.map(epoch.name).joined(separator: " ")
                return "  \(era.generation)   \(set)   home \(era.home.map(epoch.name) ?? "none")"
            }
        }
        return ("Slots \(arc.first.grouped)\(dash)\(arc.last.grouped)", lines)
    }

    private func nodeDetails(
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
        if let before = epoch.ring.predecessor(of: number),
            let after = epoch.ring.successor(of: number)
        {
            lines.append(
                "neighbours    predecessor \(epoch.name(before)), successor \(epoch.name(after))")
        }
        if let report = view?.report { lines += reportLines(report, epoch) }
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
}
