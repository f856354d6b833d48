import Client
import Terminal

extension Painter {
    /// The first line: what cluster, and whether it is well.
    mutating func drawHeader(_ model: Model) {
        let row = Rect(x: 0, y: 0, width: grid.size.width, height: 1)
        let mark = model.isFrozen ? "FROZEN" : model.isReadOnly ? "LIVE read-only" : "LIVE"
        let clip = Rect(x: 0, y: 0, width: row.width - mark.columns - 3, height: 1)
        var x = text(" ringmaster ", 0, 0, style: theme[.accent].adding(.bold), in: clip)
        for part in headerParts(model) {
            // A part that does not fit is left out whole; later ones may be shorter.
            guard x + part.text.columns + 3 <= clip.maxX else { continue }
            x = text("  " + part.text, x, 0, part.role, in: clip)
        }
        textRight(
            mark, endingAt: row.maxX - 1, 0, model.isFrozen ? .stateSuspect : .muted, in: row)
    }

    private func headerParts(_ model: Model) -> [(text: String, role: ThemeRole)] {
        guard let known = model.known else { return [("looking for the cluster", .muted)] }
        let name = ForeignText.shown(known.snapshot.clusterName)
        guard let status = known.status else {
            return [(name, .title), ("no node has answered yet", .stateSuspect)]
        }
        let serving = status.nodes.filter(\.isServing).count
        var parts: [(String, ThemeRole)] = [
            (name, .title), ("epoch \(status.cluster.epoch)", .fg), health(status),
        ]
        if let change = changeText(model) { parts.append((change, .replMoving)) }
        parts += [
            ("nodes \(serving)/\(status.nodes.count) up", .fg),
            ("keys \(status.cluster.keys.grouped)", .fg),
            ("N \(status.cluster.replicas)", .fg),
        ]
        if status.slots.unavailable > 0 {
            parts.append(("unavailable \(status.slots.unavailable.of("slot"))", .stateDown))
        }
        if status.slots.lacking > 0 {
            parts.append(("under-replicated \(status.slots.lacking.of("slot"))", .replUnder))
        }
        if status.slots.settling > 0 {
            parts.append(("settling \(status.slots.settling.of("slot"))", .replMoving))
        }
        return parts
    }

    /// What is under way, how far it is, and how many changes wait behind it.
    private func changeText(_ model: Model) -> String? {
        guard let change = model.changes.active else { return nil }
        var text = "\(isASCII ? "~" : "⇄") \(change.words) \(change.percentText)"
        if change.state == .paused {
            text += " paused"
        } else if let left = change.timeLeftText {
            text += " \(left) left"
        }
        let queued = model.changes.waiting.count - 1
        return queued > 0 ? text + " +\(queued)" : text
    }

    private func health(_ status: ClusterStatus) -> (String, ThemeRole) {
        switch status.cluster.health {
        case .ok: (isASCII ? "OK" : "● OK", .replOK)
        case .degraded where status.attention.allSatisfy(\.isOnlySettling):
            (isASCII ? "~ SETTLING" : "◇ SETTLING", .replMoving)
        case .degraded: (isASCII ? "! DEGRADED" : "▲ DEGRADED", .replUnder)
        case .unavailable: (isASCII ? "!! UNAVAILABLE" : "■ UNAVAILABLE", .stateDown)
        }
    }
}
