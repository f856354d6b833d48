import Terminal
import Testing

@testable import Dashboard

@Suite("Key table")
struct KeyTableTests {
    @Test("no context gives one key two meanings")
    func unambiguous() {
        for context in KeyContext.allCases {
            let keys = KeyTable.bindings(context).flatMap(\.keys)
            #expect(Set(keys).count == keys.count, "\(context)")
        }
    }

    @Test("fields take every letter: no binding of theirs is a plain character")
    func fields() {
        for context in [KeyContext.form, .prompt, .help] {
            for key in KeyTable.bindings(context).flatMap(\.keys) {
                if case .character = key { Issue.record("\(context) binds \(key)") }
            }
        }
    }

    @Test("the bar names what a newcomer needs, whatever has the focus")
    func bar() {
        let model = Fixture.model()
        for panel in Model.Panel.allCases {
            model.model.focus(panel)
            let row = Fixture.rows(Fixture.draw(model))[35]
            for label in ["? help", "a create", "v view", "e edit", "d delete", "6 keys", "q quit"]
            {
                #expect(row.contains(label), "\(panel)")
            }
            // Where nodes are acted on, that comes first.
            guard panel != .nodes else { continue }
            #expect(row.contains("7 caches") && row.contains("8 bench"), "\(panel)")
        }
    }

    private func bar(_ model: TestScreen) -> String { Fixture.rows(Fixture.draw(model))[35] }

    @Test("the bar offers what can be done here and now")
    func possible() throws {
        let model = Fixture.model()
        for (panel, isList) in [
            (Model.Panel.ring, false), (.replication, true), (.traffic, false), (.events, true),
        ] {
            model.model.focus(panel)
            #expect(bar(model).contains("/ filter") == isList, "\(panel)")
        }
        model.model.focus(.nodes)
        #expect(bar(model).contains("P pause") && !bar(model).contains("S start"))
        var snapshot = try #require(Fixture.evicting())
        _ = model.update(.snapshot(snapshot), at: 11_000)
        model.press(.down, .down, .down)
        #expect(bar(model).contains("S start") && bar(model).contains("E evict"))
        for label in ["s stop", "K kill", "P pause", "D leave"] {
            #expect(!bar(model).contains(label))
        }
        snapshot.members[3].process = .paused
        _ = model.update(.snapshot(snapshot), at: 11_100)
        #expect(bar(model).contains("P resume") && !bar(model).contains("S start"))
    }

    @Test("the bar says resume while copying is paused, and how a zoomed panel goes back")
    func moments() throws {
        let model = Fixture.model()
        var epoch = try #require(Fixture.joining())
        model.press(.character("3"))
        _ = model.update(.snapshot(Fixture.copying(epoch, share: 0.5)), at: 11_000)
        #expect(bar(model).contains("P pause"))
        epoch.settings.areMovesPaused = true
        _ = model.update(.snapshot(Fixture.copying(epoch, share: 0.5)), at: 12_000)
        #expect(bar(model).contains("P resume"))
        model.press(.character("+"))
        #expect(bar(model).contains("+ all panels"))
    }

    @Test("fields say what Enter does with them, and offer a new line only where one can be")
    func fieldBar() {
        let model = Fixture.model()
        model.press(.character("n"))
        #expect(bar(model).contains("Enter plan") && !bar(model).contains("new line"))
        model.press(.escape, .character("a"))
        #expect(bar(model).contains("Enter create") && bar(model).contains("new line"))
    }

    @Test("the help has every binding and can be searched")
    func help() {
        let model = Fixture.model()
        let lines = model.helpLines
        for context in KeyContext.allCases {
            for binding in KeyTable.bindings(context) {
                #expect(lines.contains { $0.text == binding.help })
            }
        }
        #expect(lines.first?.text == "Ring")
        model.press(.character("?"))
        model.type("freeze")
        let text = Fixture.text(model)
        #expect(text.contains("freeze the picture"))
        #expect(!text.contains("draw everything anew"))
        model.press(.escape)
        #expect(model.overlay != nil)
        model.press(.escape)
        #expect(model.overlay == nil)
    }

    @Test("read-only help does not offer what it refuses")
    func readOnlyHelp() {
        let model = Fixture.model(isReadOnly: true)
        #expect(!model.helpLines.contains { $0.text == "create a key" })
    }
}
