import Log

/// Lines of a log file that could not be read.
public struct FileDamage: Sendable, Equatable, CustomStringConvertible {
    /// The file.
    public var path: String
    /// Where in it, and what.
    public var damage: LogDamage

    /// The finding in words, for people: file, offset, length, reason.
    public var description: String {
        "\(path) at byte \(damage.offset), \(damage.bytes) bytes: \(damage.failure)"
            + (damage.slot.map { " (slot \($0))" } ?? "")
    }
}

/// The slots that damage was found in, whether or not it was mended since.
public enum DamagedSlots: Sendable, Equatable {
    /// These ones; none when empty.
    case some(Set<Int>)
    /// What is damaged may be of any slot.
    case all

    mutating func insert(_ slot: Int?) {
        switch (self, slot) {
        case (.some(var slots), let slot?):
            slots.insert(slot)
            self = .some(slots)
        default: self = .all
        }
    }
}

/// What a replay of the log has found.
public struct ReplayReport: Sendable, Equatable {
    /// How many pieces of damage are listed; the rest is only counted.
    public static let damageListedMax = 1_000

    /// Records replayed.
    public var records = 0
    /// Segments read.
    public var segments = 0
    /// Bytes on disk, a tail that was cut not included.
    public var bytes = 0
    /// The tail that was cut from the last segment: what a crash had left unfinished.
    public var tail: FileDamage?
    /// Damage with good lines behind it, in order.
    public var damage: [FileDamage] = []
    /// How much of it there is, listed or not.
    public var damageCount = 0
    /// The slots that it concerns.
    public var damagedSlots = DamagedSlots.some([])

    /// The number of the first segment.
    var firstSegment = 1
    /// The lengths of the segments in bytes, in order; of the last what is good of it.
    var sizes: [Int] = []

    /// Nothing replayed.
    public init() {}

    mutating func add(_ damage: FileDamage) {
        damageCount += 1
        if self.damage.count < Self.damageListedMax { self.damage.append(damage) }
        damagedSlots.insert(damage.damage.slot)
    }
}
