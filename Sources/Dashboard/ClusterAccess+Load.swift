import Client

/// One key that is read through one node, so many times a second.
public struct ReaderWish: Sendable, Equatable {
    /// The key; it need not exist.
    public var key: [UInt8]
    /// The node's name.
    public var node: String
    /// Where it listens.
    public var endpoint: Endpoint
    /// Reads a second, 1 to ``perSecondMax``.
    public var perSecond: Int

    /// The most reads a second.
    public static let perSecondMax = 5_000

    /// Makes a wish.
    public init(key: [UInt8], node: String, endpoint: Endpoint, perSecond: Int) {
        self.key = key
        self.node = node
        self.endpoint = endpoint
        self.perSecond = perSecond
    }
}

/// How a reader fares.
public struct ReaderNews: Sendable, Equatable {
    /// Reads that were answered, in about the last second.
    public var perSecond: Double
    /// How long they took on the average, in microseconds; nil when none was answered.
    public var microseconds: Double?
    /// Reads that were not answered since the reader began.
    public var errors: Int
    /// Why the last one of those was not.
    public var problem: String?

    /// Makes news.
    public init(
        perSecond: Double, microseconds: Double?, errors: Int = 0, problem: String? = nil
    ) {
        self.perSecond = perSecond
        self.microseconds = microseconds
        self.errors = errors
        self.problem = problem
    }
}

/// What a bench is to measure; its keys are its own and are deleted at the end.
public struct BenchWish: Sendable, Equatable {
    /// What is compared with what.
    public enum Measure: String, Sendable, CaseIterable {
        /// Insertion, retrieval, update and deletion.
        case operations
        /// One workload under the mechanisms in force.
        case workload
        /// One workload under each coherence, without prefetching.
        case coherence
        /// One workload under each prefetching, with the coherence `invalidate`.
        case prefetching
        /// One workload under each coherence with each prefetching.
        case both
    }

    /// What a workload asks for; the names are those of `ringmaster bench`.
    public enum Workload: String, Sendable, CaseIterable {
        /// One key, which others write.
        case hotKey = "hot-key"
        /// Keys at random.
        case uniform
        /// Keys at random, some much more often than others.
        case zipfian
        /// The keys of a range in turn.
        case sequential
        /// Every so manieth key of a range.
        case strided
        /// Fixed sequences of keys, again and again.
        case sessions
        /// YCSB A: half reads, half updates.
        case ycsbA = "ycsb-a"
        /// YCSB B: 95 % reads, 5 % updates.
        case ycsbB = "ycsb-b"
        /// YCSB C: reads only.
        case ycsbC = "ycsb-c"
    }

    /// What is measured.
    public var measure = Measure.operations
    /// Under which load; without meaning for ``Measure/operations``.
    public var workload = Workload.hotKey
    /// Operations of each phase or cell.
    public var operations = 5_000
    /// Connections.
    public var clients = 16
    /// Bytes of each value.
    public var valueBytes = 64
    /// The node that the clients connect to; nil is all of them in turn.
    public var through: String?

    /// Makes a wish with the usual numbers.
    public init() {}
}

/// How far a bench has come.
public struct BenchNews: Sendable, Equatable {
    /// What is being done, for people.
    public var stage: String
    /// How much of the whole bench is done: 0 to 1.
    public var share: Double
    /// Operations per second of the present stage; nil while there is none.
    public var perSecond: Double?
    /// About how long it still takes; nil while nobody knows.
    public var secondsLeft: Double?
    /// All that is measured so far; nil while nothing is.
    public var table: BenchTable?

    /// Makes news.
    public init(
        stage: String, share: Double, perSecond: Double? = nil, secondsLeft: Double? = nil,
        table: BenchTable? = nil
    ) {
        self.stage = stage
        self.share = share
        self.perSecond = perSecond
        self.secondsLeft = secondsLeft
        self.table = table
    }
}

/// What a bench measured.
public struct BenchTable: Sendable, Equatable {
    /// One figure of each row.
    public struct Column: Sendable, Equatable {
        /// A short name.
        public var title: String
        /// What it counts, for the plot: `operations/s`.
        public var unit: String
        /// Digits behind the point.
        public var digits: Int

        /// Makes a column.
        public init(_ title: String, _ unit: String, digits: Int = 0) {
            self.title = title
            self.unit = unit
            self.digits = digits
        }
    }

    /// One phase or cell.
    public struct Row: Sendable, Equatable {
        /// What was measured.
        public var name: String
        /// As many as there are columns; nil where there is none.
        public var figures: [Double?]

        /// Makes a row.
        public init(name: String, figures: [Double?]) {
            self.name = name
            self.figures = figures
        }
    }

    /// What was done, in one line.
    public var title: String
    /// The columns, the most important first.
    public var columns: [Column]
    /// The rows, in order.
    public var rows: [Row]
    /// What one should know beside, in lines.
    public var notes: [String] = []
    /// Why it ended early; nil when it did not.
    public var failure: String?

    /// Makes a table.
    public init(title: String, columns: [Column], rows: [Row]) {
        self.title = title
        self.columns = columns
        self.rows = rows
    }
}
