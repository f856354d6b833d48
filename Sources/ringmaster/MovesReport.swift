import Client
import Ring

/// The changes of a ring, as `ringmaster moves` prints them.
struct MovesReport: Encodable {
    var epoch: Int
    /// Whether copying stands still.
    var paused: Bool
    /// Bytes per second that each node sends at most; 0 is without limit.
    var rate: Int
    /// Those that are not over, the one under way first.
    var moves: [ChangeStatus]
    /// Those that ended, the newest last.
    var ended: [ChangeReport]

    /// The report for people.
    func text(_ paint: Paint) -> String {
        let limit = rate == 0 ? "no limit" : "at most \(Shown.size(rate))/s from each node"
        var parts = ["epoch \(epoch)  copying: \(paused ? paint.warning("paused") : limit)"]
        parts.append(moves.isEmpty ? "no change is under way" : MovesTable(moves).text)
        let waits = moves.compactMap(waiting)
        if !waits.isEmpty { parts.append(waits.joined(separator: "\n")) }
        if !ended.isEmpty { parts.append(endedText) }
        return parts.joined(separator: "\n\n")
    }

    private var endedText: String {
        var table = Columns("ENDED", "CHANGE", "OUTCOME", "EPOCH", "WHY")
        for ended in ended.reversed() {
            table.add(
                ended.change.map(String.init) ?? "",
                ended.brief, ended.outcome, ended.epoch.map(String.init) ?? "", ended.reason)
        }
        return table.text
    }

    private func waiting(_ move: ChangeStatus) -> String? {
        guard !move.waitsFor.isEmpty else { return nil }
        return "change \(move.change) waits for \(move.waitsFor.joined(separator: ", ")), as slots "
            + "would have no majority of their copies up"
    }
}

extension MovesReport {
    /// Nil while no epoch is known.
    init?(_ snapshot: ClusterSnapshot) {
        guard let epoch = snapshot.epoch else { return nil }
        self.epoch = epoch.number
        paused = epoch.settings.areMovesPaused
        rate = epoch.settings.moveBytesPerSecond
        moves = ChangeStatus.list(of: snapshot)
        ended = epoch.queue.ended.map { ChangeReport($0) }
    }
}

/// Changes that are not over, for people.
struct MovesTable {
    let moves: [ChangeStatus]

    init(_ moves: [ChangeStatus]) { self.moves = moves }

    var text: String {
        var table = Columns("ID", "CHANGE", "STATE", "DONE", "COPIED", "OF", "RATE", "LEFT")
        for move in moves {
            let isWaiting = move.state == .waiting
            let rate = move.bytesPerSecond.map { Shown.size(Int(min($0, 1e15))) + "/s" }
            let left = move.secondsLeft.flatMap { $0 < 1e9 ? Int($0.rounded(.up)) : nil }
            table.add(
                "\(move.change)",
                ChangeWords.brief(kind: move.kind, node: move.node, replicas: move.replicas),
                move.state.rawValue, isWaiting ? "–" : "\(Int(move.percent)) %",
                isWaiting ? "–" : Shown.size(move.copiedBytes),
                isWaiting ? "–" : Shown.size(move.bytes), rate ?? "–",
                left.map { Shown.time(seconds: $0) } ?? "–")
        }
        return table.text
    }
}
