import RESP

/// Where the keys of a command are.
public struct CommandKeys: Sequence, IteratorProtocol {
    private var index: Int
    private let last: Int
    private let step: Int

    /// The indices of a command's keys among its arguments, in order.
    ///
    /// - Parameters:
    ///   - id: which command.
    ///   - argumentCount: arguments with the name, as many as the arity asks for.
    public init(_ id: CommandID, argumentCount: Int) {
        let shape = CommandTable.shape(id)
        step = Int(shape.keyStep)
        index = Int(shape.firstKey)
        let named = Int(shape.lastKey)
        last = step == 0 ? -1 : named < 0 ? argumentCount + named : named
    }

    /// How many keys are left.
    public var underestimatedCount: Int { index > last ? 0 : (last - index) / step + 1 }

    /// The index of the next key.
    public mutating func next() -> Int? {
        guard index <= last else { return nil }
        defer { index += step }
        return index
    }
}
