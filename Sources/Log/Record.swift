/// What a record says about its key or its slots.
public enum RecordKind: UInt8, Sendable, CaseIterable {
    /// A new value: the next position of the slot's stream.
    case write
    /// The entry is gone: the next position of the slot's stream.
    case remove
    /// Part of an install: an entry with its original version. Does not advance the copy.
    case copy
    /// Part of an install: the source lacks this entry. Does not advance the copy.
    case drop
    /// (base, position) := (generation, position): the last record of an install, and what founding
    /// writes.
    case mark
    /// The entries are gone and the copy has no base, (0, 0), whatever was wrong with it before:
    /// what a node writes that drops what it no longer owns.
    case clear
    /// The entries are gone, and the copy counts for nothing until the next mark: written before
    /// a damaged copy's entries are written anew, so that nothing depends on the lines before it.
    case void
    /// The entries stay, but the copy counts for nothing until the next mark: it may have forgotten
    /// what it acknowledged, because the machine stopped before all was on the disk.
    case doubt

    /// Whether such a record carries a value.
    @inlinable
    @inline(__always)
    public var hasValue: Bool { self == .write || self == .copy }

    /// Whether such a record is about one key; the others are about a slot or a range of slots.
    @inlinable
    @inline(__always)
    public var hasKey: Bool { rawValue < RecordKind.mark.rawValue }
}

/// One record of the log and of the replication stream, as a view of bytes that others own.
///
/// Trivially copyable; valid as long as the bytes are that ``key`` and ``value`` point to. All
/// numbers are 0 or more and below 2^53, so that every JSON reader keeps them exact.
public struct Record {
    /// What the record says.
    public var kind: RecordKind
    /// Any bytes; empty in kinds that are about slots, and legally empty elsewhere too.
    public var key: UnsafeRawBufferPointer
    /// Any bytes; empty in all kinds but write and copy.
    public var value: UnsafeRawBufferPointer
    /// The key's slot, or the first slot of a range.
    public var slot: Int
    /// The last slot, inclusive: equal to ``slot`` except in a record about a range.
    public var lastSlot: Int
    /// The version's generation; 0 in a clear, a void and a doubt, which have no version.
    public var generation: Int
    /// The version's position in the slot's stream of that generation.
    public var position: Int
    /// When the entry expires, milliseconds since 1970; 0 is never.
    public var expiry: Int

    /// Makes a record about a key.
    @inlinable
    public init(
        kind: RecordKind, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, slot: Int,
        generation: Int, position: Int, expiry: Int
    ) {
        self.kind = kind
        self.key = key
        self.value = value
        self.slot = slot
        self.lastSlot = slot
        self.generation = generation
        self.position = position
        self.expiry = expiry
    }

    /// Makes a mark of one slot or of a range of them.
    ///
    /// - Parameters:
    ///   - slots: the slots whose (base, position) it sets.
    ///   - generation: the base.
    ///   - position: the position.
    @inlinable
    public init(mark slots: ClosedRange<Int>, generation: Int, position: Int) {
        self.init(.mark, slots: slots)
        self.generation = generation
        self.position = position
    }

    /// Makes a record about one slot or a range of them, without a version.
    ///
    /// - Parameters:
    ///   - kind: one that has no key.
    ///   - slots: within 0..<16,384.
    @inlinable
    public init(_ kind: RecordKind, slots: ClosedRange<Int>) {
        precondition(!kind.hasKey, "a record about a key")
        self.kind = kind
        self.key = UnsafeRawBufferPointer(start: nil, count: 0)
        self.value = UnsafeRawBufferPointer(start: nil, count: 0)
        self.slot = slots.lowerBound
        self.lastSlot = slots.upperBound
        self.generation = 0
        self.position = 0
        self.expiry = 0
    }
}

/// The named limits of the log's lines.
public enum RecordLimits {
    /// No number in a line reaches this: 2^53, where JSON readers stop being exact.
    public static let numberMax = 1 << 53
    /// The longest key in bytes unless configured otherwise: 64 KiB.
    public static let keyBytesMax = 64 << 10
    /// The longest value in bytes unless configured otherwise: 64 MiB.
    public static let valueBytesMax = 64 << 20

    /// The longest line in bytes, line feed included, that a record within the limits takes.
    ///
    /// Text is written only where it is no longer than base64, so the bound is that of base64 plus
    /// names, numbers and punctuation.
    ///
    /// - Parameters:
    ///   - keyBytesMax: the longest key, 0 or more.
    ///   - valueBytesMax: the longest value, 0 or more.
    /// - Returns: the bound in bytes.
    public static func lineBytesMax(
        keyBytesMax: Int = RecordLimits.keyBytesMax, valueBytesMax: Int = RecordLimits.valueBytesMax
    ) -> Int {
        base64Count(keyBytesMax) + base64Count(valueBytesMax)
            + RecordEncoder.fixedBytesMax
    }
}
