import Terminal

/// The columns of the Caches screen's nodes that fit.
struct CacheColumns {
    /// What a column shows.
    enum Figure: Sendable {
        case hitRate, hitRateTotal, clientReads, reads, perRead, perWrite, entries, bytes, share
        case fills, validated, evictions, shared
        case guesses, accuracy, coverage, late, wasted, stopped
    }

    struct Column: Sendable {
        var figure: Figure
        var title: String
        var width: Int
    }

    let name: Int
    let shown: [Column]
    private let isASCII: Bool

    /// In the order on the screen; without ending, rates and shares are of the last seconds.
    private static let all: [Column] = [
        Column(figure: .clientReads, title: "READS/S", width: 7),
        Column(figure: .reads, title: "CACHED/S", width: 8),
        Column(figure: .hitRate, title: "HIT%", width: 5),
        Column(figure: .hitRateTotal, title: "TOTAL", width: 5),
        Column(figure: .validated, title: "VALID%", width: 6),
        Column(figure: .fills, title: "FILLS/S", width: 7),
        Column(figure: .evictions, title: "EVICT/S", width: 7),
        Column(figure: .entries, title: "COPIES", width: 6),
        Column(figure: .bytes, title: "MEMORY", width: 8),
        Column(figure: .share, title: "FULL", width: 5),
        Column(figure: .shared, title: "SHARED", width: 6),
        Column(figure: .perRead, title: "MSG/R", width: 5),
        Column(figure: .perWrite, title: "MSG/W", width: 5),
        Column(figure: .guesses, title: "GUESS/S", width: 7),
        Column(figure: .accuracy, title: "ACCUR%", width: 6),
        Column(figure: .coverage, title: "COVER%", width: 6),
        Column(figure: .late, title: "LATE/S", width: 6),
        Column(figure: .wasted, title: "WASTE/S", width: 7),
        Column(figure: .stopped, title: "STOPPED", width: 7),
    ]

    /// Those that are wanted most come first.
    private static func wanted(isPrefetching: Bool) -> [Figure] {
        let guesses: [Figure] = [.accuracy, .coverage, .guesses, .stopped, .late, .wasted]
        let first: [Figure] = [.hitRate, .clientReads, .perRead, .hitRateTotal]
        let rest: [Figure] = [
            .perWrite, .entries, .bytes, .fills, .shared, .validated, .reads, .evictions, .share,
        ]
        return isPrefetching ? first + guesses + rest : first + rest + guesses
    }

    init(width: Int, isPrefetching: Bool, isASCII: Bool) {
        self.isASCII = isASCII
        let nameMin = 6
        var left = width - 3 - nameMin - 1
        var chosen: Set<Figure> = []
        for figure in Self.wanted(isPrefetching: isPrefetching) {
            guard let column = Self.all.first(where: { $0.figure == figure }),
                column.width + 1 <= left
            else { continue }
            chosen.insert(figure)
            left -= column.width + 1
        }
        name = nameMin + max(0, min(left, 12))
        shown = Self.all.filter { chosen.contains($0.figure) }
    }

    var heading: String {
        "   " + "NODE".fitted(name) + " "
            + shown.map { $0.title.fitted($0.width, isRight: true, isASCII: isASCII) }
            .joined(separator: " ")
    }
}

extension CacheColumns.Figure {
    /// The figure of a row; nil where it has none.
    func text(of row: CacheRow, _ seconds: Double) -> String? {
        let recent = row.recent
        switch self {
        case .hitRate: return Self.percent(recent.hitRate)
        case .hitRateTotal: return Self.percent(row.total.hitRate)
        case .clientReads: return Self.rate(recent.clientReads, seconds)
        case .reads: return Self.rate(recent.reads, seconds)
        case .perRead: return recent.messagesPerRead?.text(2)
        case .perWrite: return recent.messagesPerWrite?.text(2)
        case .entries: return Self.whole(row.levels.entries, 6)
        case .bytes: return Self.limited(row.levels.bytes).bytesText
        case .share: return nil
        case .fills: return Self.rate(recent.fills, seconds)
        case .validated: return Self.percent(recent.validatedRate)
        case .evictions: return Self.rate(recent.evictions, seconds)
        case .shared: return Self.whole(row.levels.sharedKeys, 6)
        case .guesses: return Self.rate(recent.guesses, seconds)
        case .accuracy: return Self.percent(recent.accuracy)
        case .coverage: return Self.percent(recent.coverage)
        case .late: return Self.rate(recent.late, seconds)
        case .wasted: return Self.rate(recent.wasted, seconds)
        case .stopped:
            return "\(Self.limited(row.levels.stopped))/\(Self.limited(row.levels.threads))"
        }
    }

    private static func percent(_ share: Double?) -> String? { share.map { (100 * $0).text(1) } }

    private static func rate(_ count: Double, _ seconds: Double) -> String {
        whole(count / seconds, 7)
    }

    private static func whole(_ value: Double, _ width: Int) -> String {
        limited(value.rounded()).fitting(width)
    }

    /// An integer, whatever another process said.
    static func limited(_ value: Double) -> Int { Int(max(0, min(value, 1e15))) }
}
