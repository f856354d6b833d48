import Ring
import Terminal
import Testing

@testable import Dashboard

@Suite("Goldens of the Caches and Bench screens")
struct CacheGoldenTests {
    private static func caches(_ screen: TestScreen) -> TestScreen {
        let model = Fixture.afterCaching(screen)
        model.press(.character("7"))
        model.press(.down, .down, .down, .down)
        model.caches.reader = Fixture.reader()
        return model
    }

    @Test("the Caches screen at 120x36")
    func large() throws {
        try Golden.compare(Self.caches(Fixture.model()), "caches-120x36")
    }

    @Test("the Caches screen at 80x24")
    func small() throws {
        try Golden.compare(Self.caches(Fixture.model(width: 80, height: 24)), "caches-80x24")
    }

    @Test("the Caches screen at 80x24 in ASCII without colour")
    func ascii() throws {
        let model = Fixture.model(width: 80, height: 24, isASCII: true, depth: .none)
        try Golden.compare(Self.caches(model), "caches-80x24-ascii")
    }

    @Test("the menu of coherences at 80x24")
    func menu() throws {
        let model = Self.caches(Fixture.model(width: 80, height: 24))
        model.press(.character("c"), .down)
        try Golden.compare(model, "coherence-80x24")
    }

    @Test("a bench that runs, at 120x36")
    func benchRunning() throws {
        let model = Self.running(Fixture.model())
        try Golden.compare(model, "bench-running-120x36")
    }

    @Test("what a bench measured, at 80x24")
    func benchSmall() throws {
        let model = Fixture.model(width: 80, height: 24)
        model.press(.character("8"))
        model.bench.table = Fixture.benchTable
        try Golden.compare(model, "bench-80x24")
    }

    @Test("a bench that runs, at 80x24 in ASCII without colour")
    func benchASCII() throws {
        let model = Fixture.model(width: 80, height: 24, isASCII: true, depth: .none)
        try Golden.compare(Self.running(model), "bench-running-80x24-ascii")
    }

    private static func running(_ model: TestScreen) -> TestScreen {
        model.press(.character("8"))
        model.bench.wish.measure = .coherence
        model.bench.wish.through = "n4"
        _ = model.model.startBench(model.bench.wish)
        guard let request = model.bench.run?.request else { return model }
        for step in 0..<120 {
            let news = BenchNews(
                stage: "4 of 5  invalidate  measuring", share: 0.6,
                perSecond: Double(30_000 + step * 150 % 9_000), secondsLeft: 3.4,
                table: Fixture.benchTable)
            _ = model.update(.bench(request, news), at: 10_000 + 100 * step)
        }
        return model
    }
}
