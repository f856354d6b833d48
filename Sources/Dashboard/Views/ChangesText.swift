import Client
import Ring
import Terminal

extension Model {
    /// The changes of the ring: under way, waiting and ended.
    func movesDetails() -> (title: String, lines: [String]) {
        guard let epoch else { return ("Changes of the ring", ["the ring is not known"]) }
        var lines: [String] = []
        for change in changes.waiting { lines += describe(change) }
        if lines.isEmpty { lines.append("no change waits or is under way") }
        let rate = epoch.settings.moveBytesPerSecond
        lines += [
            "", "move-rate     " + (rate == 0 ? "no limit" : "\(rate.bytesText)/s for each node"),
            "moves-paused  " + (epoch.settings.areMovesPaused ? "yes" : "no"),
        ]
        if !epoch.queue.ended.isEmpty { lines += ["", "ended, newest first:"] }
        for ended in epoch.queue.ended.reversed() {
            let outcome = ended.outcome == .failed ? "FAILED" : ended.outcome.rawValue
            let reason = ended.reason.isEmpty ? "" : ": \(ForeignText.shown(ended.reason))"
            lines.append(
                "  \(ended.id)  \(ended.words)   \(outcome) in epoch \(ended.epoch)\(reason)")
        }
        return ("Changes of the ring", lines)
    }

    private func describe(_ change: ChangeStatus) -> [String] {
        let head = "change \(change.change)  \(change.words)   "
        guard change.state != .waiting else {
            return [head + (waitsBehind(change) ?? "begins at once")]
        }
        let state = change.state == .paused ? "paused at \(change.percentText)" : change.percentText
        var lines = [
            head + state,
            "  copies      \(change.copiedSlots.grouped) of \(change.slots.of("slot"))",
            "  bytes       \(change.copiedBytes.bytesText) of \(change.bytes.bytesText), "
                + "\(change.keys.of("key"))",
        ]
        if let rate = change.rateText {
            let left = change.timeLeftText.map { ", \($0) left" } ?? ""
            lines.append("  pace        \(rate)\(left)")
        }
        if let waits = change.waitsText {
            lines.append("  \(waits): without them slots would not be served")
        }
        return lines
    }

    /// The cluster-wide settings with their values and what they are.
    func settingsDetails() -> (title: String, lines: [String]) {
        guard let settings = epoch?.settings else {
            return ("Settings", ["the ring is not known"])
        }
        let lines = Self.settingMeanings.map { name, meaning in
            let value = settings.value(ofSetting: name) ?? "?"
            return name.fitted(20) + ClusterSettings.shown(value, of: name).fitted(12) + " "
                + meaning
        }
        return (
            "Settings of the cluster", lines + ["", "  :config NAME VALUE changes one by vote"]
        )
    }

    private static let settingMeanings = [
        ("replicas", "copies of each key; a change of the ring"),
        ("grace", "milliseconds that a down node keeps its place"),
        ("suspect", "milliseconds of silence that make a node suspect"),
        ("heartbeat", "milliseconds between heartbeats"),
        ("lease", "milliseconds that a lease lasts; fixed at founding"),
        ("deadline", "milliseconds that an operation may take"),
        ("move-rate", "bytes per second that each node copies; 0 is any"),
        ("moves-paused", "yes while copying stands still"),
        ("coherence", "how other nodes answer reads from copies"),
        ("coherence-prefixes", "another for keys that begin so: user:=update"),
        ("coherence-ttl", "milliseconds that a copy answers under ttl"),
        ("prefetching", "how a node guesses what is read next"),
        ("cache-bytes", "bytes of copies that a node keeps at most"),
    ]

    /// Where the slots of a group of runs are.
    func groupDetails(
        _ slot: Int, _ dash: String
    ) -> (title: String, lines: [String]) {
        guard let epoch, let status,
            let group = RunGroup.groups(status.attention).first(where: { group in
                group.runs.contains { ($0.first...$0.last).contains(slot) }
            })
        else { return ("Slots", ["these slots are as they should be by now"]) }
        var lines = [
            why(group), "copies        \(group.copies) of \(group.reason.wanted)", "",
        ]
        lines += group.runs.map { run in
            let set = run.replicas.map { number in
                run.absent.contains(number) || run.behind.contains(number)
                    ? "[\(epoch.name(number))]" : epoch.name(number)
            }
            let range = run.first == run.last ? "\(run.first)" : "\(run.first)\(dash)\(run.last)"
            let home = run.home.map(epoch.name) ?? "none"
            return range.fitted(14) + "home \(home)".fitted(12)
                + set.joined(separator: " ")
        }
        return (group.slotCount.of("slot"), lines)
    }
}

extension ClusterSettings {
    /// A setting's value for people: amounts of bytes with their unit.
    static func shown(_ value: String, of name: String) -> String {
        guard name == "move-rate" || name == "cache-bytes", let bytes = Int(value) else {
            return value
        }
        if bytes == 0, name == "move-rate" { return "no limit" }
        return bytes.bytesText + (name == "move-rate" ? "/s" : "")
    }
}
