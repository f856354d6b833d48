import Client
import Ring
import Synchronization
import Testing

@testable import Dashboard

@Suite("Works that go on")
struct EffectRunnerTests {
    /// Comes back only when it is cancelled.
    private struct Endless: ClusterAccess {
        let ownsLocalNodes = false

        func snapshots() -> AsyncStream<ClusterSnapshot> { AsyncStream { $0.finish() } }
        func perform(_ request: KeyRequest) async -> KeyOutcome { .refused("no") }
        func scan(
            cursor: String, pattern: [UInt8]?, count: Int
        ) async -> Result<KeyPage, AccessFailure> { .failure(AccessFailure("no")) }
        func inspect(key: [UInt8]) async -> [KeyPlacement] { [] }
        func node(_ action: NodeAction, name: String) async -> Result<String, AccessFailure> {
            .failure(AccessFailure("no"))
        }
        func plan(_ wish: ChangeWish) async -> Result<ChangePlan, AccessFailure> {
            .failure(AccessFailure("no"))
        }
        func change(_ wish: ChangeWish) async -> Result<String, AccessFailure> {
            .failure(AccessFailure("no"))
        }
        func tidy(after ended: EndedChange) async -> AccessFailure? { nil }
        func stopAll() async -> Result<String, AccessFailure> { .failure(AccessFailure("no")) }

        func read(_ wish: ReaderWish, news: @escaping @Sendable (ReaderNews) -> Void) async {
            news(ReaderNews(perSecond: 1, microseconds: nil))
            news(ReaderNews(perSecond: 2, microseconds: nil))
            await untilCancelled()
        }

        func bench(
            _ wish: BenchWish, news: @escaping @Sendable (BenchNews) -> Void
        ) async -> Result<BenchTable, AccessFailure> {
            await untilCancelled()
            var table = BenchTable(title: "bench", columns: [], rows: [])
            table.failure = "it was cancelled"
            return .success(table)
        }

        private func untilCancelled() async {
            let (never, hold) = AsyncStream.makeStream(of: Never.self)
            await withTaskCancellationHandler {
                for await _ in never {}
            } onCancel: {
                hold.finish()
            }
        }
    }

    /// Waits until the runner has posted something that fits.
    private func next(_ mailbox: Mailbox, _ fits: (Event) -> Bool) async -> Event {
        while true {
            if let event = mailbox.take().first(where: fits) { return event }
            await Task.yield()
        }
    }

    @Test("a bench that is told to stop comes to its end and says what it has")
    func stopping() async throws {
        let mailbox = try Mailbox()
        let (effects, effectsIn) = AsyncStream.makeStream(of: Effect.self)
        async let running: Void = EffectRunner(access: Endless(), mailbox: mailbox).run(effects)
        effectsIn.yield(.startBench(7, BenchWish()))
        effectsIn.yield(.stopBench)
        let end = await next(mailbox) { if case .benched = $0 { true } else { false } }
        guard case .benched(7, .success(let table)) = end else { return #expect(Bool(false)) }
        #expect(table.failure == "it was cancelled")
        effectsIn.finish()
        await running
    }

    @Test(
        "a reader tells its newest news, another one takes its place, and all end with the screen")
    func readers() async throws {
        let mailbox = try Mailbox()
        let (effects, effectsIn) = AsyncStream.makeStream(of: Effect.self)
        async let running: Void = EffectRunner(access: Endless(), mailbox: mailbox).run(effects)
        let wish = Fixture.reader().wish
        effectsIn.yield(.startReader(1, wish))
        effectsIn.yield(.startReader(2, wish))
        _ = await next(mailbox) { if case .reader(2, _) = $0 { true } else { false } }
        effectsIn.finish()
        await running
    }

    @Test("news that were overtaken are not kept")
    func newestNews() throws {
        let mailbox = try Mailbox()
        for rate in 1...1_000 {
            mailbox.post(
                .reader(1, ReaderNews(perSecond: Double(rate), microseconds: nil)), of: .reader)
        }
        let events = mailbox.take()
        guard events.count == 1, case .reader(1, let news)? = events.first else {
            return #expect(Bool(false))
        }
        #expect(news.perSecond == 1_000)
        #expect(mailbox.take().isEmpty)
    }
}
