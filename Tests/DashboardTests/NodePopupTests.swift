import Client
import Ring
import Terminal
import Testing

@testable import Dashboard

@Suite("All about a node")
struct NodePopupTests {
    @Test("it has neighbours, fingers with their hops, and what happened last")
    func content() throws {
        let model = Fixture.model(height: 60)
        let events = (1...12).map { Fixture.event($0, .info, "thing \($0)") }
        _ = model.update(.snapshot(Fixture.snapshot(events: events)), at: 11_000)
        model.press(.character("2"), .down, .down, .down, .enter)
        let rows = Fixture.rows(Fixture.draw(model))
        #expect(rows.contains { $0.contains("predecessor n") && $0.contains("successor n") })
        #expect(rows.contains { $0.contains("CHORD HOPS") && $0.contains("HOPS HERE") })
        let table = try #require(FingerTable(of: 4, in: Fixture.epoch().ring))
        for finger in table.fingers { #expect(rows.contains { $0.contains(" \(finger.token) ") }) }
        #expect(rows.contains { $0.contains("thing 12") })
        #expect(!rows.contains { $0.contains("thing 4") })
    }

    @Test("of a node that is not heard it tells nothing that the node said before")
    func silence() {
        let model = Fixture.model(height: 60)
        model.press(.character("2"), .down, .down, .down, .enter)
        #expect(Fixture.text(model).contains("successors of its home slots"))
        var snapshot = Fixture.snapshot()
        snapshot.members[3].contact = .unreachable(since: 10_500)
        _ = model.update(.snapshot(snapshot), at: 11_000)
        let text = Fixture.text(model)
        #expect(text.contains("unreachable") && text.contains("CHORD HOPS"))
        #expect(!text.contains("successors of its home slots") && !text.contains("up for"))
    }

    @Test("it acts on the node that it shows, and its bar says how")
    func actions() {
        let model = Fixture.model()
        model.press(.character(":"))
        model.type("ring n4")
        model.press(.enter)
        let bar = Fixture.rows(Fixture.draw(model))[35]
        for label in ["s stop", "K kill -9", "P pause", "D leave", "Esc close"] {
            #expect(bar.contains(label))
        }
        #expect(!bar.contains("S start"))
        model.press(.character("K"))
        #expect(Fixture.text(model).contains("Kill n4 (pid 8104)?"))
        model.press(.escape, .character(":"))
        model.type("ring n2")
        model.press(.enter)
        #expect(model.press(.character("D")) == [.plan(1, .leave(name: "n2"))])
        #expect(model.overlay == nil)
    }

    @Test("what is too long scrolls, says so, and turns round at its end at once")
    func scrolling() {
        let model = Fixture.model(width: 80, height: 24)
        model.press(.character("2"), .enter)
        #expect(Fixture.text(model).contains("↑↓ 1–18 of "))
        model.press(.end)
        let end = Fixture.draw(model)
        model.press(.down)
        #expect(Fixture.isShown(end, by: model))
        model.press(.up)
        #expect(!Fixture.isShown(end, by: model))
    }

    @Test("help, a value's popup and the Keys screen's value turn round at their end, too")
    func turning() {
        let long = Array((0..<300).map { "line \($0)\n" }.joined().utf8)
        let help = Fixture.model(width: 80, height: 24)
        help.overlay = .help(HelpState())
        let value = Fixture.model(width: 80, height: 24)
        value.overlay = .value(ValueState(key: [65], value: long))
        let keys = Fixture.model(width: 80, height: 24)
        keys.screen = .keys
        keys.keys.keys = [[65]]
        keys.keys.detail = KeyDetail(key: [65], value: .found(long))
        keys.keys.focus = .value
        for model in [help, value, keys] {
            for _ in 0..<300 { model.press(.pageDown) }
            let end = Fixture.draw(model)
            model.press(.up)
            #expect(!Fixture.isShown(end, by: model))
        }
    }
}
