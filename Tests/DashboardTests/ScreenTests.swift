import Client
import Ring
import Terminal
import Testing

@testable import Dashboard

@Suite("Main screen")
struct ScreenTests {
    @Test("every size can be drawn, with every panel and overlay")
    func everySize() {
        let overlays: [Overlay?] = [
            nil, .help(HelpState()), .form(KeyForm(purpose: .create)),
            .value(ValueState(key: [65], value: [UInt8](repeating: 66, count: 9_000))),
            .details(.arc(slot: 5), scroll: 1_000), .details(.node(number: 1), scroll: 0),
            .details(.moves, scroll: 0), .details(.settings, scroll: 0),
            .details(.group(slot: 9), scroll: 0),
            .join(JoinForm(name: LineEditor(), port: LineEditor())),
        ]
        let sizes = [
            (0, 0), (1, 1), (5, 500), (59, 16), (60, 15), (60, 16), (80, 24), (109, 30),
            (110, 30), (120, 36), (200, 60), (500, 200),
        ]
        for (width, height) in sizes {
            for panel in width > 200 ? [.ring] : Model.Panel.allCases {
                let model = Fixture.model(width: width, height: height)
                model.model.focus(panel)
                model.isZoomed = panel == .ring
                for overlay in overlays {
                    model.overlay = overlay
                    let grid = Fixture.draw(model)
                    #expect(grid.size == Size(width: width, height: height))
                }
            }
        }
    }

    @Test("ASCII means ASCII, on every screen")
    func ascii() {
        for screen in [Model.Screen.main, .keys] {
            let model = Fixture.model(isASCII: true, depth: .none)
            model.screen = screen
            _ = model.update(.snapshot(Fixture.snapshot(silent: [2])), at: 11_000)
            for overlay: Overlay? in [
                nil, .help(HelpState()), .form(KeyForm(purpose: .create)),
                .details(.node(number: 1), scroll: 0), .details(.arc(slot: 0), scroll: 0),
            ] {
                model.overlay = overlay
                for row in Fixture.rows(Fixture.draw(model)) {
                    #expect(row.unicodeScalars.allSatisfy { $0.isASCII }, "\(row)")
                }
            }
        }
    }

    @Test("before anything is known the screen says so and can be left")
    func nothingKnown() {
        var options = DashboardOptions()
        options.isASCII = true
        let model = TestScreen(
            Model(
                options: options, ownsLocalNodes: false,
                capabilities: TerminalCapabilities(depth: .none, isASCII: true),
                theme: Fixture.defaultTheme, size: Size(width: 80, height: 24)))
        #expect(Fixture.text(model).contains("looking for the cluster"))
        for key in KeyContext.allCases.flatMap({ KeyTable.bindings($0) }).flatMap(\.keys)
        where key != .character("q") && key != .function(10) && key != .control("c") {
            model.press(key)
            _ = Fixture.draw(model)
            model.overlay = nil
            model.prompt = nil
        }
        #expect(model.press(.character("q")).contains(.end(.quit)) || model.screen == .keys)
    }

    @Test("an idle cluster changes nothing on the screen")
    func idle() {
        let model = Fixture.model()
        var snapshot = Fixture.snapshot()
        for index in snapshot.members.indices {
            snapshot.members[index].earlier = snapshot.members[index].latest
            snapshot.members[index].latest?.milliseconds += 1_000
        }
        _ = model.update(.snapshot(snapshot), at: 10_000)
        // The figures of the busy second have left the graph's scale by then.
        model.history = TrafficHistory()
        let before = Fixture.draw(model)
        for second in 1...120 {
            snapshot.milliseconds = 10_000 + 1_000 * second
            _ = model.update(.snapshot(snapshot), at: 10_000 + 1_000 * second)
            #expect(Fixture.isShown(before, by: model))
        }
        #expect(model.nextChange == nil)
    }

