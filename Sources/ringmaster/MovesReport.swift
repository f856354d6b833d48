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

    /// Nil while no epoch is known.
    init?(_ snapshot: ClusterSnapshot) {
        guard let epoch = snapshot.epoch else { return nil }
        self.epoch = epoch.number
        paused = epoch.settings.areMovesPaused
        rate = epoch.settings.moveBytesPerSecond
        moves = ChangeStatus.list(of: snapshot)
        ended = epoch.queue.ended.map { ChangeReport($0) }
    }

    /// The report for people.
    func text(_ paint: Paint) -> String {
        let limit = rate == 0 ? "no limit" : "at most \(Shown.size(rate))/s from each node"
        var parts = ["epoch \(epoch)  copying: \(paused ? paint.warning("paused") : limit)"]
        parts.append(moves.isEmpty ? "no change is under way" : MovesTable(moves).text)
        if !ended.isEmpty { parts.append(endedText(paint)) }
        return parts.joined(separator: "\n\n")
    }

    private func endedText(_ paint: Paint) -> String {
        var table = Columns("ENDED", "CHANGE", "OUTCOME", "EPOCH", "WHY")
        for ended in ended.reversed() {
            table.add(
                ended.change.map(String.init) ?? "",
                ChangeWords.brief(kind: ended.kind, node: ended.node), ended.outcome,
                ended.epoch.map(String.init) ?? "", ended.reason)
        }
        return ([table.text] + moves.compactMap(waiting)).joined(separator: "\n")
    }

    private func waiting(_ move: ChangeStatus) -> String? {
        guard !move.waitsFor.isEmpty else { return nil }
        return "change \(move.change) waits for \(move.waitsFor.joined(separator: ", ")), as slots "
            + "would have no majority of their copies up"
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
                "\(move.change)", ChangeWords.brief(kind: move.kind, node: move.node),
                move.state.rawValue, isWaiting ? "–" : "\(Int(move.percent)) %",
                isWaiting ? "–" : Shown.size(move.copiedBytes),
                isWaiting ? "–" : Shown.size(move.bytes), rate ?? "–",
                left.map { Shown.time(seconds: $0) } ?? "–")
        }
        return table.text
    }
}

extension ClusterMonitor {
    /// How long the rate of the copying is watched for.
    private static var paceMax: Duration { .seconds(3) }

    /// A snapshot; while something is copied, one that knows how fast.
    func paced() async -> ClusterSnapshot {
        let first = await snapshot()
        guard ChangeStatus.list(of: first).contains(where: { $0.state == .copying }) else {
            return first
        }
        let end = ContinuousClock.now + Self.paceMax
        var latest = first
        for await snapshot in snapshots() {
            let isHeard = snapshot.epoch != nil
            if isHeard { latest = snapshot }
            let isOver = isHeard && snapshot.epoch?.queue.active == nil
            if isOver || snapshot.movePace != nil || ContinuousClock.now >= end { break }
        }
        return latest
    }
}
