import Client
import Ring
import Terminal
import Testing

@testable import Dashboard

@Suite("Keys screen, while others write")
struct KeysRefreshTests {
    private func keys(_ range: Range<Int>) -> [[UInt8]] { range.map { Array("k\($0)".utf8) } }

    /// A snapshot in which clients have asked for so many writes.
    private func snapshot(writes: Int) -> ClusterSnapshot {
        var snapshot = Fixture.snapshot()
        snapshot.members[0].latest?.report.traffic.writes = writes
        return snapshot
    }

    private func scan(_ effects: [Effect]) -> (number: Int, cursor: String, pattern: [UInt8]?)? {
        for case .scan(let number, let cursor, let pattern) in effects {
            return (number, cursor, pattern)
        }
        return nil
    }

    /// The Keys screen with a list that was read, and no request out.
    private func screen(_ listed: [[UInt8]], value: String = "v") throws -> TestScreen {
        let model = Fixture.model()
        _ = model.update(.snapshot(snapshot(writes: 1)), at: 10_000)
        let asked = try #require(scan(model.press(.character("6"))))
        let page = KeyPage(keys: listed, cursor: "0")
        answer(model.update(.scanned(asked.number, .success(page)), at: 10_100), value, model)
        return model
    }

    /// Answers what is asked about the selected key.
    private func answer(_ effects: [Effect], _ value: String, _ model: TestScreen) {
        for effect in effects {
            switch effect {
            case .perform(let number, let request):
                let found = KeyOutcome.found(value: Array(value.utf8), milliseconds: 1)
                _ = model.update(.performed(number, request, found), at: model.now)
            case .inspect(let number, let key):
                _ = model.update(.inspected(number, key: key, []), at: model.now)
            default: break
            }
        }
    }

    @Test("keys that others write appear, and the selection stays on its key")
    func appear() throws {
        let model = try screen(keys(3..<5))
        model.press(.down)
        #expect(model.keys.selectedKey == keys(4..<5)[0])
        let effects = model.update(.snapshot(snapshot(writes: 2)), at: 11_500)
        let again = try #require(scan(effects))
        #expect(again.cursor == "0")
        _ = model.update(
            .scanned(again.number, .success(KeyPage(keys: keys(0..<9), cursor: "0"))), at: 11_600)
        #expect(model.keys.keys.count == 9)
        #expect(model.keys.selectedKey == keys(4..<5)[0])
    }

    @Test("an empty list fills without a key pressed, and its title counts")
    func empty() throws {
        let model = try screen([])
        #expect(Fixture.text(model).contains("no key here yet"))
        let again = try #require(
            scan(model.update(.snapshot(snapshot(writes: 2)), at: 11_500)))
        _ = model.update(
            .scanned(again.number, .success(KeyPage(keys: keys(0..<9), cursor: "0"))), at: 11_600)
        #expect(Fixture.text(model).contains(" 9 of 101,500 "))
    }

    @Test("the shown value follows, and stays in sight until the new one is there")
    func value() throws {
        let model = try screen(keys(0..<3), value: "old value")
        #expect(Fixture.text(model).contains("old value"))
        let effects = model.update(.snapshot(snapshot(writes: 2)), at: 11_500)
        #expect(Fixture.text(model).contains("old value"))
        answer(effects, "new value", model)
        #expect(Fixture.text(model).contains("new value"))
    }

    @Test("a key that is gone leaves a filtered list")
    func filtered() throws {
        let model = try screen(keys(0..<3))
        model.press(.character("/"))
        let search = try #require(scan(model.type("k")))
        let page = KeyPage(keys: keys(0..<3), cursor: "0")
        answer(model.update(.scanned(search.number, .success(page)), at: 11_000), "v", model)
        let again = try #require(
            scan(model.update(.snapshot(snapshot(writes: 2)), at: 13_000)))
        #expect(again.pattern == Array("*k*".utf8))
        _ = model.update(
            .scanned(again.number, .success(KeyPage(keys: keys(1..<3), cursor: "0"))), at: 13_100)
        #expect(model.keys.keys == keys(1..<3))
    }

    @Test("nothing is read while nothing is written, and never more than a page at a time")
    func bounded() throws {
        let model = try screen(keys(0..<500))
        for second in 11..<40 {
            let effects = model.update(.snapshot(snapshot(writes: 1)), at: 1_000 * second)
            #expect(effects.isEmpty)
        }
        // Somebody writes all the time, and each page says that there are more.
        var pages = 0
        var asked: (number: Int, cursor: String, pattern: [UInt8]?)?
        for step in 0..<400 {
            let now = 40_000 + 10 * step
            let effects = model.update(.snapshot(snapshot(writes: 2 + step)), at: now)
            answer(effects, "v", model)
            if let next = scan(effects) {
                #expect(asked == nil)
                asked = next
            }
            guard let open = asked else { continue }
            pages += 1
            let page = KeyPage(keys: keys(pages..<pages + 1), cursor: "\(pages)")
            let more = model.update(.scanned(open.number, .success(page)), at: now)
            asked = scan(more)
        }
        #expect((2 * 32...5 * 32).contains(pages))
        // What is shown stays until all is there.
        #expect(model.keys.keys.count == 500)
    }

    @Test("a frozen picture and another screen read nothing")
    func still() throws {
        let model = try screen(keys(0..<3))
        model.press(.character("p"))
        #expect(model.update(.snapshot(snapshot(writes: 2)), at: 12_000).isEmpty)
        model.press(.character("p"), .character("1"))
        #expect(model.update(.snapshot(snapshot(writes: 3)), at: 14_000).isEmpty)
        model.press(.character("6"))
        #expect(scan(model.update(.snapshot(snapshot(writes: 3)), at: 15_000)) != nil)
    }
}
