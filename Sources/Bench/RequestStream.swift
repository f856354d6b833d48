import NIOCore

/// The requests of one connection in one phase, made from one prepared request in which only the
/// digits of the key change.
struct RequestStream {
    /// Digits of the number in a key; all keys are of one length.
    static let keyDigits = 12
    /// What every key begins with.
    static let keyPrefix = "bench:"

    /// Requests that are not written yet.
    private(set) var remaining: Int
    private var order: KeyOrder
    private var request: [UInt8]
    private let digitsEnd: Int

    /// Prepares one connection's share of a phase.
    ///
    /// - Parameters:
    ///   - phase: what to ask for.
    ///   - client: the connection, from 0.
    ///   - plan: what was asked for.
    init(_ phase: BenchPhase, client: Int, plan: BenchPlan) {
        let total = plan.operationCount(of: phase)
        remaining = total / plan.clients + (client < total % plan.clients ? 1 : 0)
        var seeds = BenchGenerator(seed: plan.seed ^ UInt64(client) << 8 ^ phase.ordinal)
        order =
            switch phase {
            case .insert, .delete:
                .sharedWalk(
                    client: client, of: plan.clients, keyCount: plan.keyCount, seed: plan.seed)
            case .retrieve, .update:
                .random(BenchGenerator(seed: seeds.next()), keyCount: plan.keyCount)
            }
        let verb =
            switch phase {
            case .insert, .update: "SET"
            case .retrieve: "GET"
            case .delete: "DEL"
            }
        let keyBytes = Self.keyPrefix.utf8.count + Self.keyDigits
        let hasValue = phase == .insert || phase == .update
        request = Array("*\(hasValue ? 3 : 2)\r\n$3\r\n\(verb)\r\n$\(keyBytes)\r\n".utf8)
        request += Self.keyPrefix.utf8
        request += repeatElement(UInt8(ascii: "0"), count: Self.keyDigits)
        digitsEnd = request.count
        request += [13, 10]
        if hasValue {
            request += Array("$\(plan.valueBytes)\r\n".utf8)
            request += Self.value(bytes: plan.valueBytes, seed: seeds.next())
            request += [13, 10]
        }
    }

    /// Writes the next requests.
    ///
    /// - Parameters:
    ///   - count: how many, at most ``remaining``.
    ///   - buffer: where they go.
    mutating func write(_ count: Int, into buffer: inout ByteBuffer) {
        precondition(count <= remaining)
        remaining -= count
        for _ in 0..<count {
            var number = order.next()
            for place in ((digitsEnd - Self.keyDigits)..<digitsEnd).reversed() {
                request[place] = 48 + UInt8(number % 10)
                number /= 10
            }
            buffer.writeBytes(request)
        }
    }

    /// Lower-case letters in no order.
    private static func value(bytes: Int, seed: UInt64) -> [UInt8] {
        var generator = BenchGenerator(seed: seed)
        return (0..<bytes).map { _ in UInt8(ascii: "a") + UInt8(generator.number(below: 26)) }
    }
}

extension BenchPhase {
    /// Its place among the phases, to tell their seeds apart.
    fileprivate var ordinal: UInt64 {
        switch self {
        case .insert: 0
        case .retrieve: 1
        case .update: 2
        case .delete: 3
        }
    }
}
