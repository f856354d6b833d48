import Ring

/// The cluster-wide settings for people: what they mean, and values with units.
enum SettingText {
    /// One setting.
    struct Line: Encodable {
        var name: String
        var value: String
        var `default`: String
        /// What the numbers of value and default count; null where they are no amounts.
        var unit: SettingUnit?
        var meaning: String
        /// Whether it can be changed in a running cluster.
        var isFixed: Bool

        /// A value with its unit, as `config` takes it, too.
        func shown(_ value: String) -> String {
            guard let unit, let number = Int(value) else { return value }
            return unit.shown(number)
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: Keys.self)
            try fields.encode(name, forKey: .name)
            try fields.encode(value, forKey: .value)
            try fields.encode(`default`, forKey: .default)
            try fields.encode(unit, forKey: .unit)
            try fields.encode(meaning, forKey: .meaning)
            try fields.encode(isFixed, forKey: .isFixed)
        }

        private enum Keys: CodingKey { case name, value, `default`, unit, meaning, isFixed }
    }

    private static let meanings: [String: String] = [
        "cache-bytes": "copies that a node keeps beside its own slots",
        "coherence": "how reads are answered from copies: off, ttl, validate, invalidate, update",
        "coherence-prefixes": "keys with another coherence, as in user:=invalidate log:=ttl",
        "coherence-ttl": "how old a copy may be under ttl",
        "deadline": "how long an operation may take",
        "grace": "how long a down node keeps its place",
        "heartbeat": "between two heartbeats",
        "lease": "how long a lease lasts; fixed at founding",
        "move-rate": "what each node sends per second to copy slots; 0 is no limit",
        "moves-paused": "whether copying for changes of the ring stands still",
        "prefetching": "how the next reads are guessed: off, sequential, stride, markov, popular",
        "replicas": "copies of each key, 1 to 7; a change copies slots",
        "suspect": "silence after which a node is suspected",
    ]

    /// All settings, by name.
    static func lines(of settings: ClusterSettings) -> [Line] {
        (ClusterSettings.names + ["lease", "replicas"]).sorted().compactMap { name in
            guard let value = settings.value(ofSetting: name),
                let standard = ClusterSettings().value(ofSetting: name)
            else { return nil }
            return Line(
                name: name, value: value, default: standard,
                unit: ClusterSettings.unit(ofSetting: name), meaning: meanings[name] ?? "",
                isFixed: name == "lease")
        }
    }

    /// A value as the ring takes it: `2s` and `500ms` are milliseconds, `12M` is bytes.
    ///
    /// - Returns: the text itself where it is no amount.
    /// - Throws: a ``Failure`` of usage when there is no such setting, or it never has such values.
    static func value(_ text: String, of name: String) throws -> String {
        guard ClusterSettings().value(ofSetting: name) != nil else { throw noSetting(name) }
        if name == "replicas" {
            guard let copies = Int(text), (1...ClusterSettings.replicasMax).contains(copies) else {
                throw Failure(.usage, "replicas is 1 to \(ClusterSettings.replicasMax)")
            }
        }
        guard let unit = ClusterSettings.unit(ofSetting: name) else { return text }
        let number =
            switch unit {
            case .bytes: bytes(text)
            case .milliseconds: milliseconds(text)
            }
        guard let number else { throw Failure(.usage, "\(name) is \(unit.examples)") }
        return String(number)
    }

    /// That nothing is called so.
    static func noSetting(_ name: String) -> Failure {
        let names = (ClusterSettings.names + ["lease", "replicas"]).sorted()
        return Failure(
            .usage,
            "there is no setting \(Shown.text(Array(name.utf8))); there are "
                + names.joined(separator: " "))
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

extension SettingUnit {
    /// How an amount is typed, for people.
    fileprivate var examples: String {
        switch self {
        case .milliseconds: "a time like 500ms, 8s or 1m"
        case .bytes: "a number of bytes like 500K, 12M or 1G"
        }
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
