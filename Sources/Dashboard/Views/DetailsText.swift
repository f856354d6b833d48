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
        case .status: statusDetails()
        case .processes: processDetails(dash)
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
}
