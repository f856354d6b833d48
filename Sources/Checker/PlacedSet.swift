/// The operations that a search has placed, by ordinal, with a short name for the whole set.
///
/// Operations are numbered in the order of their calls, and a search can run ahead only of what is
/// under way at the same time, so that all but a window of the set is a solid run from 0.
struct PlacedSet {
    /// One bit per ordinal.
    private(set) var words: [UInt64]
    private var count = 0
    private var lowestFree = 0

    /// Makes an empty set of ordinals below `capacity`.
    init(capacity: Int) {
        words = Array(repeating: 0, count: (capacity + 63) / 64)
    }

    func contains(_ ordinal: Int) -> Bool {
        words[ordinal / 64] & (1 << UInt64(ordinal % 64)) != 0
    }

    mutating func insert(_ ordinal: Int) {
        words[ordinal / 64] |= 1 << UInt64(ordinal % 64)
        count += 1
        while lowestFree < words.count * 64, contains(lowestFree) { lowestFree += 1 }
    }

    mutating func remove(_ ordinal: Int) {
        words[ordinal / 64] &= ~(1 << UInt64(ordinal % 64))
        count -= 1
        lowestFree = min(lowestFree, ordinal)
    }

    /// Appends what tells this set from every other of the same capacity: the length of the solid
    /// run, then the words from its end to the last member.
    func appendName(to name: inout [UInt64]) {
        name.append(UInt64(lowestFree))
        var index = lowestFree / 64
        var rest = count - index * 64
        while rest > 0 {
            name.append(words[index])
            rest -= words[index].nonzeroBitCount
            index += 1
        }
    }
}
