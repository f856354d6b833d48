/// How a node that is not a key's home may answer reads of it from a copy.
public enum Coherence: String, Sendable, Codable, CaseIterable {
    /// Not at all: every read goes to the home.
    case off
    /// A copy answers for a bounded time after it was asked for; older than that it never is.
    case ttl
    /// The home is asked at each read whether the copy is the newest; only a newer value travels.
    case validate
    /// The home knows who has copies; a write waits until they are dropped.
    case invalidate
    /// Like ``invalidate``; after the commit the home sends the new value to those that had it.
    case update

    /// Whether reads from copies are linearizable although the home is not asked.
    public var isStrict: Bool { self == .invalidate || self == .update }
}

/// How a node guesses which keys its clients will read next.
public enum Prefetching: String, Sendable, Codable, CaseIterable {
    /// Not at all.
    case off
    /// The next keys of a run of numbers at the end of names.
    case sequential
    /// Keys at a constant distance in such numbers.
    case stride
    /// Keys that followed this one before.
    case markov
    /// The keys that are read most in the whole cluster.
    case popular
}

/// Another coherence for keys whose name begins with some bytes.
public struct CoherenceRule: Sendable, Codable, Equatable {
    /// What the keys begin with: 1 to ``prefixBytesMax`` printable ASCII characters without blanks
    /// and `=`.
    public var prefix: String
    /// What holds for them.
    public var coherence: Coherence

    /// The longest prefix, in bytes.
    public static let prefixBytesMax = 256
    /// The most rules of a cluster.
    public static let countMax = 64

    /// Makes a rule.
    public init(prefix: String, coherence: Coherence) {
        self.prefix = prefix
        self.coherence = coherence
    }

    /// What is wrong with the rule; nil when nothing is.
    func validate() -> String? {
        let isPlain = prefix.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "=") }
        guard isPlain, (1...Self.prefixBytesMax).contains(prefix.utf8.count) else {
            return "a prefix has 1 to \(Self.prefixBytesMax) printable ASCII characters, no blank "
                + "and no ="
        }
        return nil
    }
}

extension ClusterSettings {
    /// The coherence that holds for a key: that of the longest prefix it begins with, else the
    /// cluster's.
    public func coherence(of key: UnsafeRawBufferPointer) -> Coherence {
        guard !coherenceRules.isEmpty else { return coherence }
        var best: CoherenceRule?
        for rule in coherenceRules where rule.prefix.utf8.count > best?.prefix.utf8.count ?? 0 {
            if key.starts(with: rule.prefix.utf8) { best = rule }
        }
        return best?.coherence ?? coherence
    }

    /// Whether some key may be answered from a copy without asking its home.
    public var isAnyStrict: Bool {
        coherence.isStrict || coherenceRules.contains { $0.coherence.isStrict }
    }

    /// Whether some key may be kept as a copy.
    public var isAnyCached: Bool {
        coherence != .off || coherenceRules.contains { $0.coherence != .off }
    }

    /// Rules as text: `prefix=coherence`, separated by blanks; empty for none.
    static func text(of rules: [CoherenceRule]) -> String {
        rules.map { "\($0.prefix)=\($0.coherence.rawValue)" }.joined(separator: " ")
    }

    /// Rules from their text; nil when it makes no sense.
    static func coherenceRules(from text: String) -> [CoherenceRule]? {
        var rules: [CoherenceRule] = []
        for word in text.split(separator: " ") {
            let parts = word.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let coherence = Coherence(rawValue: String(parts[1])) else {
                return nil
            }
            rules.append(CoherenceRule(prefix: String(parts[0]), coherence: coherence))
        }
        return rules
    }
}
