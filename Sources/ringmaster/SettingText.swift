import Ring

/// The cluster-wide settings for people: what they mean, and values with units.
enum SettingText {
    /// One setting.
    struct Line: Encodable {
        var name: String
        var value: String
        var `default`: String
        var meaning: String
        /// Whether it can be changed in a running cluster.
        var isFixed: Bool
    }

    private static let meanings: [String: String] = [
        "cache-bytes": "bytes of copies that a node keeps beside its own slots",
        "coherence": "how reads are answered from copies: off, ttl, validate, invalidate, update",
        "coherence-prefixes": "keys with another coherence, as in user:=invalidate log:=ttl",
        "coherence-ttl": "how old a copy may be under ttl, in milliseconds",
        "deadline": "how long an operation may take, in milliseconds",
        "grace": "how long a down node keeps its place, in milliseconds",
        "heartbeat": "between two heartbeats, in milliseconds",
        "lease": "how long a lease lasts, in milliseconds; fixed at founding",
        "move-rate": "bytes per second that each node sends to copy slots; 0 is no limit",
        "moves-paused": "whether copying for changes of the ring stands still",
        "prefetching": "how the next reads are guessed: off, sequential, stride, markov, popular",
        "replicas": "copies of each key, 1 to 7; a change copies slots",
        "suspect": "silence after which a node is suspected, in milliseconds",
    ]

    /// All settings, by name.
    static func lines(of settings: ClusterSettings) -> [Line] {
        (ClusterSettings.names + ["lease", "replicas"]).sorted().compactMap { name in
            guard let value = settings.value(ofSetting: name),
                let standard = ClusterSettings().value(ofSetting: name)
            else { return nil }
            return Line(
                name: name, value: value, default: standard, meaning: meanings[name] ?? "",
                isFixed: name == "lease")
        }
    }

    /// A value as the ring takes it: `2s` and `500ms` are milliseconds, `12M` is bytes.
    ///
    /// - Returns: the text itself where it has no unit that fits the setting.
    static func value(_ text: String, of name: String) -> String {
        switch name {
        case "cache-bytes", "move-rate": bytes(text).map(String.init) ?? text
        case "coherence-ttl", "deadline", "grace", "heartbeat", "suspect":
            milliseconds(text).map(String.init) ?? text
        default: text
        }
    }

    /// Bytes with an optional unit of 1,024, 1,024² or 1,024³: K, M, G.
    static func bytes(_ text: String) -> Int? {
        number(text, units: [("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30)])
    }

    /// Milliseconds with an optional unit: ms, s, m, h.
    static func milliseconds(_ text: String) -> Int? {
        number(text, units: [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)])
    }

    private static func number(_ text: String, units: [(String, Int)]) -> Int? {
        let unit = units.first { text.lowercased().hasSuffix($0.0.lowercased()) }
        let digits = text.dropLast(unit?.0.count ?? 0)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int(digits)
        else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit?.1 ?? 1)
        return overflow ? nil : product
    }
}

/// Changes one setting that needs no copying.
struct SettingChange {
    let cluster: ClusterOptions
    let output: OutputOptions

    /// What was set.
    private struct Report: Encodable {
        var name: String
        var value: String
    }

    /// Sets it and says so.
    ///
    /// - Parameters:
    ///   - name: of the setting.
    ///   - value: as the ring takes it.
    ///   - done: what to tell a person.
    /// - Throws: what became of the request, when it was not done.
    func set(_ name: String, _ value: String, done: String) async throws {
        _ = try await cluster.withClient {
            try await $0.request(.set(name: name, value: value)).get()
        }
        StandardOutput.line(
            output.json ? try JSONText.of(Report(name: name, value: value)) : done)
    }
}
