#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// One key of an ``Index``: a handle to its memory.
///
/// Valid until the index next changes that key, removes its slot's entries or is deallocated.
///
/// ```
/// offset  0  position (bits 0–52), has an expiry (bit 62), is a tombstone (bit 63)
///         8  generation
///        16  bytes of the value, UInt32
///        20  bytes of the key, UInt32
///        24  expiry, only when bit 62 says so
///     24/32  key, then value
/// ```
///
/// 24 bytes of header with 16 + 64 bytes of key and value make 104, which with malloc's own 8 is
/// exactly a multiple of 16.
public struct Entry {
    @usableFromInline let base: UnsafeMutableRawPointer

    @inlinable
    init(base: UnsafeMutableRawPointer) { self.base = base }

    @usableFromInline static let headerBytes = 24
    @usableFromInline static let expiryBytes = 8
    @usableFromInline static let generationOffset = 8
    @usableFromInline static let valueCountOffset = 16
    @usableFromInline static let keyCountOffset = 20
    @usableFromInline static let hasExpiryBit: UInt64 = 1 << 62
    @usableFromInline static let tombstoneBit: UInt64 = 1 << 63
    @usableFromInline static let positionMask: UInt64 = (1 << 53) - 1

    @inlinable var word: UInt64 { base.load(as: UInt64.self) }
    @inlinable var hasExpiry: Bool { word & Entry.hasExpiryBit != 0 }
    @inlinable var keyOffset: Int {
        hasExpiry ? Entry.headerBytes + Entry.expiryBytes : Entry.headerBytes
    }
    @inlinable var keyCount: Int {
        Int(base.load(fromByteOffset: Entry.keyCountOffset, as: UInt32.self))
    }
    @inlinable var valueCount: Int {
        Int(base.load(fromByteOffset: Entry.valueCountOffset, as: UInt32.self))
    }

    /// The key's bytes.
    @inlinable
    public var key: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + keyOffset, count: keyCount)
    }

    /// The value's bytes; empty for a tombstone.
    @inlinable
    public var value: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + keyOffset + keyCount, count: valueCount)
    }

    /// The version's generation.
    @inlinable
    public var generation: Int { base.load(fromByteOffset: Entry.generationOffset, as: Int.self) }

    /// The version's position.
    @inlinable
    public var position: Int { Int(truncatingIfNeeded: word & Entry.positionMask) }

    /// When the entry expires, milliseconds since 1970; 0 is never.
    @inlinable
    public var expiry: Int {
        hasExpiry ? base.load(fromByteOffset: Entry.headerBytes, as: Int.self) : 0
    }

    /// Whether the entry is a removal that is not yet committed.
    @inlinable
    public var isTombstone: Bool { word & Entry.tombstoneBit != 0 }
}

extension Entry {
    /// The size of the memory for so many bytes: what malloc would round it up to.
    ///
    /// Asked for in full, so that a value may later grow into it.
    @inline(__always)
    static func blockBytes(_ bytes: Int) -> Int { (bytes &+ 23) & ~15 &- 8 }

    @inline(__always)
    private static func bytesNeeded(_ keyCount: Int, _ valueCount: Int, _ expiry: Int) -> Int {
        headerBytes &+ (expiry > 0 ? expiryBytes : 0) &+ keyCount &+ valueCount
    }

    /// Makes an entry in memory of its own.
    @inline(__always)
    static func make(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, generation: Int, position: Int,
        expiry: Int, isTombstone: Bool = false
    ) -> Entry {
        let bytes = bytesNeeded(key.count, value.count, expiry)
        // Straight from malloc: Swift's own allocation goes by posix_memalign, which costs more.
        guard let base = malloc(blockBytes(bytes)) else { fatalError("out of memory") }
        let entry = Entry(base: base)
        entry.base.storeBytes(
            of: UInt32(key.count), toByteOffset: keyCountOffset, as: UInt32.self)
        entry.setHeader(
            valueCount: value.count, generation: generation, position: position, expiry: expiry,
            isTombstone: isTombstone)
        if let bytes = key.baseAddress {
            (entry.base + entry.keyOffset).copyMemory(from: bytes, byteCount: key.count)
        }
        entry.setValue(value)
        return entry
    }

    /// Gives the entry another value and version in its own memory, when they fit there exactly.
    ///
    /// - Parameters:
    ///   - value: may be this entry's own.
    ///   - generation: of the version.
    ///   - position: of the version.
    ///   - expiry: milliseconds since 1970; 0 is never.
    /// - Returns: whether it was done.
    @inline(__always)
    func replace(
        value: UnsafeRawBufferPointer, generation: Int, position: Int, expiry: Int
    ) -> Bool {
        let keyCount = keyCount
        let before = Entry.bytesNeeded(keyCount, valueCount, self.expiry)
        let after = Entry.bytesNeeded(keyCount, value.count, expiry)
        guard hasExpiry == (expiry > 0), Entry.blockBytes(before) == Entry.blockBytes(after) else {
            return false
        }
        setHeader(
            valueCount: value.count, generation: generation, position: position, expiry: expiry,
            isTombstone: false)
        setValue(value)
        return true
    }

    @inline(__always)
    private func setHeader(
        valueCount: Int, generation: Int, position: Int, expiry: Int, isTombstone: Bool
    ) {
        precondition(
            position >= 0 && position < RecordLimits.numberMax && generation >= 0 && expiry >= 0)
        var word = UInt64(truncatingIfNeeded: position)
        if expiry > 0 { word |= Entry.hasExpiryBit }
        if isTombstone { word |= Entry.tombstoneBit }
        base.storeBytes(of: word, as: UInt64.self)
        base.storeBytes(of: generation, toByteOffset: Entry.generationOffset, as: Int.self)
        base.storeBytes(
            of: UInt32(valueCount), toByteOffset: Entry.valueCountOffset, as: UInt32.self)
        if expiry > 0 {
            base.storeBytes(of: expiry, toByteOffset: Entry.headerBytes, as: Int.self)
        }
    }

    @inline(__always)
    private func setValue(_ value: UnsafeRawBufferPointer) {
        guard let bytes = value.baseAddress else { return }
        (base + keyOffset + keyCount).copyMemory(from: bytes, byteCount: value.count)
    }

    /// Frees its memory.
    @inline(__always)
    func deallocate() { free(base) }
}
