#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Ranks by Zipf's law: rank r is drawn with a probability proportional to 1 / (r + 1)^θ.
///
/// After Gray, Sundaresan, Englert, Baclawski and Weinberger, «Quickly Generating Billion-Record
/// Synthetic Databases» (1994), as YCSB does: the two lowest ranks exactly, the others by a
/// continuous approximation that needs one power for each draw.
struct Zipf: Sendable, Equatable {
    /// YCSB's θ.
    static let ycsbConstant = 0.99

    /// How many ranks there are.
    let count: Int
    private let theta: Double
    private let zeta: Double
    private let alpha: Double
    private let eta: Double

    /// Prepares the draws, which takes time in proportion to the ranks.
    ///
    /// - Parameters:
    ///   - count: how many ranks there are, 1 or more.
    ///   - theta: how uneven, above 0 and below 1.
    init(count: Int, theta: Double = ycsbConstant) {
        precondition(count >= 1 && theta > 0 && theta < 1)
        self.count = count
        self.theta = theta
        zeta = Self.zeta(count, theta)
        alpha = 1 / (1 - theta)
        eta = (1 - pow(2 / Double(count), 1 - theta)) / (1 - Self.zeta(2, theta) / zeta)
    }

    /// Draws a rank from 0 up to and without ``count``.
    func rank(_ generator: inout BenchGenerator) -> Int {
        let draw = generator.fraction()
        let scaled = draw * zeta
        if scaled < 1 || count == 1 { return 0 }
        if scaled < 1 + pow(0.5, theta) || count == 2 { return 1 }
        return min(count - 1, Int(Double(count) * pow(eta * draw - eta + 1, alpha)))
    }

    /// The probability of a rank by the law itself.
    func probability(ofRank rank: Int) -> Double { pow(Double(rank + 1), -theta) / zeta }

    private static func zeta(_ count: Int, _ theta: Double) -> Double {
        var sum = 0.0
        for rank in 1...count { sum += pow(Double(rank), -theta) }
        return sum
    }
}

extension BenchGenerator {
    /// A number from 0 up to and without 1, with 53 random bits.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
}
