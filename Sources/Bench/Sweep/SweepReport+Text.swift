import Foundation

extension SweepReport {
    /// The report as a table for people; no newline at the end.
    public var text: String {
        let axes = axes
        var table = TextTable(
            columns: [""] + axes.map(\.heading) + [
                "per second", "p50 µs", "p90 µs", "p99 µs", "p99.9 µs", "max µs", "seconds",
                "errors",
            ])
        for result in results {
            let median = result.median
            let places = axes.map { grouped($0.value(of: result.point)) }
            let times = [median.p50, median.p90, median.p99, median.p999, median.max]
            table.add(
                [result.phase.rawValue] + places + [grouped(Int(median.throughput.rounded()))]
                    + times.map { grouped(Int($0.rounded())) }
                    + [String(format: "%.3f", median.seconds), grouped(median.errors)])
        }
        var lines = [heading, "", table.text]
        for sample in Set(results.flatMap { $0.rounds.flatMap(\.errorSamples) }).sorted() {
            lines.append("an error: «\(sample)»")
        }
        for address in lost { lines.append("\(address) was lost while others went on.") }
        if let failure { lines.append("The run ended early: \(failure).") }
        return lines.joined(separator: "\n")
    }

    /// What all points have in common.
    var heading: String {
        let servers = plan.addresses.map(\.description).joined(separator: ", ")
        let rounds = plan.rounds == 1 ? "1 round" : "medians of \(plan.rounds) rounds"
        let pace = plan.rate.map { "\(grouped($0)) operations/s" } ?? "closed loop"
        let constants = SweepAxis.allCases.filter { !axes.contains($0) }.compactMap { axis in
            plan.points.first.map { "\(axis.heading) \(grouped(axis.value(of: $0)))" }
        }
        return "\(servers): " + (constants + [pace, rounds]).joined(separator: ", ")
    }

    /// The report as CSV with a heading: a line for each point, phase and figure.
    ///
    /// Latencies are in microseconds; least and largest are those of the rounds.
    public var csv: String {
        let figures: [(String, SweepResult.Figure)] = [
            ("seconds", \.seconds), ("throughput", \.throughput), ("p50", \.p50), ("p90", \.p90),
            ("p99", \.p99), ("p999", \.p999), ("max", \.max), ("mean", \.mean),
        ]
        var lines = ["clients,pipeline,valueBytes,operations,phase,figure,median,least,largest"]
        for result in results {
            let point = result.point
            let place =
                "\(point.clients),\(point.pipeline),\(point.valueBytes),\(point.operations)"
            for (name, figure) in figures {
                let range = result.range(figure)
                let numbers = [
                    result.median[keyPath: figure], range?.lowerBound ?? 0, range?.upperBound ?? 0,
                ].map { "\($0)" }.joined(separator: ",")
                lines.append("\(place),\(result.phase.rawValue),\(name),\(numbers)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The report as a picture: see ``chart``.
    public func svg() -> String { chart.svg() }

    /// Throughput, median and 99th percentile of each phase over what the plan varies.
    ///
    /// It is drawn over the first list that has more than one element, with a band from the least to
    /// the largest of the rounds, and a row for each combination of the others. Over keys, the time
    /// for all of them takes the place of throughput.
    public var chart: Chart {
        let axis = axes[0]
        let combinations = results.map { $0.point.without(axis) }.uniqued
        let rows = combinations.map { combination in
            let others = axes.dropFirst().map {
                "\($0.heading) \(grouped($0.value(of: combination)))"
            }
            let suffix = others.isEmpty ? "" : " (\(others.joined(separator: ", ")))"
            let results = results.filter { $0.point.without(axis) == combination }
            let first =
                axis == .operations
                ? panel("Time for all keys" + suffix, "seconds", axis, results, \.seconds)
                : panel("Throughput" + suffix, "operations/s", axis, results, \.throughput)
            return [
                first,
                panel("Median latency" + suffix, "microseconds", axis, results, \.p50),
                panel("99th percentile" + suffix, "microseconds", axis, results, \.p99),
            ]
        }
        return Chart(
            title: "Insertion, retrieval, update and deletion", subtitle: heading, rows: rows)
    }

    private func panel(
        _ title: String, _ unit: String, _ axis: SweepAxis, _ results: [SweepResult],
        _ figure: SweepResult.Figure
    ) -> ChartPanel {
        let series = results.map(\.phase).uniqued.map { phase in
            let points = results.filter { $0.phase == phase }.map {
                ChartPoint(
                    x: Double(axis.value(of: $0.point)), y: $0.median[keyPath: figure],
                    range: $0.range(figure))
            }
            return ChartSeries(name: phase.noun, points: points.sorted { $0.x < $1.x })
        }
        var panel = ChartPanel(
            title: title, xLabel: axis.label, yLabel: unit, kind: .lines, series: series)
        let places = results.map { axis.value(of: $0.point) }
        let least = places.min() ?? 1
        // Doublings are evenly spaced on such an axis.
        panel.isXLogarithmic = least > 0 && (places.max() ?? 1) / least >= 8
        return panel
    }
}

extension SweepPoint {
    /// The point with nothing in one place, to tell the others apart.
    fileprivate func without(_ axis: SweepAxis) -> SweepPoint {
        var point = self
        switch axis {
        case .clients: point.clients = 0
        case .pipeline: point.pipeline = 0
        case .valueBytes: point.valueBytes = 0
        case .operations: point.operations = 0
        }
        return point
    }
}

extension BenchPhase {
    /// The phase as a noun.
    var noun: String {
        switch self {
        case .insert: "insertion"
        case .retrieve: "retrieval"
        case .update: "update"
        case .delete: "deletion"
        }
    }
}
