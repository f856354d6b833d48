extension BenchReport {
    /// The report as a picture: see ``chart``.
    public func svg() -> String { chart.svg() }

    /// Throughput and latencies of each phase.
    public var chart: Chart {
        let groups = phases.map(\.name.noun)
        func series(_ name: String, _ figure: (PhaseResult) -> Double) -> ChartSeries {
            ChartSeries(
                name: name,
                points: phases.enumerated().map { ChartPoint(x: Double($0), y: figure($1)) })
        }
        let throughput = ChartPanel(
            title: "Throughput", xLabel: "", yLabel: "operations/s", kind: .bars(groups: groups),
            series: [series("operations/s", \.throughput)])
        let latency = ChartPanel(
            title: "Latency", xLabel: "", yLabel: "microseconds", kind: .bars(groups: groups),
            series: [series("p50", \.p50), series("p90", \.p90), series("p99", \.p99)])
        return Chart(
            title: "Insertion, retrieval, update and deletion", subtitle: heading,
            rows: [[throughput, latency]])
    }

    /// The report as CSV with a heading: a line for each phase; latencies in microseconds.
    public var csv: String {
        var lines = [
            "phase,operations,misses,errors,unknown,seconds,throughput,p50,p90,p99,p999,max,mean"
        ]
        for phase in phases {
            let counts = [phase.operations, phase.misses, phase.errors, phase.unknown]
            let figures = [
                phase.seconds, phase.throughput, phase.p50, phase.p90, phase.p99, phase.p999,
                phase.max, phase.mean,
            ]
            lines.append(
                ([phase.name.rawValue] + counts.map { "\($0)" } + figures.map { "\($0)" })
                    .joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
