#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// How numbers become places on an axis, and where its ticks are.
struct ChartScale: Sendable, Equatable {
    /// Least and largest number on the axis.
    let domain: ClosedRange<Double>
    /// Where those are; the first may be larger, as on a vertical axis.
    let from: Double
    let to: Double
    let isLogarithmic: Bool
    /// The ticks that were wished for; nil leaves them to the scale.
    private let wishedTicks: [Double]?

    /// An axis with a round end on either side.
    ///
    /// - Parameters:
    ///   - values: what is to be shown; without any, 0 to 1.
    ///   - isLogarithmic: whether equal distances are equal ratios; numbers up to 0 are then left
    ///     out.
    ///   - beginsAtZero: whether a linear axis shows 0.
    ///   - from: where the axis begins.
    ///   - to: where it ends.
    init(
        _ values: [Double], isLogarithmic: Bool, beginsAtZero: Bool, from: Double, to: Double
    ) {
        self.from = from
        self.to = to
        self.isLogarithmic = isLogarithmic
        wishedTicks = nil
        let shown = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
        let least = shown.min() ?? (isLogarithmic ? 1 : 0)
        let largest = shown.max() ?? 1
        if isLogarithmic {
            domain = Self.logarithmicDomain(least, largest)
        } else {
            let low = beginsAtZero ? min(0, least) : least
            let high = largest > low ? largest : low + max(1, abs(low))
            let step = Self.step(high - low)
            domain = (low / step).rounded(.down) * step...(high / step).rounded(.up) * step
        }
    }

    /// An axis with just these ends, and with just these ticks if there are any.
    init(
        exactly domain: ClosedRange<Double>, isLogarithmic: Bool, ticks: [Double]? = nil,
        from: Double, to: Double
    ) {
        self.domain = domain
        wishedTicks = ticks
        self.isLogarithmic = isLogarithmic
        self.from = from
        self.to = to
    }

    /// The place of a number; beyond the ends that of the end.
    func place(_ value: Double) -> Double {
        let inside = min(max(value, domain.lowerBound), domain.upperBound)
        let part =
            isLogarithmic
            ? log(inside / domain.lowerBound) / log(domain.upperBound / domain.lowerBound)
            : (inside - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
        return from + part * (to - from)
    }

    /// Round numbers on the axis, rising.
    var ticks: [Double] {
        if let wishedTicks { return wishedTicks }
        guard isLogarithmic else {
            let step = Self.step(domain.upperBound - domain.lowerBound)
            let first = Int((domain.lowerBound / step).rounded())
            let last = Int((domain.upperBound / step).rounded())
            return (first...max(first, last)).map { Double($0) * step }
        }
        let decades = log10(domain.upperBound / domain.lowerBound)
        let factors: [Double] = decades > 3 ? [1] : [1, 2, 5]
        let first = Int(log10(domain.lowerBound).rounded(.down))
        let last = Int(log10(domain.upperBound).rounded(.up))
        return (first...last).flatMap { power in factors.map { $0 * pow(10, Double(power)) } }
            .filter { $0 >= domain.lowerBound * 0.999 && $0 <= domain.upperBound * 1.001 }
    }

    /// A number as an axis shows it: `0`, `0.25`, `150`, `2.5k`, `40M`.
    static func text(_ value: Double) -> String {
        let units: [(Double, String)] = [(1e9, "G"), (1e6, "M"), (1e3, "k")]
        for (size, unit) in units where abs(value) >= size * 0.9995 {
            return short(value / size) + unit
        }
        return short(value)
    }

    /// At most three digits that count, without zeros at the end.
    private static func short(_ value: Double) -> String {
        let places = abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : abs(value) >= 1 ? 2 : 3
        var factor = 1.0
        for _ in 0..<places { factor *= 10 }
        let scaled = (abs(value) * factor).rounded()
        guard scaled > 0, scaled < 1e15 else { return scaled > 0 ? "\(value)" : "0" }
        let (whole, part) = Int(scaled).quotientAndRemainder(dividingBy: Int(factor))
        var digits = String(part)
        digits = String(repeating: "0", count: max(0, places - digits.count)) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        let sign = value < 0 ? "−" : ""
        return sign + (part == 0 ? "\(whole)" : "\(whole).\(digits)")
    }

    /// The distance of ticks: 1, 2 or 5 times a power of ten, for 4 to 8 of them.
    private static func step(_ span: Double) -> Double {
        let rough = span / 5
        let power = pow(10, log10(rough).rounded(.down))
        let factor = rough / power
        return (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10) * power
    }

    /// From a power of ten, or 2 or 5 times one, to another.
    private static func logarithmicDomain(
        _ least: Double, _ largest: Double
    ) -> ClosedRange<Double> {
        func round(_ value: Double, up: Bool) -> Double {
            let power = pow(10, log10(value).rounded(.down))
            let steps = [1, 2, 5, 10].map { $0 * power }
            return up
                ? steps.first { $0 >= value * 0.999 } ?? 10 * power
                : steps.last { $0 <= value * 1.001 } ?? power
        }
        let low = round(least, up: false)
        let high = round(largest, up: true)
        return low...(high > low ? high : low * 10)
    }
}
