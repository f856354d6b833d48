/// The configurations that a search has been in, so that none is explored twice.
///
/// Operations of unknown fate may be left out of an order. So of two configurations with the same
/// value and the same answered operations placed, the one that has used fewer of the unknown ones
/// can do all that the other can, and the other is not worth exploring.
struct SearchCache {
    /// By answered operations and value: the smallest sets of unknown operations used.
    private var seen: [[UInt64]: [[UInt64]]] = [:]

    /// Notes a configuration.
    ///
    /// - Parameters:
    ///   - answered: the answered operations that are placed.
    ///   - unknown: the operations of unknown fate that are placed.
    ///   - value: the key's value after them.
    /// - Returns: whether it is worth exploring.
    mutating func insert(answered: PlacedSet, unknown: PlacedSet, value: Int) -> Bool {
        var name = [UInt64(value)]
        answered.appendName(to: &name)
        return Self.add(unknown.words, to: &seen[name, default: []])
    }

    private static func add(_ words: [UInt64], to smallest: inout [[UInt64]]) -> Bool {
        for known in smallest where isSubset(known, of: words) { return false }
        smallest.removeAll { isSubset(words, of: $0) }
        smallest.append(words)
        return true
    }

    private static func isSubset(_ left: [UInt64], of right: [UInt64]) -> Bool {
        for index in left.indices where left[index] & ~right[index] != 0 { return false }
        return true
    }
}
