extension MatrixReport {
    /// The report as a picture: see ``chart``.
    public func svg() -> String { chart.svg() }

    /// A row for each workload, with throughput, latency and hits of each coherence, a bar for each
    /// prefetching, and whiskers from the least to the largest of the rounds.
    public var chart: Chart {
        let pace = plan.rate.map { "\(grouped($0)) operations/s" } ?? "closed loop"
        let rounds = plan.rounds == 1 ? "1 round" : "medians of \(plan.rounds) rounds"
        let entrance = through.count == 1 ? "through one node" : "through \(through.count) nodes"
        return Chart(
            title: "Coherence and prefetching",
            subtitle: "\(nodesText), \(plan.clients) clients \(entrance), \(pace), "
                + "\(plan.valueBytes)-byte values, \(rounds)",
            rows: plan.workloads.uniqued.compactMap { workload in
                let cells = cells.filter { $0.id.workload == workload && !$0.rounds.isEmpty }
                return cells.isEmpty ? nil : panels(workload, cells)
            })
    }

    private func panels(_ workload: Workload, _ cells: [MatrixCell]) -> [ChartPanel] {
        let name = workload.rawValue
        var panels = [
            panel("\(name): throughput", "operations/s", cells, \.throughput),
            panel("\(name): median read", "microseconds", cells, \.p50),
        ]
        if cells.contains(where: { $0.figures.hitRate != nil }) {
            let title = "\(name): reads answered from a copy"
            var hits = panel(title, "percent", cells, \.hitRate, 100)
            hits.yTop = 100
            panels.append(hits)
        }
        return panels
    }

    private func panel(
        _ title: String, _ unit: String, _ cells: [MatrixCell], _ figure: MatrixFigures.Figure,
        _ factor: Double = 1
    ) -> ChartPanel {
        let groups = cells.map(\.id.coherence).uniqued
        let series = cells.map(\.id.prefetching).uniqued.map { prefetching in
            let points = groups.enumerated().compactMap { place, coherence -> ChartPoint? in
                let cell = cells.first {
                    $0.id.coherence == coherence && $0.id.prefetching == prefetching
                }
                guard let cell, let value = cell.figures[keyPath: figure] else { return nil }
                let range = cell.range(figure).map {
                    $0.lowerBound * factor...$0.upperBound * factor
                }
                return ChartPoint(x: Double(place), y: value * factor, range: range)
            }
            let name = prefetching == .off ? "no prefetching" : prefetching.rawValue
            return ChartSeries(name: name, points: points)
        }
        return ChartPanel(
            title: title, xLabel: "coherence", yLabel: unit,
            kind: .bars(groups: groups.map(\.rawValue)), series: series)
    }
}
