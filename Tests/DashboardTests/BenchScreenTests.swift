import Client
import Ring
import Terminal
import Testing

@testable import Dashboard

@Suite("Bench screen")
struct BenchScreenTests {
    private func open(_ model: TestScreen = Fixture.model()) -> TestScreen {
        model.press(.character("8"))
        return model
    }

    private func start(_ model: TestScreen) -> Int? {
        model.press(.enter, .tab)
        guard case .startBench(let request, _)? = model.press(.enter).first else { return nil }
        return request
    }

    @Test("fields are walked and changed with the arrows")
    func fields() {
        let model = open()
        #expect(!Fixture.text(model).contains("Workload"))
        model.press(.right, .right)
        #expect(model.bench.wish.measure == .coherence)
        #expect(Fixture.text(model).contains("5 cells"))
        model.press(.down, .left)
        #expect(model.bench.wish.workload == .ycsbC)
        model.press(.down, .right, .down, .right, .down, .right, .down, .right, .right)
        #expect(model.bench.wish.operations == 20_000)
        #expect(model.bench.wish.clients == 64)
        #expect(model.bench.wish.valueBytes == 1_024)
        #expect(model.bench.wish.through == "n2")
        // The last field is followed by the first one.
        model.press(.down, .left, .left)
        #expect(model.bench.wish.measure == .operations)
        #expect(model.bench.fields.count == 5)
    }

    @Test("it is started only after a question that says what it does")
    func question() throws {
        let model = open()
        model.press(.right, .right)
        #expect(model.press(.enter).isEmpty)
        let text = Fixture.text(model)
        #expect(text.contains("Start the bench?"))
        #expect(text.contains("deleted at the end"))
        #expect(text.contains("put back at the end"))
        // Cancel has the focus.
        #expect(model.press(.enter).isEmpty)
        #expect(model.bench.run == nil)
        let request = try #require(start(model))
        #expect(model.bench.run?.request == request)
        #expect(Fixture.text(model).contains("Running"))
    }

    @Test("read-only starts none")
    func readOnly() {
        let model = open(Fixture.model(isReadOnly: true))
        #expect(model.press(.enter).isEmpty)
        #expect(model.overlay == nil)
        #expect(Fixture.text(model).contains("Read-only: no bench."))
    }

    @Test("progress, then the table; news of another bench are passed over")
    func progress() throws {
        let model = open()
        let request = try #require(start(model))
        let news = BenchNews(
            stage: "insert: 1 of 2", share: 0.25, perSecond: 12_345, secondsLeft: 61)
        _ = model.update(.bench(request + 1, news), at: 11_000)
        #expect(model.bench.run?.news == nil)
        _ = model.update(.bench(request, news), at: 11_000)
        let text = Fixture.text(model)
        #expect(text.contains("25 %"))
        #expect(text.contains("12,345 operations/s  about 1 min left"))
        _ = model.update(.benched(request, .success(Fixture.benchTable)), at: 12_000)
        #expect(model.bench.run == nil)
        #expect(Fixture.text(model).contains("46,007"))
        #expect(model.toast?.kind == .done)
        // What comes after the end changes nothing.
        _ = model.update(.bench(request, BenchNews(stage: "late", share: 0)), at: 12_100)
        #expect(model.bench.run == nil)
    }

    @Test("Esc stops a bench once, and its end is waited for")
    func cancel() throws {
        let model = open()
        let request = try #require(start(model))
        #expect(model.press(.escape) == [.stopBench])
        #expect(model.press(.escape).isEmpty)
        #expect(model.screen == .bench)
        #expect(Fixture.text(model).contains("Stopping"))
        var table = Fixture.benchTable
        table.failure = "it was cancelled"
        _ = model.update(.benched(request, .success(table)), at: 13_000)
        #expect(Fixture.text(model).contains("ended early: it was cancelled"))
        #expect(model.toast?.text == "the bench was stopped")
        model.press(.escape)
        #expect(model.screen == .main)
    }

    @Test("only one bench runs, also when another screen was looked at meanwhile")
    func onlyOne() throws {
        let model = open()
        _ = try #require(start(model))
        model.press(.character("q"), .character("8"))
        #expect(model.press(.enter).isEmpty)
        #expect(model.overlay == nil)
        #expect(model.model.startBench(BenchWish()).isEmpty)
    }

    @Test("leaving the dashboard says that a bench is stopped, also over foreign nodes")
    func leaving() throws {
        let model = open(Fixture.model(ownsLocalNodes: false))
        _ = try #require(start(model))
        model.press(.character("q"))
        #expect(model.press(.character("q")).isEmpty)
        #expect(Fixture.text(model).contains("stopped first, and its keys are deleted"))
    }

    @Test("a failure is told, and the form is there again")
    func failure() throws {
        let model = open()
        let request = try #require(start(model))
        _ = model.update(.benched(request, .failure(AccessFailure("no node serves"))), at: 12_000)
        #expect(model.toast?.text == "bench: no node serves")
        #expect(Fixture.text(model).contains("nothing was measured yet"))
    }

    @Test("Tab plots another column; figures that are not there are dashes")
    func plot() {
        let model = open()
        model.bench.table = Fixture.benchTable
        #expect(Fixture.text(model).contains("ops/s, operations per second"))
        model.press(.tab, .tab)
        #expect(Fixture.text(model).contains("hit %, reads from a copy"))
        model.press(.backTab, .backTab, .backTab)
        #expect(model.bench.column == 4)
        // Rows with fewer figures than columns, and no number at all.
        model.bench.table?.rows[0].figures = []
        model.bench.table?.rows[1].figures[4] = .infinity
        model.bench.table?.rows[2].figures[4] = .nan
        #expect(Fixture.text(model).contains("p50 ms"))
    }

    @Test("a table that is wider than the screen keeps the plotted column")
    func wideTable() {
        let model = open(Fixture.model(width: 60, height: 16))
        var table = Fixture.benchTable
        table.columns += (0..<20).map { BenchTable.Column("column \($0)", "unit") }
        for index in table.rows.indices {
            table.rows[index].figures += (0..<20).map { Double($0) }
        }
        model.bench.table = table
        model.bench.column = 22
        #expect(Fixture.text(model).contains("column 17"))
    }
}
