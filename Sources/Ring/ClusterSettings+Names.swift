extension ClusterSettings {
    /// The settings that change by vote in a running cluster, besides `replicas`, which is a change
    /// of the ring.
    ///
    /// The length of a lease is not among them: giver and holder of a lease have to agree on it.
    public static let names = [
        "cache-bytes", "coherence", "coherence-prefixes", "coherence-ttl", "deadline", "grace",
        "heartbeat", "move-rate", "moves-paused", "prefetching", "suspect",
    ]

    /// The value of a setting as text: milliseconds, bytes per second, `yes` or `no`.
    ///
    /// - Returns: nil for an unknown name.
    public func value(ofSetting name: String) -> String? {
        switch name {
        case "cache-bytes": String(cacheBytes)
        case "coherence": coherence.rawValue
        case "coherence-prefixes": Self.text(of: coherenceRules)
        case "coherence-ttl": String(copyMilliseconds)
        case "deadline": String(deadlineMilliseconds)
        case "grace": String(graceMilliseconds)
        case "heartbeat": String(heartbeatMilliseconds)
        case "lease": String(leaseMilliseconds)
        case "move-rate": String(moveBytesPerSecond)
        case "moves-paused": areMovesPaused ? "yes" : "no"
        case "prefetching": prefetching.rawValue
        case "replicas": String(replicas)
        case "suspect": String(suspectMilliseconds)
        default: nil
        }
    }

    /// Why a setting cannot have a value, in words for people; nil when it can.
    func refusal(ofSetting name: String, to value: String) -> String? {
        guard Self.names.contains(name) else {
            return name == "lease"
                ? "lease is fixed when a cluster is founded" : "there is no setting \(name)"
        }
        guard let changed = setting(name, to: value) else {
            return switch name {
            case "coherence": "coherence is \(Self.choices(Coherence.allCases))"
            case "coherence-prefixes": "coherence-prefixes are like user:=invalidate, by blanks"
            case "moves-paused": "moves-paused is yes or no"
            case "prefetching": "prefetching is \(Self.choices(Prefetching.allCases))"
            default: "\(name) must be a whole number"
            }
        }
        return changed.validate()
    }

    private static func choices<Choice: RawRepresentable<String>>(_ all: [Choice]) -> String {
        let words = all.map(\.rawValue)
        return words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
    }

    /// These settings with another value of one; nil when the name or the value makes no sense.
    func setting(_ name: String, to value: String) -> ClusterSettings? {
        var changed = self
        switch name {
        case "moves-paused":
            guard value == "yes" || value == "no" else { return nil }
            changed.areMovesPaused = value == "yes"
            return changed
        case "coherence":
            guard let coherence = Coherence(rawValue: value) else { return nil }
            changed.coherence = coherence
            return changed
        case "coherence-prefixes":
            guard let rules = Self.coherenceRules(from: value) else { return nil }
            changed.coherenceRules = rules
            return changed
        case "prefetching":
            guard let prefetching = Prefetching(rawValue: value) else { return nil }
            changed.prefetching = prefetching
            return changed
        default:
            return numericSetting(name, to: value)
        }
    }

    private func numericSetting(_ name: String, to value: String) -> ClusterSettings? {
        guard let number = Int(value) else { return nil }
        var changed = self
        switch name {
        case "cache-bytes": changed.cacheBytes = number
        case "coherence-ttl": changed.copyMilliseconds = number
        case "deadline": changed.deadlineMilliseconds = number
        case "grace": changed.graceMilliseconds = number
        case "heartbeat": changed.heartbeatMilliseconds = number
        case "move-rate": changed.moveBytesPerSecond = number
        case "suspect": changed.suspectMilliseconds = number
        default: return nil
        }
        return changed
    }
}
