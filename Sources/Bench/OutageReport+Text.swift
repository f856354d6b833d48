import Foundation

extension OutageReport {
    /// The report as a table for people; no newline at the end.
    public var text: String {
        var table = TextTable(
            columns: ["fault", "node", "outage", "gap", "return", "not done", "unknown", "done"])
        for (number, trial) in trials.enumerated() { table.add(trial.cells(number + 1)) }
        return [
            "\(plan.fault.rawValue) of one of \(plan.nodes) nodes, \(trials.count) times; "
                + "\(plan.clients) clients, \(grouped(plan.rate)) operations/s in an open loop "
                + "over \(grouped(plan.keys)) keys",
            "gap: longest time between two successes of one key, less the "
                + "\(plan.spacingMicroseconds / 1_000) ms between two operations on it",
            "outage, return: gap less the longest undisturbed one, \(shown(undisturbed))", "",
            table.text, "",
            "outage: median \(shown(median)), worst \(shown(worst)); "
                + "return: median \(shown(medianReturn)), worst \(shown(worstReturn))",
            "failed: \(grouped(counts.notDone)) not done, \(grouped(counts.unknown)) unknown, "
                + "\(grouped(counts.notBegun)) not begun; done: \(grouped(counts.done))",
        ].joined(separator: "\n")
    }
}

extension OutageTrial {
    fileprivate func cells(_ number: Int) -> [String] {
        [
            String(number), node, shown(outage), shown(gap), shown(returnOutage),
            grouped(counts.notDone), grouped(counts.unknown), grouped(counts.done),
        ]
    }
}

/// Milliseconds for people.
private func shown(_ milliseconds: Double) -> String {
    "\(grouped(Int(milliseconds.rounded()))) ms"
}
