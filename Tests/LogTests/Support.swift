import Bytes
import Log

/// The generator of SplitMix64: the same seed gives the same numbers.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    mutating func bytes(_ range: ClosedRange<Int>) -> [UInt8] {
        (0..<Int.random(in: range, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self)
        }
    }
}

/// A record that owns its bytes, to compare and to make others from.
struct Sample: Equatable {
    var kind = RecordKind.write
    var key: [UInt8] = Array("user:1".utf8)
    var value: [UInt8] = []
    var slot = 10778
    var lastSlot: Int?
    var generation = 7
    var position = 12
    var expiry = 0

    init(
        _ kind: RecordKind = .write, key: [UInt8] = Array("user:1".utf8), value: [UInt8] = [],
        slot: Int = 10778, generation: Int = 7, position: Int = 12, expiry: Int = 0
    ) {
        self.kind = kind
        self.key = key
        self.value = value
        self.slot = slot
        self.generation = generation
        self.position = position
        self.expiry = expiry
    }

    init(
        _ kind: RecordKind = .mark, slots: ClosedRange<Int>, generation: Int = 0, position: Int = 0
    ) {
        self.kind = kind
        key = []
        slot = slots.lowerBound
        lastSlot = slots.upperBound
        self.generation = generation
        self.position = position
    }

    init(_ record: Record) {
        kind = record.kind
        key = Array(record.key)
        value = Array(record.value)
        slot = record.slot
        lastSlot = record.kind.hasKey ? nil : record.lastSlot
        generation = record.generation
        position = record.position
        expiry = record.expiry
    }

    /// The line without its line feed.
    var line: [UInt8] {
        let output = OutputBuffer()
        defer { output.deallocate() }
        append(to: output)
        return Array(output.array().dropLast())
    }

    func append(to output: OutputBuffer) {
        key.withUnsafeBytes { key in
            value.withUnsafeBytes { value in
                if let lastSlot {
                    var record = Record(kind, slots: slot...lastSlot)
                    record.generation = generation
                    record.position = position
                    RecordEncoder.append(record, to: output)
                } else {
                    let record = Record(
                        kind: kind, key: key, value: value, slot: slot, generation: generation,
                        position: position, expiry: expiry)
                    RecordEncoder.append(record, to: output)
                }
            }
        }
    }
}

/// What a line says, or why it says nothing.
func decoded(_ line: [UInt8]) -> Result<Sample, RecordFailure> {
    let decoder = RecordDecoder()
    return line.withUnsafeBytes { bytes in
        do throws(RecordFailure) {
            return .success(Sample(try decoder.decode(bytes)))
        } catch {
            return .failure(error)
        }
    }
}

/// A line of any text with the right checksum.
func sealed(_ text: String) -> [UInt8] {
    let body = Array(text.utf8)
    let sum = body.withUnsafeBytes { Checksum.xxh64($0) }
    let digits = String(sum, radix: 16)
    return body
        + Array(",\"c\":\"\(String(repeating: "0", count: 16 - digits.count))\(digits)\"}".utf8)
}

/// The bytes of a text.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
