import Terminal

/// The Bench screen: what is to be measured, what runs, and what came of it.
struct BenchModel: Sendable, Equatable {
    /// The fields of the form.
    enum Field: Int, Sendable, CaseIterable {
        case measure, workload, operations, clients, valueBytes, through
    }

    /// What runs.
    struct Run: Sendable, Equatable {
        /// News of other benches are no news of this one.
        var request: Int
        var wish: BenchWish
        var began: Int
        var news: BenchNews?
        /// Whether it was told to stop: it puts everything back then and ends.
        var isStopping = false
        /// Operations per second as they were told, oldest first.
        var rates: [Double] = []

        /// Rates that are kept.
        static let ratesMax = 400
    }

    static let operationCounts = [1_000, 5_000, 20_000, 100_000]
    static let clientCounts = [1, 4, 16, 64]
    static let valueSizes = [16, 64, 1_024, 16_384]

    var wish = BenchWish()
    var field = Field.measure
    var run: Run?
    /// What was measured last, also while it is still being measured.
    var table: BenchTable?
    /// The column that is plotted.
    var column = 0
    /// Index of the first row in view.
    var top = 0

    /// The fields that mean something for what is measured.
    var fields: [Field] {
        Field.allCases.filter { $0 != .workload || wish.measure != .operations }
    }

    /// Goes to another field.
    mutating func move(by step: Int) {
        let fields = fields
        let index = fields.firstIndex(of: field) ?? 0
        field = fields[(index + step + fields.count) % fields.count]
    }

    /// Chooses another value of the field.
    ///
    /// - Parameters:
    ///   - step: 1 for the next, −1 for the one before.
    ///   - nodes: the names to choose from.
    mutating func change(by step: Int, nodes: [String]) {
        switch field {
        case .measure: wish.measure = Self.other(wish.measure, BenchWish.Measure.allCases, step)
        case .workload: wish.workload = Self.other(wish.workload, BenchWish.Workload.allCases, step)
        case .operations: wish.operations = Self.other(wish.operations, Self.operationCounts, step)
        case .clients: wish.clients = Self.other(wish.clients, Self.clientCounts, step)
        case .valueBytes: wish.valueBytes = Self.other(wish.valueBytes, Self.valueSizes, step)
        case .through: wish.through = Self.other(wish.through, [nil] + nodes, step)
        }
    }

    private static func other<Value: Equatable>(
        _ value: Value, _ all: [Value], _ step: Int
    ) -> Value {
        guard let index = all.firstIndex(of: value) else { return all[0] }
        return all[(index + step + all.count) % all.count]
    }

    /// What a field is called and what it has been set to.
    func text(of field: Field) -> (label: String, value: String) {
        switch field {
        case .measure: ("Measure", wish.measure.words)
        case .workload: ("Workload", wish.workload.words)
        case .operations: ("Operations", wish.operations.grouped)
        case .clients: ("Clients", wish.clients.grouped)
        case .valueBytes: ("Values", wish.valueBytes.of("byte"))
        case .through: ("Through", wish.through.map { ForeignText.shown($0) } ?? "all nodes")
        }
    }

    /// Takes what the run says.
    mutating func take(_ news: BenchNews) {
        if let table = news.table { self.table = table }
        run?.news = news
        guard let rate = news.perSecond, var run else { return }
        run.rates.append(rate)
        run.rates.removeFirst(max(0, run.rates.count - Run.ratesMax))
        self.run = run
    }
}

extension BenchWish {
    /// How many cells are measured one after the other.
    var cellCount: Int {
        switch measure {
        case .operations: 4
        case .workload: 1
        case .coherence: 5
        case .prefetching: 6
        case .both: 25
        }
    }

    /// Whether the cluster's mechanisms are switched meanwhile.
    var switchesMechanisms: Bool {
        switch measure {
        case .operations, .workload: false
        case .coherence, .prefetching, .both: true
        }
    }
}

extension BenchWish.Measure {
    var words: String {
        switch self {
        case .operations: "the four operations"
        case .workload: "a workload"
        case .coherence: "each coherence"
        case .prefetching: "each prefetching"
        case .both: "coherence x prefetching"
        }
    }
}

extension BenchWish.Workload {
    var words: String {
        switch self {
        case .hotKey: "one hot key, also written"
        case .uniform: "uniform random keys"
        case .zipfian: "zipfian random keys"
        case .sequential: "sequential scan"
        case .strided: "strided scan"
        case .sessions: "repeated sessions"
        case .ycsbA: "YCSB A: 50 % updates"
        case .ycsbB: "YCSB B: 5 % updates"
        case .ycsbC: "YCSB C: reads only"
        }
    }
}
