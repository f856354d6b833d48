/// Where one argument lies, counted from the first byte of its request.
public struct ArgumentRange {
    /// Bytes before the argument.
    public let offset: UInt32
    /// Bytes of the argument.
    public let count: UInt32

    /// Makes a range.
    ///
    /// - Parameters:
    ///   - offset: bytes before the argument.
    ///   - count: bytes of the argument.
    @inlinable
    public init(offset: UInt32, count: UInt32) {
        self.offset = offset
        self.count = count
    }
}

/// The arguments of one command, its name first: views into memory that others own.
///
/// Copying costs nothing and keeps nothing alive. Whoever hands out the value says how long the
/// memory lasts; for ``RequestParser/arguments`` that is until the parser is next called.
public struct Arguments {
    @usableFromInline let base: UnsafeRawPointer
    @usableFromInline let ranges: UnsafePointer<ArgumentRange>

    /// How many arguments there are, the command's name included.
    public let count: Int

    /// Makes a view.
    ///
    /// - Parameters:
    ///   - base: what the ranges are counted from.
    ///   - ranges: at least `count` ranges.
    ///   - count: 0 or more.
    @inlinable
    public init(base: UnsafeRawPointer, ranges: UnsafePointer<ArgumentRange>, count: Int) {
        self.base = base
        self.ranges = ranges
        self.count = count
    }

    /// The bytes of one argument.
    ///
    /// - Parameter index: within `0..<count`; anything else is a bug of ours and stops the program.
    @inlinable
    public subscript(index: Int) -> UnsafeRawBufferPointer {
        precondition(index >= 0 && index < count)
        let range = ranges[index]
        return UnsafeRawBufferPointer(
            start: base + Int(truncatingIfNeeded: range.offset),
            count: Int(truncatingIfNeeded: range.count))
    }

    /// The arguments without the first ones.
    ///
    /// - Parameter dropped: 0 to ``count``.
    /// - Returns: a view of the others.
    @inlinable
    public func dropFirst(_ dropped: Int = 1) -> Arguments {
        precondition(dropped >= 0 && dropped <= count)
        return Arguments(base: base, ranges: ranges + dropped, count: count - dropped)
    }

    /// Only the first arguments.
    ///
    /// - Parameter kept: 0 to ``count``.
    /// - Returns: a view of them.
    @inlinable
    public func prefix(_ kept: Int) -> Arguments {
        precondition(kept >= 0 && kept <= count)
        return Arguments(base: base, ranges: ranges, count: kept)
    }

    /// A copy of one argument's bytes; for cold paths.
    public func array(_ index: Int) -> [UInt8] { Array(self[index]) }

    /// One argument as text, with invalid UTF-8 replaced; for messages, never for keys.
    public func text(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }
}

/// Lends arguments made of byte arrays; for cold paths and tests.
///
/// - Parameters:
///   - list: the command's name and its arguments, less than 4 GiB together.
///   - body: what to do with them; the view must not escape it.
/// - Returns: what the body returns.
public func withArguments<Result>(
    _ list: [[UInt8]], _ body: (Arguments) throws -> Result
) rethrows -> Result {
    var bytes: [UInt8] = [0]
    var ranges: [ArgumentRange] = []
    for argument in list {
        ranges.append(ArgumentRange(offset: UInt32(bytes.count), count: UInt32(argument.count)))
        bytes += argument
    }
    ranges.append(ArgumentRange(offset: 0, count: 0))
    return try bytes.withUnsafeBytes { memory in
        try ranges.withUnsafeBufferPointer { places in
            guard let base = memory.baseAddress, let first = places.baseAddress else {
                preconditionFailure("neither array is empty")
            }
            return try body(Arguments(base: base, ranges: first, count: list.count))
        }
    }
}
