/// Counts the keys that occur most, in bounded memory.
///
/// Each of a fixed number of counters belongs to a key. A key without one takes over the counter
/// with the smallest count and goes on from there; what it took over is its error. So a count is
/// too large by at most its error, and every key that occurs more often than once in as many
/// reads as there are counters has one.
/// Source: Space-Saving (Metwally, Agrawal and El Abbadi, «Efficient Computation of Frequent and
/// Top-k Elements in Data Streams», 2005).
struct SpaceSaving: Sendable {
    private struct Counter {
        var fingerprint: UInt64
        var error: Int
        var key: [UInt8]
        /// Where it stands in the heap.
        var position: Int
    }

    /// An element of the heap, which holds the count so that sifting stays in one place.
    private struct Standing {
        var count: Int
        var number: Int
    }

    private let capacity: Int
    private var counters: [Counter] = []
    /// The counters by count: no element is larger than its children.
    private var heap: [Standing] = []
    private var numbers: [UInt64: Int] = [:]

    /// Makes no counters yet, and at most some.
    init(capacity: Int) {
        self.capacity = max(1, capacity)
        numbers.reserveCapacity(self.capacity)
    }

    /// Counts occurrences of a key.
    mutating func add(_ key: UnsafeRawBufferPointer, count: Int) {
        let fingerprint = Fingerprint.of(key)
        if let number = numbers[fingerprint] {
            let position = counters[number].position
            heap[position].count += count
            sink(position)
        } else if counters.count < capacity {
            let number = counters.count
            counters.append(
                Counter(fingerprint: fingerprint, error: 0, key: [UInt8](key), position: number))
            heap.append(Standing(count: count, number: number))
            numbers[fingerprint] = number
            rise(number)
        } else {
            takeOver(key, fingerprint, count: count)
        }
    }

    /// Halves all counts, so that keys that were hot make way for those that are.
    mutating func age() {
        // Halving keeps the order, so the heap stays one.
        for position in heap.indices { heap[position].count /= 2 }
        for number in counters.indices { counters[number].error /= 2 }
    }

    /// The keys that occurred most, by what is certain, with that count.
    func hottest(_ count: Int, least: Int) -> [(key: [UInt8], count: Int)] {
        var certain: [(key: [UInt8], count: Int)] = []
        for standing in heap {
            let counter = counters[standing.number]
            let count = standing.count - counter.error
            if count >= least { certain.append((counter.key, count)) }
        }
        certain.sort(by: isHotter)
        return Array(certain.prefix(max(0, count)))
    }

    private mutating func takeOver(
        _ key: UnsafeRawBufferPointer, _ fingerprint: UInt64, count: Int
    ) {
        let number = heap[0].number
        numbers.removeValue(forKey: counters[number].fingerprint)
        numbers[fingerprint] = number
        counters[number].fingerprint = fingerprint
        counters[number].error = heap[0].count
        counters[number].key.removeAll(keepingCapacity: true)
        counters[number].key.append(contentsOf: key)
        heap[0].count += count
        sink(0)
    }

    /// Moves an element that has grown away from the root.
    private mutating func sink(_ start: Int) {
        let sinking = heap[start]
        var position = start
        while true {
            let left = 2 * position + 1
            guard left < heap.count else { break }
            let right = left + 1
            let isRight = right < heap.count && heap[right].count < heap[left].count
            let child = isRight ? right : left
            guard heap[child].count < sinking.count else { break }
            put(heap[child], at: position)
            position = child
        }
        put(sinking, at: position)
    }

    /// Moves a new element towards the root.
    private mutating func rise(_ start: Int) {
        let rising = heap[start]
        var position = start
        while position > 0, rising.count < heap[(position - 1) / 2].count {
            put(heap[(position - 1) / 2], at: position)
            position = (position - 1) / 2
        }
        put(rising, at: position)
    }

    private mutating func put(_ standing: Standing, at position: Int) {
        heap[position] = standing
        counters[standing.number].position = position
    }
}

/// The order of hot keys: by count, of equals by name, so that it is the same everywhere.
func isHotter(_ left: (key: [UInt8], count: Int), _ right: (key: [UInt8], count: Int)) -> Bool {
    left.count != right.count
        ? left.count > right.count : left.key.lexicographicallyPrecedes(right.key)
}
