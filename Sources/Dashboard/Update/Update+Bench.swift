import Ring
import Terminal

extension Model {
    mutating func onBenchScreen(_ action: Action) -> [Effect] {
        switch action {
        case .mainScreen: screen = .main
        case .cancel:
            guard let run = bench.run else {
                screen = .main
                return []
            }
            return stop(run)
        case .startBench: askToBench()
        case .valueBefore: changeField(by: -1)
        case .valueNext: changeField(by: 1)
        case .move(.up): moveField(by: -1)
        case .move(.down): moveField(by: 1)
        case .move(let move):
            let last = max(0, (bench.table?.rows.count ?? 0) - 1)
            bench.top = max(0, min(move.scrolled(bench.top, page: 10), last))
        case .nextPanel: plotNext(by: 1)
        case .previousPanel: plotNext(by: -1)
        default: break
        }
        return []
    }

    private mutating func moveField(by step: Int) {
        guard bench.run == nil else { return }
        bench.move(by: step)
    }

    private mutating func changeField(by step: Int) {
        guard bench.run == nil else { return }
        bench.change(by: step, nodes: status?.nodes.filter(\.isServing).map(\.name) ?? [])
    }

    private mutating func plotNext(by step: Int) {
        guard let count = bench.table?.columns.count, count > 0 else { return }
        bench.column = (bench.column + step + count) % count
    }

    private mutating func stop(_ run: BenchModel.Run) -> [Effect] {
        guard !run.isStopping else { return [] }
        bench.run?.isStopping = true
        tell(.note, "the bench stops, and deletes its keys")
        return [.stopBench]
    }

    /// Says what a bench does to the cluster and asks whether it shall.
    mutating func askToBench() {
        guard bench.run == nil else { return tell(.note, "a bench runs; Esc stops it") }
        guard status != nil else { return tell(.note, "the ring is not known yet") }
        let wish = bench.wish
        var lines: [Dialog.Line] = [
            "\(wish.words): \(wish.operations.grouped) operations each, \(wish.clients) clients.",
            "It asks as much of the cluster as that bears: others get slower.",
            "Its keys begin with bench: and are deleted at the end.",
        ]
        if wish.switchesMechanisms {
            lines.append("Coherence, prefetching and cache-bytes are switched for the whole")
            lines.append("cluster meanwhile and put back at the end.")
        }
        overlay = .dialog(
            Dialog(
                title: "Start the bench?", lines: lines,
                buttons: [
                    Dialog.Button(label: "Cancel", answer: .cancel),
                    Dialog.Button(label: "Start", answer: .bench(wish)),
                ], isDanger: false))
    }

    mutating func startBench(_ wish: BenchWish) -> [Effect] {
        guard bench.run == nil else { return [] }
        let request = beginQuietly()
        bench.run = BenchModel.Run(request: request, wish: wish, began: now)
        bench.table = nil
        bench.column = 0
        bench.top = 0
        return [.startBench(request, wish)]
    }

    mutating func onBench(_ request: Int, _ news: BenchNews) {
        guard bench.run?.request == request else { return }
        bench.take(news)
    }

    mutating func onBenched(_ request: Int, _ result: Result<BenchTable, AccessFailure>) {
        guard let run = bench.run, run.request == request else { return }
        bench.run = nil
        switch result {
        case .success(let table):
            bench.table = table
            let seconds = Double(now - run.began) / 1_000
            if table.failure != nil, run.isStopping {
                tell(.note, "the bench was stopped")
            } else if let failure = table.failure {
                tell(.problem, "the bench ended early: \(ForeignText.shown(failure))")
            } else {
                tell(.done, "the bench is through in \(seconds.text(1)) s; its keys are deleted")
            }
        case .failure(let failure): tell(.problem, "bench: \(ForeignText.shown(failure.text))")
        }
    }
}

extension BenchWish {
    /// What is measured, as a sentence's beginning.
    fileprivate var words: String {
        switch measure {
        case .operations: "Insertion, retrieval, update and deletion"
        case .workload: "The workload «\(workload.rawValue)»"
        case .coherence, .prefetching, .both:
            "\(cellCount) cells of the workload «\(workload.rawValue)»"
        }
    }
}
