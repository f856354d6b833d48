import Ring

/// A setting whose values are offered as a menu.
struct Choice: Sendable, Equatable {
    /// One of the values.
    struct Option: Sendable, Equatable {
        var value: String
        /// What it does and promises.
        var words: String
    }

    /// The setting's name, also the title.
    var setting: String
    var options: [Option]
    /// The value in force.
    var present: String
    var selected: Int

    private init(_ setting: String, _ options: [Option], present: String) {
        self.setting = setting
        self.options = options
        self.present = present
        selected = options.firstIndex { $0.value == present } ?? 0
    }

    static func coherence(_ settings: ClusterSettings) -> Choice {
        Choice(
            "coherence",
            Coherence.allCases.map {
                Option(value: $0.rawValue, words: $0.words(settings))
            }, present: settings.coherence.rawValue)
    }

    static func prefetching(_ settings: ClusterSettings) -> Choice {
        Choice(
            "prefetching",
            Prefetching.allCases.map { Option(value: $0.rawValue, words: $0.words) },
            present: settings.prefetching.rawValue)
    }
}

extension Coherence {
    /// What it does and promises, for people.
    func words(_ settings: ClusterSettings) -> String {
        switch self {
        case .off: "every read goes to its home; linearizable"
        case .ttl:
            "a copy answers for \(settings.copyMilliseconds.settingText); stale by that at most"
        case .validate: "the home says if the copy is new; linearizable"
        case .invalidate: "writes wait until copies drop; linearizable"
        case .update: "invalidate, then push the new value; linearizable"
        }
    }
}

extension Prefetching {
    /// What it guesses, for people.
    var words: String {
        switch self {
        case .off: "nothing is guessed"
        case .sequential: "the next numbers: user:41, user:42, user:43"
        case .stride: "numbers at a constant distance: 10, 15, 20"
        case .markov: "keys that followed this one before"
        case .popular: "the keys that the whole cluster reads most"
        }
    }
}
