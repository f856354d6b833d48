import Ring

extension Model {
    /// All figures of a node's copies and guesses, recent beside total.
    func cacheDetails(_ number: Int?, _ dash: String) -> (title: String, lines: [String]) {
        guard let row = cacheRows.first(where: { $0.number == number }) else {
            return ("Caches", ["the node is not known at the moment"])
        }
        let title = "Caches of " + (number == nil ? "all nodes" : row.name)
        guard row.isServing else { return (title, ["the node does not answer"]) }
        let pairs = Self.figures.map { name, figure in
            line(name, figure(row.recent) ?? dash, figure(row.total) ?? dash)
        }
        let heading = line("", "last \(Int(cacheHistory.recentSeconds)) s", "since start")
        return (title, levels(row) + ["", heading] + pairs)
    }

    private func line(_ name: String, _ recent: String, _ total: String) -> String {
        // What the popup shows without folding lines: figures that stood below their names could
        // not be compared.
        let room = min(size.width - 4, 90) - 4
        return name.fitted(max(8, min(46, room - 26)), isASCII: isASCII)
            + recent.fitted(12, isRight: true) + total.fitted(14, isRight: true)
    }

    private func levels(_ row: CacheRow) -> [String] {
        func whole(_ value: Double) -> String { CacheColumns.Figure.limited(value).grouped }
        func bytes(_ value: Double) -> String { CacheColumns.Figure.limited(value).bytesText }
        let levels = row.levels
        return [
            "in force      coherence \(row.coherence?.rawValue ?? "differs"), "
                + "prefetching \(row.prefetching?.rawValue ?? "differs")",
            "copies        \(whole(levels.entries)), absences included, "
                + "\(bytes(levels.bytes)) of \(bytes(levels.bytesMax))",
            "shared        \(whole(levels.sharedKeys)) keys of which others have copies",
            "predictors    \(whole(levels.stopped)) of \(whole(levels.threads)) have stopped "
                + "themselves",
        ]
    }

    private typealias Figure = @Sendable (CacheCounts) -> String?

    private static let figures: [(String, Figure)] = [
        ("reads of other homes' keys that may be cached", { whole($0.reads) }),
        ("  answered from a copy, without the home", { whole($0.hits) }),
        ("  hit rate", { percent($0.hitRate) }),
        ("  the home said that the copy is the newest", { whole($0.validated) }),
        ("  the home sent the entry", { whole($0.fills) }),
        ("copies given up for want of room", { whole($0.evictions) }),
        ("copies dropped as a home said so", { whole($0.invalidated) }),
        ("copies renewed after a write", { whole($0.updated) }),
        ("reads by its clients", { whole($0.clientReads) }),
        ("  messages for each", { $0.messagesPerRead?.text(2) }),
        ("writes by its clients", { whole($0.clientWrites) }),
        ("  messages for each, those of a home included", { $0.messagesPerWrite?.text(2) }),
        ("keys guessed and asked for", { whole($0.guesses) }),
        ("  came", { whole($0.fetched) }),
        ("  were read", { whole($0.used) }),
        ("  accuracy: read, of those that came", { percent($0.accuracy) }),
        ("  coverage: read, of those and the misses", { percent($0.coverage) }),
        ("  late: asked for before they came", { whole($0.late) }),
        ("  wasted: dropped unread", { whole($0.wasted) }),
    ]

    private static func whole(_ value: Double) -> String {
        CacheColumns.Figure.limited(value).grouped
    }

    private static func percent(_ share: Double?) -> String? {
        share.map { (100 * $0).text(1) + " %" }
    }
}
