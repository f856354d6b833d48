/// The order in which one connection of a bench visits the keys, which are numbered from 0.
enum KeyOrder {
    /// Every so manieth key around the whole of them, each once before any twice.
    case walk(next: Int, step: Int, keyCount: Int)
    /// Keys at random, each as likely as every other.
    case random(BenchGenerator, keyCount: Int)

    /// One connection's part of a walk that all of them share.
    ///
    /// - Parameters:
    ///   - client: the connection, from 0.
    ///   - clients: how many there are.
    ///   - keyCount: how many keys there are, 1 to 10¹².
    ///   - seed: where the walk begins.
    /// - Returns: the order of the connection's keys.
    static func sharedWalk(
        client: Int, of clients: Int, keyCount: Int, seed: UInt64
    ) -> KeyOrder {
        let stride = scatteringStride(keyCount)
        let start = Int(seed % UInt64(keyCount))
        return .walk(
            next: (start + client * stride) % keyCount, step: clients * stride % keyCount,
            keyCount: keyCount)
    }

    /// The number of the next key.
    mutating func next() -> Int {
        switch self {
        case .walk(let next, let step, let keyCount):
            self = .walk(next: (next + step) % keyCount, step: step, keyCount: keyCount)
            return next
        case .random(var generator, let keyCount):
            let number = generator.number(below: keyCount)
            self = .random(generator, keyCount: keyCount)
            return number
        }
    }

    /// A step that comes by every key and lets neighbours in time be far apart: near the golden
    /// section, and without a common divisor with the number of keys.
    static func scatteringStride(_ keyCount: Int) -> Int {
        var stride = max(1, Int(Double(keyCount) * 0.618_033_988_75))
        while greatestCommonDivisor(stride, keyCount) != 1 { stride += 1 }
        return stride
    }

    private static func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
        right == 0 ? left : greatestCommonDivisor(right, left % right)
    }
}

/// A small and fast generator of random numbers, the same for the same seed (SplitMix64; Steele,
/// Lea and Flood, 2014).
struct BenchGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to and without `bound`, which is positive.
    mutating func number(below bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }
}
