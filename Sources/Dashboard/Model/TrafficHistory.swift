import Client

/// Operations per second over the last minutes, one sample a second.
struct TrafficHistory: Sendable, Equatable {
    static let secondsMax = 300

    struct Sample: Sendable, Equatable {
        var reads: Double
        var writes: Double
    }

    /// Oldest first.
    private(set) var samples: [Sample] = []
    private var lastMilliseconds: Int?

    /// Takes the present rates; more than one in a second are one sample.
    mutating func take(_ rates: TrafficRates?, at milliseconds: Int) {
        guard let rates else { return }
        let sample = Sample(reads: rates.readsPerSecond, writes: rates.writesPerSecond)
        guard let last = lastMilliseconds else {
            lastMilliseconds = milliseconds
            return samples.append(sample)
        }
        let passed = (milliseconds - last) / 1_000
        guard passed > 0 else { return }
        // After a gap the last known rate stands, so that the time scale stays true.
        for _ in 0..<min(passed, Self.secondsMax) { samples.append(sample) }
        samples.removeFirst(max(0, samples.count - Self.secondsMax))
        lastMilliseconds = last + passed * 1_000
    }
}
