import Client
import Ring

/// The Caches screen: what is selected, and the reader that people can start there.
struct CachesModel: Sendable, Equatable {
    /// What the second curve shows.
    enum Curve: Sendable, CaseIterable {
        case messagesPerRead, messagesPerWrite, accuracy, reads

        var next: Curve {
            let all = Self.allCases
            let index = all.firstIndex(of: self) ?? 0
            return all[(index + 1) % all.count]
        }
    }

    /// The rows: all nodes together, then each.
    var list = ListState()
    var curve = Curve.messagesPerRead
    var reader: Reader?
}

/// A reader that runs, and what it last said.
struct Reader: Sendable, Equatable {
    /// News of other readers are no news of this one.
    var request: Int
    var wish: ReaderWish
    var news: ReaderNews?
}

/// One row of the Caches screen.
struct CacheRow: Sendable, Equatable {
    /// The member's number; nil for all together.
    var number: Int?
    var name: String
    /// Whether it takes part; what a silent node counted is not the present.
    var isServing: Bool
    /// What it acts by; nil when nodes differ or it does not say.
    var coherence: Coherence?
    var prefetching: Prefetching?
    var levels = CacheLevels()
    /// Since the processes started.
    var total = CacheCounts()
    var recent = CacheCounts()
}

extension Model {
    /// The copies' past, as shown.
    var cacheHistory: CacheHistory { known?.caches ?? CacheHistory() }

    /// All nodes together, then each.
    var cacheRows: [CacheRow] {
        guard let status, let snapshot = known?.snapshot else { return [] }
        let history = cacheHistory
        let rows = status.nodes.map { node in
            let report = snapshot.member(node.number)?.report
            return CacheRow(
                number: node.number, name: node.name, isServing: node.isServing && report != nil,
                coherence: report?.caches.coherence, prefetching: report?.caches.prefetching,
                levels: report.map(CacheLevels.init) ?? CacheLevels(),
                total: report.map(CacheCounts.init) ?? CacheCounts(),
                recent: history.recent(of: node.number))
        }
        var all = CacheRow(number: nil, name: "all", isServing: true)
        let serving = rows.filter(\.isServing)
        for row in serving {
            all.levels += row.levels
            all.total += row.total
        }
        all.recent = history.recent(of: nil)
        all.coherence = Self.common(serving.map(\.coherence))
        all.prefetching = Self.common(serving.map(\.prefetching))
        return [all] + rows
    }

    private static func common<Value: Equatable>(_ values: [Value?]) -> Value? {
        guard let first = values.first, values.allSatisfy({ $0 == first }) else { return nil }
        return first
    }

    var selectedCacheRow: CacheRow? {
        let rows = cacheRows
        return rows.indices.contains(caches.list.selected) ? rows[caches.list.selected] : nil
    }

    /// The serving nodes that do not act by a setting yet.
    func nodesBehind<Value: Equatable>(
        _ wanted: Value, _ present: (CacheRow) -> Value?
    ) -> [String] {
        cacheRows.dropFirst().filter { $0.isServing && present($0) != wanted }.map(\.name)
    }
}
