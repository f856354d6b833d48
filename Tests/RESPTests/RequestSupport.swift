import RESP

/// What a parser made of some bytes.
struct ParseOutcome: Equatable {
    var requests: [[[UInt8]]] = []
    var failure: ProtocolFailure?
}

/// Feeds bytes in pieces, each time from fresh memory, as a caller does whose buffer moves.
///
/// - Parameters:
///   - bytes: what the client sends.
///   - pieces: sizes of the pieces; what is left over comes as the last one.
///   - batch: requests parsed in one call.
///   - limits: what the client may send.
/// - Returns: all requests, and the failure that ended them.
func parse(
    _ bytes: [UInt8], pieces: [Int] = [], batch: Int = 1, limits: RequestLimits = .init()
) -> ParseOutcome {
    let parser = RequestParser(limits: limits)
    var outcome = ParseOutcome()
    var waiting: [UInt8] = []
    var fed = 0
    var sizes = pieces[...]
    while fed < bytes.count {
        let size = min(sizes.popFirst() ?? bytes.count, bytes.count - fed)
        // A new array, so that the bytes do not stay where they were.
        waiting = waiting + bytes[fed..<fed + size]
        fed += size
        let isAlive = waiting.withUnsafeBytes { drain(parser, $0, batch, &outcome) }
        guard isAlive else { return outcome }
        let consumed = parser.consumed
        waiting.removeFirst(consumed)
        parser.didDrop(consumed)
    }
    return outcome
}

/// Parses what is there; false after a failure.
private func drain(
    _ parser: borrowing RequestParser, _ buffer: UnsafeRawBufferPointer, _ batch: Int,
    _ outcome: inout ParseOutcome
) -> Bool {
    while true {
        let (count, end) = parser.nextBatch(buffer, atMost: batch)
        for index in 0..<count {
            let arguments = parser.arguments(at: index)
            outcome.requests.append((0..<arguments.count).map { arguments.array($0) })
        }
        switch end {
        case .request: continue
        case .needMore(let hint):
            precondition(hint > 0)
            return true
        case .failure(let failure):
            outcome.failure = failure
            return false
        }
    }
}

/// A request in the form that clients send.
func multibulk(_ arguments: [[UInt8]]) -> [UInt8] {
    var bytes = Array("*\(arguments.count)\r\n".utf8)
    for argument in arguments {
        bytes += Array("$\(argument.count)\r\n".utf8) + argument + [13, 10]
    }
    return bytes
}

/// The same for text.
func multibulk(_ arguments: String...) -> [UInt8] { multibulk(arguments.map { Array($0.utf8) }) }

extension [[UInt8]] {
    /// The arguments as text.
    var texts: [String] { map { String(decoding: $0, as: UTF8.self) } }
}

/// A small generator of random numbers with a seed, so that a failure can be run again.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
