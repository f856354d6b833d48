/// What the number of a setting counts.
public enum SettingUnit: String, Sendable, Encodable {
    case milliseconds
    case bytes

    /// The units that are shown, the largest first, and how much each is.
    private var units: [(String, Int)] {
        switch self {
        case .milliseconds: [("s", 1_000), ("ms", 1)]
        case .bytes: [("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10), ("", 1)]
        }
    }

    /// An amount in the largest unit in which it is a whole number: `60s`, `12M`.
    public func shown(_ number: Int) -> String {
        guard number != 0 else { return "0" }
        let unit = units.first { number.isMultiple(of: $0.1) } ?? ("", 1)
        return "\(number / unit.1)\(unit.0)"
    }
}

extension ClusterSettings {
    /// What the numbers of a setting count; nil where its values are no amounts.
    ///
    /// `move-rate` is of bytes, too: in each second.
    public static func unit(ofSetting name: String) -> SettingUnit? {
        switch name {
        case "cache-bytes", "move-rate": .bytes
        case "coherence-ttl", "deadline", "grace", "heartbeat", "lease", "suspect": .milliseconds
        default: nil
        }
    }
}
