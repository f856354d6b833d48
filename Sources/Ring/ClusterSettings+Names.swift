extension ClusterSettings {
    /// The settings that change by vote in a running cluster, besides `replicas`, which is a change
    /// of the ring.
    ///
    /// The length of a lease is not among them: giver and holder of a lease have to agree on it.
    public static let names = [
        "deadline", "grace", "heartbeat", "move-rate", "moves-paused", "suspect",
    ]

    /// The value of a setting as text: milliseconds, bytes per second, `yes` or `no`.
    ///
    /// - Returns: nil for an unknown name.
    public func value(ofSetting name: String) -> String? {
        switch name {
        case "deadline": String(deadlineMilliseconds)
        case "grace": String(graceMilliseconds)
        case "heartbeat": String(heartbeatMilliseconds)
        case "lease": String(leaseMilliseconds)
        case "move-rate": String(moveBytesPerSecond)
        case "moves-paused": areMovesPaused ? "yes" : "no"
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
            return name == "moves-paused"
                ? "moves-paused is yes or no" : "\(name) must be a whole number"
        }
        return changed.validate()
    }

    /// These settings with another value of one; nil when the name or the value makes no sense.
    func setting(_ name: String, to value: String) -> ClusterSettings? {
        var changed = self
        if name == "moves-paused" {
            guard value == "yes" || value == "no" else { return nil }
            changed.areMovesPaused = value == "yes"
            return changed
        }
        guard let number = Int(value) else { return nil }
        switch name {
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
