/// A growable run of bytes in memory of its own, written at the end and read as a whole.
///
/// The value is a handle: copies share one storage, so that a caller can lend its buffer to the hot
/// path without an exclusivity check or a reference count. Whoever creates a buffer calls
/// ``deallocate()`` exactly once, and no copy is used after that. A buffer belongs to one thread.
public struct OutputBuffer {
    @usableFromInline
    struct Storage {
        @usableFromInline var base: UnsafeMutablePointer<UInt8>
        @usableFromInline var count: Int
        @usableFromInline var capacity: Int

        @usableFromInline
        init(base: UnsafeMutablePointer<UInt8>, count: Int, capacity: Int) {
            self.base = base
            self.count = count
            self.capacity = capacity
        }
    }

    @usableFromInline let storage: UnsafeMutablePointer<Storage>

    /// Makes an empty buffer.
    ///
    /// - Parameter capacity: bytes to reserve at once; at least 16 are.
    public init(capacity: Int = 256) {
        let reserved = max(capacity, 16)
        storage = .allocate(capacity: 1)
        storage.initialize(
            to: Storage(base: .allocate(capacity: reserved), count: 0, capacity: reserved))
    }

    /// Frees the memory; this handle and every copy of it are dead afterwards.
    public func deallocate() {
        storage.pointee.base.deallocate()
        storage.deallocate()
    }

    /// Bytes written.
    @inlinable
    public var count: Int { storage.pointee.count }

    /// Whether nothing is written.
    @inlinable
    public var isEmpty: Bool { storage.pointee.count == 0 }

    /// The bytes written, valid until the next append, clear or deallocate.
    @inlinable
    public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: storage.pointee.base, count: storage.pointee.count)
    }

    /// The bytes of one range, valid until the next append, clear or deallocate.
    ///
    /// - Parameter range: half-open, within `0..<count`.
    /// - Returns: a view of them.
    @inlinable
    public func bytes(in range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return UnsafeRawBufferPointer(
            start: storage.pointee.base + range.lowerBound, count: range.count)
    }

    /// Makes room for more bytes and returns where they go; ``advance(_:)`` then counts them.
    ///
    /// - Parameter additional: bytes that may be written there, 0 or more.
    /// - Returns: the place behind the last byte.
    @inlinable
    public func reserve(_ additional: Int) -> UnsafeMutablePointer<UInt8> {
        if storage.pointee.capacity - storage.pointee.count < additional { grow(additional) }
        return storage.pointee.base + storage.pointee.count
    }

    /// Counts bytes that were written to the place ``reserve(_:)`` returned.
    @inlinable
    public func advance(_ written: Int) {
        storage.pointee.count &+= written
    }

    @usableFromInline
    @inline(never)
    func grow(_ additional: Int) {
        let needed = storage.pointee.count + additional
        let capacity = max(needed, storage.pointee.capacity * 2)
        let base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        base.update(from: storage.pointee.base, count: storage.pointee.count)
        storage.pointee.base.deallocate()
        storage.pointee.base = base
        storage.pointee.capacity = capacity
    }

    /// Appends one byte.
    @inlinable
    public func append(_ byte: UInt8) {
        reserve(1).pointee = byte
        advance(1)
    }

    /// Appends bytes, which must not lie in this buffer.
    @inlinable
    public func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        UnsafeMutableRawPointer(reserve(bytes.count)).copyMemory(
            from: source, byteCount: bytes.count)
        advance(bytes.count)
    }

    /// Appends the bytes of a literal.
    @inlinable
    public func append(_ literal: StaticString) {
        append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends the UTF-8 of a string; for cold paths.
    public func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends bytes; for cold paths.
    public func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Appends a number in decimal digits.
    @inlinable
    public func append(decimal value: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }

    /// Appends a number in decimal digits.
    @inlinable
    public func append(decimal value: UInt) {
        let place = reserve(20)
        if value < 10 {
            place.pointee = 48 &+ UInt8(truncatingIfNeeded: value)
            advance(1)
            return
        }
        var digits = 0
        var rest = value
        while rest > 0 {
            digits &+= 1
            rest /= 10
        }
        rest = value
        var index = digits
        while index > 0 {
            index &-= 1
            place[index] = 48 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        advance(digits)
    }

    /// Appends a number as exactly `digits` lower-case hexadecimal digits.
    @inlinable
    public func append(hexadecimal value: UInt64, digits: Int) {
        let place = reserve(digits)
        for index in 0..<digits {
            let nibble = UInt8(truncatingIfNeeded: value >> UInt64(4 * (digits - 1 - index))) & 15
            place[index] = nibble < 10 ? 48 &+ nibble : 87 &+ nibble
        }
        advance(digits)
    }

    /// Forgets the bytes from `count` on.
    ///
    /// - Parameter count: 0 to the present count.
    @inlinable
    public func truncate(to count: Int) {
        precondition(count >= 0 && count <= storage.pointee.count)
        storage.pointee.count = count
    }

    /// Forgets all bytes, and gives memory back when there is much more of it than usual.
    ///
    /// - Parameter capacityMax: the capacity in bytes that may be kept for the next use.
    public func clear(keepingAtMost capacityMax: Int = 1 << 20) {
        storage.pointee.count = 0
        if storage.pointee.capacity > capacityMax {
            storage.pointee.base.deallocate()
            storage.pointee.base = .allocate(capacity: 256)
            storage.pointee.capacity = 256
        }
    }

    /// A copy of the bytes; for cold paths.
    public func array() -> [UInt8] { Array(bytes) }
}
