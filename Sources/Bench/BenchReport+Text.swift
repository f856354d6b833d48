import Foundation

extension BenchReport {
    /// The report as a table for people, with what went wrong below it; no newline at the end.
    public var text: String {
        var table = TextTable(
            columns: [
                "", "operations", "errors", "unknown", "seconds", "per second", "p50 µs", "p90 µs",
                "p99 µs", "p99.9 µs", "max µs",
            ])
        for phase in phases { table.add(phase.cells) }
        var lines = [heading, "", table.text]
        for phase in phases { lines += phase.remarks }
        for address in lost {
            lines.append("\(address) was lost; what was under way there is unknown.")
        }
        if let failure { lines.append("The run ended early: \(failure).") }
        if let left { lines.append("\(left).") }
        return lines.joined(separator: "\n")
    }

    var heading: String {
        let servers = plan.addresses.map(\.description).joined(separator: ", ")
        let rest = [
            plan.rate.map { "\(grouped($0)) operations/s" }, plan.workload.map(\.rawValue),
        ]
        return
            ([
                "\(servers): \(plan.clients) clients", "pipeline \(plan.pipeline)",
                "\(plan.valueBytes)-byte values", "\(grouped(plan.keyCount)) keys",
            ] + rest.compactMap(\.self)).joined(separator: ", ")
    }
}

extension PhaseResult {
    fileprivate var cells: [String] {
        [
            name.rawValue, grouped(operations), grouped(errors), grouped(unknown),
            String(format: "%.2f", seconds), grouped(Int(throughput.rounded())),
        ] + [p50, p90, p99, p999, max].map { grouped(Int($0.rounded())) }
    }

    fileprivate var remarks: [String] {
        var lines: [String] = []
        if misses > 0 { lines.append("\(name.rawValue): \(grouped(misses)) found no key") }
        for (word, count) in errorCounts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            lines.append("\(name.rawValue): \(grouped(count)) errors \(word)")
        }
        return lines + errorSamples.map { "\(name.rawValue): for example «\($0)»" }
    }
}
