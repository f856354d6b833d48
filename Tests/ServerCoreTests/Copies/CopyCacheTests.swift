import Ring
import Testing

@testable import ServerCore

@Suite("The copies of a worker, within their bound")
struct CopyCacheTests {
    private let copyBytes = Copy.overheadBytes + 2

    private func cache(of copies: Int) -> CopyCache {
        var cache = CopyCache()
        cache.bytesMax = copies * copyBytes
        return cache
    }

    private func key(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }

    private func copy(_ number: Int, guesser: Int? = nil, valueBytes: Int? = nil) -> Copy {
        Copy(
            key: key(number),
            content: valueBytes.map { .value(Array(repeating: 0, count: $0), expiry: 0) }
                ?? .absent,
            version: .absent, home: 1, session: 1, askedAt: 0, guesser: guesser)
    }

    private func place(_ number: Int, _ cache: CopyCache) -> Int32? {
        key(number).withUnsafeBytes { cache.find(UInt64(number), $0) }
    }

    private func keep(
        _ numbers: some Sequence<Int>, by guesser: Int? = nil, _ cache: inout CopyCache
    ) {
        for number in numbers { cache.insert(copy(number, guesser: guesser), hash: UInt64(number)) }
    }

    private func read(_ numbers: some Sequence<Int>, _ cache: inout CopyCache) {
        for number in numbers {
            if let place = place(number, cache) { _ = cache.noteHit(place) }
        }
    }

    private func kept(_ numbers: some Sequence<Int>, _ cache: CopyCache) -> [Int] {
        numbers.filter { place($0, cache) != nil }
    }

    /// A cache of 40 copies, 38 of which are in use: the hand stands right behind the newest.
    private func busyCache() -> CopyCache {
        var cache = cache(of: 40)
        keep(0..<40, &cache)
        read(0..<38, &cache)
        keep([40], &cache)
        #expect(kept(0...40, cache) == Array(0..<38) + [39, 40])
        return cache
    }

    @Test("of those that were not read again the oldest goes, and a scan drives out none in use")
    func sieve() {
        var cache = cache(of: 10)
        keep(0..<10, &cache)
        read([0, 1, 2, 5], &cache)
        keep(10..<14, &cache)
        #expect(kept(0..<14, cache) == [0, 1, 2, 5, 8, 9, 10, 11, 12, 13])
        keep(100..<1_000, &cache)
        #expect(kept(0..<100, cache) == [0, 1, 2, 5])
        #expect(cache.count == 10 && cache.evictions == 904)
    }

    @Test("the hand comes round, and takes what was not read since")
    func round() {
        var cache = cache(of: 8)
        keep(0..<8, &cache)
        read(0..<8, &cache)
        keep([8], &cache)
        #expect(kept(0...8, cache) == Array(1...8))
        read([2], &cache)
        keep([9, 10], &cache)
        #expect(kept(0...10, cache) == [2] + Array(4...10))
    }

    @Test("a guess waits for its reader where a copy that was asked for would have gone")
    func waits() {
        var cache = busyCache()
        keep([50], &cache)
        keep([60], by: 0, &cache)
        keep(70..<90, &cache)
        #expect(place(50, cache) == nil)
        #expect(place(60, cache) != nil)
        #expect(cache.takeWasted() == [])
    }

    @Test("a guess that was read goes as other copies do, and is told to have been used once")
    func used() throws {
        var cache = busyCache()
        keep([60], by: 3, &cache)
        let guess = try #require(place(60, cache))
        #expect(cache.noteHit(guess) == 3)
        keep([61, 62], &cache)
        #expect(place(60, cache) == nil)
        keep([63], by: 3, &cache)
        let other = try #require(place(63, cache))
        #expect(cache.noteHit(other) == 3)
        #expect(cache.noteHit(other) == nil)
        keep([64, 65], &cache)
        #expect(place(63, cache) != nil)
        #expect(cache.takeWasted() == [])
    }

    @Test("guesses leave a quarter of the room to copies that were asked for")
    func share() {
        var cache = busyCache()
        keep(100..<400, by: 0, &cache)
        #expect(kept(0...40, cache).count == 10)
        #expect(kept(100..<400, cache) == Array(370..<400))
        #expect(cache.takeWasted().count == 270)
    }

    @Test("where nothing else is, guesses take all the room, and the oldest goes")
    func guessesOnly() {
        var cache = cache(of: 10)
        keep(0..<25, by: 0, &cache)
        #expect(kept(0..<25, cache) == Array(15..<25))
    }

    @Test("a guess that nobody reads goes when as many copies have come since as there is room for")
    func outlived() {
        var cache = busyCache()
        keep([60], by: 7, &cache)
        keep(100..<139, &cache)
        #expect(place(60, cache) != nil)
        keep(139..<141, &cache)
        #expect(place(60, cache) == nil)
        #expect(cache.takeWasted() == [7])
    }

    @Test("a copy that is renewed again and again makes no guess older")
    func renewals() {
        var cache = busyCache()
        keep([60], by: 7, &cache)
        for _ in 0..<1_000 { keep([200], &cache) }
        keep([201, 202], &cache)
        #expect(place(60, cache) != nil)
    }

    @Test("what was guessed and goes unread is told once, whatever it goes for")
    func wasted() throws {
        var cache = cache(of: 10)
        keep(0..<4, by: 1, &cache)
        keep([0], &cache)
        cache.remove(try #require(place(1, cache)))
        read([2], &cache)
        #expect(cache.takeWasted() == [1, 1])
        cache.insert(copy(9, guesser: 2, valueBytes: 10_000), hash: 9)
        #expect(place(9, cache) == nil)
        #expect(cache.takeWasted() == [2])
        cache.removeAll()
        #expect(cache.takeWasted() == [1] && cache.takeWasted() == [])
        #expect(cache.count == 0 && cache.bytes == 0)
    }

    @Test(
        "whatever comes, is read and goes, the bound holds and every copy is found",
        arguments: 1...4)
    func bounds(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var cache = cache(of: 60)
        var guessed: Set<Int> = []
        var told = 0
        for _ in 0..<2_000 {
            let number = Int.random(in: 0..<200, using: &random)
            let there = place(number, cache)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                if let there, cache.noteHit(there) != nil { guessed.remove(number) }
            case 4:
                if let there { cache.remove(there) }
            case 5..<8 where there == nil:
                let bytes = Int.random(in: 0..<400, using: &random)
                cache.insert(copy(number, guesser: 0, valueBytes: bytes), hash: UInt64(number))
                guessed.insert(number)
            default:
                let bytes = Int.random(in: 0..<400, using: &random)
                cache.insert(copy(number, valueBytes: bytes), hash: UInt64(number))
            }
            told += cache.takeWasted().count
            let gone = guessed.filter { number in
                place(number, cache).map { cache[$0].guesser == nil } ?? true
            }
            guessed.subtract(gone)
            told -= gone.count
            let places = (0..<200).compactMap { place($0, cache) }
            #expect(places.count == cache.count && told == 0)
            #expect(places.reduce(0) { $0 + cache[$1].byteCount } == cache.bytes)
            #expect(cache.bytes <= cache.bytesMax)
        }
    }
}