    @Test("a member that is down is hollow on the ring and DOWN in the list")
    func down() throws {
        let model = Fixture.model()
        let healthy = Fixture.draw(model)
        let epoch = try #require(
            Fixture.epoch().next(applying: [.down(member: 3)], settled: { _ in true }))
        _ = model.update(.snapshot(Fixture.snapshot(epoch, silent: [3])), at: 11_000)
        let text = Fixture.text(model)
        #expect(text.contains("DEGRADED"))
        #expect(text.contains("nodes 4/5 up"))
        #expect(text.contains("n3 down"))
        func dots(_ grid: Grid) -> Int {
            (1..<26).reduce(0) { sum, y in
                (1..<49).reduce(sum) { sum, x in
                    let value = grid[x, y].scalar.value
                    return (0x2800...0x28FF).contains(value) ? sum + value.nonzeroBitCount - 2 : sum
                }
            }
        }
        // A fifth of the band loses all but its rims.
        let before = dots(healthy)
        #expect((before * 8 / 10..<before * 9 / 10).contains(dots(Fixture.draw(model))))
    }

    @Test("operations are drawn as spokes and fade away")
    func spokes() {
        let model = Fixture.model()
        let quiet = Fixture.draw(model)
        var snapshot = Fixture.snapshot()
        snapshot.members[0].latest?.report.recent = [
            OperationReport(sequence: 1, slot: 9_000, isWrite: true)
        ]
        _ = model.update(.snapshot(snapshot), at: 11_000)
        #expect(model.spokes.count == 1)
        #expect(!Fixture.isShown(quiet, by: model))
        #expect(model.nextChange == 11_300)
        _ = model.update(.snapshot(snapshot), at: 11_200)
        #expect(model.spokes.count == 1)
        _ = model.update(.tick, at: 12_000)
        #expect(model.spokes.isEmpty)
        #expect(model.nextChange == nil)
    }

    @Test("walking the tokens names the token, its arc and its home, and selects the owner")
    func walk() throws {
        let model = Fixture.model()
        model.press(.right)
        let first = try #require(model.epoch?.tokens.first)
        #expect(model.token == first.slot)
        #expect(model.selectedNode?.number == first.member.number)
        #expect(
            Fixture.text(model).contains("token \(first.slot.grouped) of n\(first.member.number)"))
        model.press(.left)
        #expect(model.token == model.epoch?.tokens.last?.slot)
        model.press(.enter)
        #expect(Fixture.text(model).contains("generation   1"))
    }

    @Test("frozen is frozen, and says so")
    func freeze() {
        let model = Fixture.model()
        model.press(.character("p"))
        let before = Fixture.draw(model)
        #expect(Fixture.rows(before)[0].contains("FROZEN"))
        _ = model.update(.snapshot(Fixture.snapshot(silent: [2])), at: 11_000)
        #expect(Fixture.isShown(before, by: model))
        model.press(.character("p"))
        #expect(Fixture.text(model).contains("silent"))
    }

    @Test("below 60x16 there is one line, and only leaving works")
    func tooSmall() {
        let model = Fixture.model(width: 50, height: 12)
        #expect(Fixture.text(model).contains("have 50x12, need 60x16"))
        #expect(model.press(.character("a"), .character(":"), .character("K")).isEmpty)
        #expect(model.overlay == nil)
        #expect(model.press(.character("q")) == [.end(.quit)])
    }

    @Test("a click focuses the panel and selects the row; the wheel scrolls")
    func mouse() throws {
        let model = Fixture.model()
        let area = try #require(Layout(model.model).panels[.nodes])
        let click = MouseEvent(kind: .click, x: area.x + 5, y: area.y + 4)
        _ = model.update(.input(.mouse(click)), at: 11_000)
        #expect(model.panel == .nodes)
        #expect(model.selectedNode?.name == "n3")
        model.press(.character("m"))
        let elsewhere = MouseEvent(kind: .click, x: 5, y: 5)
        _ = model.update(.input(.mouse(elsewhere)), at: 11_000)
        #expect(model.panel == .nodes)
    }

    @Test("a paste where no field is open does nothing")
    func strayPaste() {
        let model = Fixture.model()
        let effects = model.update(.input(.paste(Array(":quit\nqqq".utf8))), at: 11_000)
        #expect(effects.isEmpty)
        #expect(model.overlay == nil)
        #expect(model.prompt == nil)
    }

    @Test("events follow the newest until one is selected")
    func events() {
        let model = Fixture.model()
        let events = (1...40).map { Fixture.event($0, .info, "event \($0)") }
        _ = model.update(.snapshot(Fixture.snapshot(events: events)), at: 11_000)
        #expect(Fixture.text(model).contains("event 40"))
        model.press(.character("5"), .pageDown, .pageDown)
        #expect(!model.followsEvents)
        model.press(.character("/"))
        model.type("event 7")
        model.press(.enter)
        #expect(model.shownEvents.count == 1)
        #expect(Fixture.text(model).contains("5 Events /event 7"))
        model.press(.escape)
        #expect(model.shownEvents.count == 40)
    }
}
