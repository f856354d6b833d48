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
