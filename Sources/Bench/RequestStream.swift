import NIOCore

/// The requests of one connection, made from prepared ones in which only the digits of the key and
/// the value's number change.
struct RequestStream {
    /// Digits of the number at the beginning of a numbered value.
    static let valueDigits = 16

    /// Where the operations come from.
    private enum Source {
        case phase(BenchPhase, KeyOrder)
        case workload(WorkloadStream)
    }

    /// Requests that are not written yet.
    private(set) var remaining: Int
    private var source: Source
    /// By the ordinal of their kind.
    private var templates: [RequestTemplate]

    /// Prepares one connection's share of a phase.
    ///
    /// - Parameters:
    ///   - phase: what to ask for.
    ///   - client: the connection, from 0.
    ///   - plan: what was asked for.
    init(_ phase: BenchPhase, client: Int, plan: BenchPlan) {
        let total = plan.operationCount(of: phase)
        remaining = Self.share(of: total, client: client, clients: plan.clients)
        var seeds = BenchGenerator(seed: plan.seed ^ UInt64(client) << 8 ^ UInt64(phase.ordinal))
        let order: KeyOrder =
            switch phase {
            case .insert, .delete:
                .sharedWalk(
                    client: client, of: plan.clients, keyCount: plan.keyCount, seed: plan.seed)
            case .retrieve, .update:
                .random(BenchGenerator(seed: seeds.next()), keyCount: plan.keyCount)
            }
        source = .phase(phase, order)
        templates = RequestTemplate.all(
            keyPrefix: plan.keyPrefix ?? KeyNames.commonPrefix, valueBytes: plan.valueBytes,
            seed: seeds.next())
    }

    /// Prepares one connection's share of a workload.
    ///
    /// - Parameters:
    ///   - workload: what it asks for.
    ///   - count: how often.
    ///   - keyPrefix: what the keys begin with.
    ///   - valueBytes: bytes of each value that it writes.
    ///   - seed: what the values depend on.
    init(
        _ workload: WorkloadStream, count: Int, keyPrefix: String = KeyNames.commonPrefix,
        valueBytes: Int, seed: UInt64
    ) {
        remaining = count
        source = .workload(workload)
        templates = RequestTemplate.all(keyPrefix: keyPrefix, valueBytes: valueBytes, seed: seed)
    }

    /// Prepares writes of one key.
    ///
    /// - Parameters:
    ///   - key: its number.
    ///   - count: how many.
    ///   - keyPrefix: what the key begins with.
    ///   - valueBytes: bytes of each value.
    ///   - seed: what the values depend on.
    init(updatesOf key: Int, count: Int, keyPrefix: String, valueBytes: Int, seed: UInt64) {
        remaining = count
        source = .phase(.update, .walk(next: key, step: 0, keyCount: key + 1))
        templates = RequestTemplate.all(keyPrefix: keyPrefix, valueBytes: valueBytes, seed: seed)
    }

    /// One client's part of so many operations.
    static func share(of total: Int, client: Int, clients: Int) -> Int {
        total / clients + (client < total % clients ? 1 : 0)
    }

    /// Forgets the requests that are not written yet.
    mutating func cut() { remaining = 0 }

    /// Writes the next requests.
    ///
    /// - Parameters:
    ///   - count: how many, at most ``remaining``.
    ///   - buffer: where they go.
    ///   - number: told each of them, says which number the value carries; 0 for none.
    mutating func write(
        _ count: Int, into buffer: inout ByteBuffer, number: (Operation) -> Int = { _ in 0 }
    ) {
        precondition(count <= remaining)
        remaining -= count
        for _ in 0..<count {
            let operation = next()
            let ordinal = operation.kind.ordinal
            templates[ordinal].set(key: operation.key, number: number(operation))
            buffer.writeBytes(templates[ordinal].bytes)
        }
    }

    private mutating func next() -> Operation {
        switch source {
        case .phase(let phase, var order):
            let operation = Operation(kind: phase, key: order.next())
            source = .phase(phase, order)
            return operation
        case .workload(var stream):
            let operation = stream.next()
            source = .workload(stream)
            return operation
        }
    }

    /// The number that a value carries, as the reply to a read has it; 0 for none.
    static func number(inReply reply: UnsafeRawBufferPointer) -> Int {
        guard reply.first == UInt8(ascii: "$"), let lineEnd = reply.firstIndex(of: 10),
            reply.count - lineEnd - 1 >= valueDigits
        else { return 0 }
        var number = 0
        for place in (lineEnd + 1)...(lineEnd + valueDigits) {
            guard (48...57).contains(reply[place]) else { return 0 }
            number = number * 10 + Int(reply[place] - 48)
        }
        return number
    }
}

/// A request of one kind with places for the key's and the value's number.
private struct RequestTemplate {
    private(set) var bytes: [UInt8]
    private let keyEnd: Int
    /// Where the value's number ends; nil when the value has no room for one.
    private let numberEnd: Int?

    /// One of each kind, by ordinal.
    static func all(keyPrefix: String, valueBytes: Int, seed: UInt64) -> [RequestTemplate] {
        var generator = BenchGenerator(seed: seed)
        let kinds = BenchPhase.allCases.sorted { $0.ordinal < $1.ordinal }
        return kinds.map {
            RequestTemplate($0, keyPrefix: keyPrefix, valueBytes: valueBytes, &generator)
        }
    }

    private init(
        _ kind: BenchPhase, keyPrefix: String, valueBytes: Int, _ generator: inout BenchGenerator
    ) {
        let verb =
            switch kind {
            case .insert, .update: "SET"
            case .retrieve: "GET"
            case .delete: "DEL"
            }
        let hasValue = verb == "SET"
        let digits = KeyNames.digits
        let keyBytes = keyPrefix.utf8.count + digits
        bytes = Array("*\(hasValue ? 3 : 2)\r\n$3\r\n\(verb)\r\n$\(keyBytes)\r\n".utf8)
        bytes += keyPrefix.utf8
        bytes += repeatElement(UInt8(ascii: "0"), count: digits)
        keyEnd = bytes.count
        bytes += [13, 10]
        guard hasValue else {
            numberEnd = nil
            return
        }
        bytes += Array("$\(valueBytes)\r\n".utf8)
        let valueStart = bytes.count
        for _ in 0..<valueBytes {
            bytes.append(UInt8(ascii: "a") + UInt8(generator.number(below: 26)))
        }
        bytes += [13, 10]
        let room = RequestStream.valueDigits
        numberEnd = valueBytes >= room ? valueStart + room : nil
    }

    mutating func set(key: Int, number: Int) {
        write(key, digits: KeyNames.digits, before: keyEnd)
        if number > 0, let numberEnd {
            write(number, digits: RequestStream.valueDigits, before: numberEnd)
        }
    }

    private mutating func write(_ number: Int, digits: Int, before end: Int) {
        var rest = number
        for place in ((end - digits)..<end).reversed() {
            bytes[place] = 48 + UInt8(rest % 10)
            rest /= 10
        }
    }
}

extension BenchPhase {
    /// Its place among the phases, to tell their seeds and requests apart.
    var ordinal: Int {
        switch self {
        case .insert: 0
        case .retrieve: 1
        case .update: 2
        case .delete: 3
        }
    }
}
