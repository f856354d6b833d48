import Foundation

extension MatrixReport {
    /// The report as one table for each workload, with what went wrong below; no newline at the end.
    public var text: String {
        var lines = [heading]
        lines += notes
        for workload in plan.workloads.uniqued {
            let cells = cells.filter { $0.id.workload == workload }
            guard !cells.isEmpty else { continue }
            lines += ["", "\(workload.rawValue): \(explanation(of: workload))"]
            lines.append(MatrixTable(cells).text)
            lines += cells.compactMap { cell in
                cell.problem.map { "\(cell.id.name): \($0)" }
            }
        }
        if let failure { lines.append("The run ended early: \(failure).") }
        return lines.joined(separator: "\n")
    }

    /// `5 nodes`.
    var nodesText: String { nodes.count == 1 ? "1 node" : "\(nodes.count) nodes" }

    private var heading: String {
        let pace = plan.rate.map { "\(grouped($0)) operations/s" } ?? "closed loop"
        let rounds = plan.rounds == 1 ? "1 round" : "medians of \(plan.rounds) rounds"
        return "\(nodesText), clients at \(through.joined(separator: ", ")): "
            + "\(plan.clients) clients, pipeline \(plan.pipeline), \(pace), "
            + "\(grouped(plan.operations)) operations each, \(plan.valueBytes)-byte values, \(rounds)"
    }

    /// What a workload asks for, in a few words.
    func explanation(of workload: Workload) -> String {
        let keys = grouped(plan.keyCount(of: workload))
        switch workload {
        case .uniform: return "reads of \(keys) keys at random"
        case .zipfian: return "reads of \(keys) keys by Zipf's law"
        case .sequential: return "each client reads the keys of a range in turn, none twice"
        case .strided: return "each client reads every \(plan.stride)th key of a range, none twice"
        case .sessions:
            return "sequences of \(plan.sessionLength) of \(keys) keys, again and again"
        case .hotKey:
            let role = hotKey.map { " (the entrance's role: \($0.role))" } ?? ""
            return "reads of one key\(role), \(grouped(plan.writesPerSecond)) writes/s beside"
        case .ycsbA: return "half reads, half updates of \(keys) keys by Zipf's law"
        case .ycsbB: return "95 % reads, 5 % updates of \(keys) keys by Zipf's law"
        case .ycsbC: return "reads of \(keys) keys by Zipf's law"
        case .ycsbD: return "95 % reads of the latest keys, 5 % insertions"
        }
    }
}

extension MatrixCellID {
    /// `invalidate × markov`; a mechanism that is off goes without saying.
    public var name: String {
        switch (coherence, prefetching) {
        case (.off, .off): "off"
        case (_, .off): coherence.rawValue
        default: "\(coherence.rawValue) × \(prefetching.rawValue)"
        }
    }
}

/// The cells of one workload; columns without any figure are left out.
private struct MatrixTable {
    private struct Column: Sendable {
        var title: String
        var cell: @Sendable (MatrixCell) -> String?
    }

    let text: String

    init(_ cells: [MatrixCell]) {
        let columns = Self.columns.filter { column in cells.contains { column.cell($0) != nil } }
        var table = TextTable(columns: [""] + columns.map(\.title))
        for cell in cells {
            table.add([cell.id.name] + columns.map { $0.cell(cell) ?? "–" })
        }
        text = table.text
    }

    private static let columns: [Column] = [
        Column(title: "per second") { whole($0.figures.throughput) },
        Column(title: "× off") { decimal($0.ratios.throughput, 2) },
        Column(title: "p50 µs") { whole($0.figures.p50) },
        Column(title: "p99 µs") { whole($0.figures.p99) },
        Column(title: "write p50 µs") { whole($0.figures.writeP50) },
        Column(title: "hits") { percent($0.figures.hitRate) },
        Column(title: "validated") {
            $0.figures.validatedRate.flatMap { $0 > 0 ? percent($0) : nil }
        },
        Column(title: "msg/read") { decimal($0.figures.messagesPerRead, 2) },
        Column(title: "msg/write") { decimal($0.figures.messagesPerWrite, 2) },
        Column(title: "stale p99 ms") { decimal($0.figures.staleP99, 1) },
        Column(title: "stale max") { decimal($0.figures.staleMax, 1) },
        Column(title: "guesses ‰") { nonZero($0.figures.guesses) },
        Column(title: "accuracy") { percent($0.figures.accuracy) },
        Column(title: "coverage") { percent($0.figures.coverage) },
        Column(title: "late ‰") { nonZero($0.figures.late) },
        Column(title: "wasted ‰") { nonZero($0.figures.wasted) },
        Column(title: "bytes/read") { whole($0.figures.bytesPerRead) },
        Column(title: "CPU µs") { decimal($0.figures.processorMicroseconds, 1) },
        Column(title: "CPU × off") { decimal($0.ratios.processorMicroseconds, 2) },
        Column(title: "misses") { nonZero($0.figures.misses) },
        Column(title: "errors") { nonZero($0.figures.errors) },
    ]

    private static func whole(_ value: Double?) -> String? {
        value.map { grouped(Int($0.rounded())) }
    }

    private static func nonZero(_ value: Double?) -> String? {
        value.flatMap { $0 > 0 ? whole($0) : nil }
    }

    private static func decimal(_ value: Double?, _ places: Int) -> String? {
        value.map { String(format: "%.\(places)f", $0) }
    }

    private static func percent(_ value: Double?) -> String? {
        value.map { String(format: "%.1f %%", $0 * 100) }
    }
}

extension MatrixReport {
    /// The report as CSV with a heading: a line for each cell and figure.
    ///
    /// The columns are workload, coherence, prefetching, figure, median, least and largest of the
    /// rounds, and ratio to the cell without mechanisms; what could not be had is empty.
    public var csv: String {
        var lines = ["workload,coherence,prefetching,figure,median,least,largest,ratio"]
        for cell in cells {
            let id = cell.id
            for (name, figure) in MatrixFigures.all {
                guard let median = cell.figures[keyPath: figure] else { continue }
                let range = cell.range(figure)
                let numbers = [
                    median, range?.lowerBound, range?.upperBound, cell.ratios[keyPath: figure],
                ].map { $0.map { "\($0)" } ?? "" }
                let names = [
                    id.workload.rawValue, id.coherence.rawValue, id.prefetching.rawValue, name,
                ]
                lines.append((names + numbers).joined(separator: ","))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
