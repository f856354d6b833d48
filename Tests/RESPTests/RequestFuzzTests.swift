import RESP
import Testing

@Suite("RequestParser under fuzzing")
struct RequestFuzzTests {
    /// Bytes that mean something to the parser, and are therefore worth writing over others.
    static let telling = Array("*$\r\n0129-+ \"'\\x\0\u{16}\u{03}:PING".utf8)

    @Test("mutated frames never break it, however they are cut", arguments: 0..<8)
    func mutated(_ shard: Int) {
        var random = SplitMix64(seed: UInt64(shard))
        var limits = RequestLimits()
        limits.inlineBytesMax = 64
        limits.bulkBytesMax = 512
        limits.argumentsMax = 32
        limits.totalBytesMax = 1024
        var refused = 0
        for round in 0..<25_000 {
            let frame = Self.mutate(Self.frame(&random), &random)
            let whole = parse(frame, limits: limits)
            let pieces = (0..<frame.count).map { _ in Int.random(in: 1...9, using: &random) }
            let batch = Int.random(in: 1...4, using: &random)
            let cut = parse(frame, pieces: pieces, batch: batch, limits: limits)
            if cut != whole {
                Issue.record("shard \(shard), round \(round): \(frame)")
                return
            }
            if whole.failure != nil { refused += 1 }
        }
        // Neither all refused nor none: the frames reach both sides of the parser.
        #expect(refused > 2_500 && refused < 22_500)
    }

    private static func frame(_ random: inout SplitMix64) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let arguments = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    Bool.random(using: &random)
                        ? UInt8.random(in: 97...122, using: &random)
                        : telling.randomElement(using: &random) ?? 0
                }
            }
            if Bool.random(using: &random) {
                bytes += multibulk(arguments)
            } else {
                bytes += Array("SET k ".utf8) + (arguments.first ?? []) + [13, 10]
            }
        }
        return bytes
    }

    private static func mutate(_ frame: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = frame
        for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            let byte =
                telling.randomElement(using: &random) ?? UInt8.random(in: 0...255, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[index] = byte
            case 1: bytes.insert(byte, at: index)
            case 2: bytes.remove(at: index)
            case 3: bytes.removeLast(bytes.count - index)
            default: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
        }
        return bytes
    }
}
