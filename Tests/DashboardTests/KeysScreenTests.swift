import Client
import Ring
import Terminal
import Testing

@testable import Dashboard

@Suite("Keys screen")
struct KeysScreenTests {
    private func keys(_ range: Range<Int>) -> [[UInt8]] { range.map { Array("k\($0)".utf8) } }

    private func scan(_ effects: [Effect]) -> (number: Int, cursor: String, pattern: [UInt8]?)? {
        for case .scan(let number, let cursor, let pattern) in effects {
            return (number, cursor, pattern)
        }
        return nil
    }

    @Test("the next page is asked for when the selection comes near the end")
    func pages() throws {
        let model = Fixture.model()
        let first = try #require(scan(model.press(.character("6"))))
        #expect(first.cursor == "0")
        let page = KeyPage(keys: keys(0..<800), cursor: "77")
        var effects = model.update(.scanned(first.number, .success(page)), at: 10_100)
        #expect(scan(effects) == nil)
        effects = []
        for _ in 0..<12 { effects += model.press(.pageDown) }
        let second = try #require(scan(effects))
        #expect(second.cursor == "77")
        // A key may come twice.
        _ = model.update(
            .scanned(second.number, .success(KeyPage(keys: keys(790..<850), cursor: "0"))),
            at: 10_200)
        #expect(model.keys.keys.count == 850)
        #expect(!model.keys.hasMore)
        #expect(model.press(.end).contains { if case .scan = $0 { true } else { false } } == false)
    }

    @Test("empty pages are passed over until there is something to show")
    func emptyPages() throws {
        let model = Fixture.model()
        var asked = try #require(scan(model.press(.character("6"))))
        for cursor in ["3", "9", "12"] {
            let effects = model.update(
                .scanned(asked.number, .success(KeyPage(keys: [], cursor: cursor))), at: 10_100)
            asked = try #require(scan(effects))
            #expect(asked.cursor == cursor)
        }
    }

    @Test("an answer to an earlier search is not taken for one to this")
    func staleAnswers() throws {
        let model = Fixture.model()
        let first = try #require(scan(model.press(.character("6"))))
        model.press(.character("/"))
        let second = try #require(scan(model.type("z")))
        #expect(second.pattern == Array("*z*".utf8))
        _ = model.update(
            .scanned(first.number, .success(KeyPage(keys: keys(0..<9), cursor: "0"))), at: 10_100)
        #expect(model.keys.keys.isEmpty)
        #expect(Fixture.text(model).contains("6 Keys /z"))
    }

    @Test("a filter that is a pattern is used as it is")
    func patterns() {
        var keys = KeysModel()
        keys.list.filter = "user:*"
        #expect(keys.pattern == Array("user:*".utf8))
        keys.list.filter = ""
        #expect(keys.pattern == nil)
    }

    @Test("value and copies of the selected key are shown, newest selection only")
    func detail() throws {
        let model = Fixture.model()
        let asked = try #require(scan(model.press(.character("6"))))
        let page = KeyPage(keys: keys(0..<5), cursor: "0")
        let effects = model.update(.scanned(asked.number, .success(page)), at: 10_100)
        guard case .perform(let value, .get(let key)) = effects[0],
            case .inspect(let copies, _) = effects[1]
        else { return #expect(Bool(false)) }
        #expect(key == Array("k0".utf8))
        // While the answers are out, walking on asks for nothing.
        #expect(model.press(.down, .down).isEmpty)
        #expect(
            model.update(
                .performed(
                    value, .get(key: key), .found(value: Array("v0".utf8), milliseconds: 1)),
                at: 10_200
            ).isEmpty)
        let placements = [
            KeyPlacement(
                member: 2,
                report: KeyReport(
                    slot: 1, isPresent: true, generation: 4, position: 17, valueBytes: 2,
                    expiry: nil, role: "home", isCommitted: true)),
            KeyPlacement(member: 3, report: nil),
        ]
        #expect(Fixture.text(model).contains("v0"))
        let next = model.update(.inspected(copies, key: key, placements), at: 10_300)
        guard case .perform(_, .get(let second))? = next.first else {
            return #expect(Bool(false))
        }
        #expect(second == Array("k2".utf8))
    }

    @Test("copies show version and state; a silent node is said to be silent")
    func placement() {
        let model = Fixture.model()
        model.screen = .keys
        var detail = KeyDetail(key: Array("k0".utf8))
        func report(_ position: Int, _ role: String) -> KeyReport {
            KeyReport(
                slot: 1, isPresent: true, generation: 4, position: position, valueBytes: 2,
                expiry: nil, role: role, isCommitted: true)
        }
        detail.placements = [
            KeyPlacement(member: 2, report: report(17, "home")),
            KeyPlacement(member: 3, report: report(16, "successor")),
            KeyPlacement(member: 4, report: nil),
        ]
        detail.value = .found([0x00, 0x41])
        model.keys.keys = [Array("k0".utf8)]
        model.keys.detail = detail
        model.keys.mode = .hex
        let text = Fixture.text(model)
        #expect(text.contains("4.17"))
        #expect(text.contains("durable"))
        #expect(text.contains("differs from the home"))
        #expect(text.contains("does not answer"))
        #expect(text.contains("00 41"))
    }

    @Test("keys made of escape sequences are shown escaped, and the frame stays whole")
    func foreignKeys() {
        let model = Fixture.model(width: 80, height: 24)
        model.screen = .keys
        let nasty: [[UInt8]] = [
            Array("\u{1B}]52;c;aGk=\u{07}".utf8), Array("日本語キー".utf8), [0xFF, 0xFE, 0x9B],
            Array("\u{202E}evil".utf8),
            Array(("e" + String(repeating: "\u{301}", count: 1_000)).utf8),
            Array("%s%n".utf8), [],
        ]
        model.keys.keys = nasty
        let grid = Fixture.draw(model)
        for y in 0..<24 {
            for x in 0..<80 {
                let cell = grid[x, y]
                #expect(cell.isContinuation || cell.scalar.columnWidth != nil)
            }
        }
        let text = Fixture.rows(grid)
        #expect(text.contains { $0.contains("\\e]52;c;aGk=\\x07") })
        #expect(text.contains { $0.contains("日本語キー") })
        // The right edge of the list is where it was, in every row.
        let edge = Layout(model.model).keysList.maxX - 1
        for y in 2..<21 { #expect(grid[edge, y].scalar == "│") }
    }
}
