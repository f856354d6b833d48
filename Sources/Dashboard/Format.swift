import Terminal

extension Int {
    /// With commas between thousands: `16,384`.
    var grouped: String {
        let digits = Array(String(magnitude))
        var text = self < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// With commas where that fits, else rounded: `12.3k`, `4.1M`, `970G`.
    func fitting(_ width: Int) -> String {
        if grouped.utf8.count <= width { return grouped }
        var value = Double(self)
        for unit in ["k", "M", "G", "T", "P"] {
            value /= 1_000
            for digits in [1, 0] {
                let text = value.text(digits) + unit
                if value.magnitude < 1_000, text.utf8.count <= width { return text }
            }
        }
        return "?"
    }

    /// Bytes in at most four digits: `1.5 MiB`.
    var bytesText: String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var value = Double(self)
        var unit = 0
        while value >= 1_024, unit < units.count - 1 {
            value /= 1_024
            unit += 1
        }
        return unit == 0 ? "\(self) B" : value.text(value < 10 ? 1 : 0) + " " + units[unit]
    }

    /// Milliseconds as people say them: `41 s`, `3 min`, `2 h 5 min`.
    var durationText: String {
        let seconds = self / 1_000
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3_600 { return "\(seconds / 60) min" }
        if seconds < 86_400 { return "\(seconds / 3_600) h \(seconds / 60 % 60) min" }
        return "\(seconds / 86_400) d \(seconds / 3_600 % 24) h"
    }

    /// Wall clock milliseconds since 1970 as `12:04:31`.
    func clockText(secondsFromGMT: Int) -> String {
        let seconds = self / 1_000
        let (local, overflow) = seconds.addingReportingOverflow(secondsFromGMT)
        let day = overflow ? 0 : ((local % 86_400) + 86_400) % 86_400
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(day / 3_600)):\(two(day / 60 % 60)):\(two(day % 60))"
    }

    /// Microseconds as a short time: `0.4 ms`, `2.1 s`.
    var latencyText: String {
        let milliseconds = Double(self) / 1_000
        if milliseconds < 1_000 { return milliseconds.text(milliseconds < 100 ? 1 : 0) + " ms" }
        return (milliseconds / 1_000).text(1) + " s"
    }

    /// `1 key`, `2 keys`.
    func of(_ one: String, _ many: String? = nil) -> String {
        "\(grouped) \(self == 1 ? one : many ?? one + "s")"
    }
}

extension Double {
    /// With so many digits after the point, and commas between thousands before it.
    func text(_ digits: Int) -> String {
        guard isFinite, magnitude < 1e15 else { return "?" }
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((magnitude * Double(scale)).rounded())
        let sign = self < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + scaled.grouped }
        let fraction = String(scaled % scale)
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return sign + (scaled / scale).grouped + "." + zeros + fraction
    }
}

extension Double? {
    /// A share of 1 as `71 %`, or something else while there is none.
    func percentText(_ none: String) -> String {
        map { "\((100 * $0).text(0)) %" } ?? none
    }
}
