import Client
import Ring
import Terminal
import Testing

@testable import Dashboard

@Suite("Nodes from the dashboard")
struct NodeFlowTests {
    @Test("killing says what will happen and has Cancel focused")
    func kill() throws {
        let model = Fixture.model()
        model.press(.character("2"), .down, .down)
        #expect(model.press(.character("K")).isEmpty)
        let text = Fixture.text(model)
        let status = try #require(model.status)
        #expect(text.contains("Kill n3 (pid 8103)?"))
        #expect(text.contains("\(status.nodes[2].homeSlots.grouped) slots get a new home"))
        #expect(text.contains("drop to 2 of 3 copies"))
        #expect(text.contains("[ Cancel ]"))
        #expect(model.press(.enter).isEmpty)
        model.press(.character("K"))
        #expect(model.press(.right, .enter) == [.act(1, .kill, name: "n3")])
    }

    @Test("killing a second node says that slots lose their majority")
    func majority() throws {
        let model = Fixture.model()
        let epoch = try #require(
            Fixture.epoch().next(applying: [.down(member: 2)], settled: { _ in true }))
        _ = model.update(.snapshot(Fixture.snapshot(epoch, silent: [2])), at: 11_000)
        model.press(.character("2"), .down, .down, .character("K"))
        #expect(Fixture.text(model).contains("lose their majority"))
    }

    @Test("starting and resuming do not ask; what makes no sense is said")
    func start() {
        let model = Fixture.model()
        _ = model.update(.snapshot(Fixture.snapshot(silent: [1])), at: 11_000)
        model.press(.character("2"))
        #expect(model.press(.character("K")).isEmpty)
        #expect(model.toast?.text == "n1 is not running; S starts it")
        #expect(model.press(.character("S")) == [.act(1, .start, name: "n1")])
        model.press(.down)
        #expect(model.press(.character("S")).isEmpty)
        #expect(model.toast?.text == "n2 is running already")
        var paused = Fixture.snapshot()
        paused.members[1].process = .paused
        _ = model.update(.snapshot(paused), at: 12_000)
        #expect(model.press(.character("P")) == [.act(2, .resume, name: "n2")])
    }

    @Test("nodes of another machine are not offered to be killed")
    func remote() {
        let model = Fixture.model(ownsLocalNodes: false)
        model.press(.character("2"))
        #expect(!Fixture.text(model).contains("kill -9"))
        #expect(model.press(.character("K")).isEmpty)
        #expect(model.overlay == nil)
    }

    @Test("the selection stays on its node while others come and go")
    func selection() {
        let model = Fixture.model()
        model.press(.character("2"), .down, .down, .down)
        var snapshot = Fixture.snapshot(Fixture.epoch(nodes: 6))
        snapshot.epoch?.members.removeFirst()
        _ = model.update(.snapshot(snapshot), at: 11_000)
        #expect(model.selectedNode?.name == "n4")
    }

    @Test("quitting over local nodes offers Cancel, Leave running and Stop all")
    func quit() {
        let model = Fixture.model()
        #expect(model.press(.character("q")).isEmpty)
        #expect(Fixture.text(model).contains("Leave running"))
        #expect(model.press(.enter).isEmpty)
        model.press(.character("q"))
        #expect(model.press(.tab, .enter) == [.end(.quit)])
        model.press(.character("q"))
        #expect(model.press(.tab, .tab, .enter) == [.stopAll(1)])
        #expect(
            model.update(.stoppedAll(1, .success("5 nodes stopped")), at: 20_000)
                == [.end(.stoppedAll("5 nodes stopped"))])
        let remote = Fixture.model(ownsLocalNodes: false)
        #expect(remote.press(.character("q")) == [.end(.quit)])
    }

    @Test("Esc never leaves the program")
    func escape() {
        let model = Fixture.model()
        for _ in 0..<20 { #expect(model.press(.escape).isEmpty) }
        #expect(model.overlay == nil)
    }

    @Test("a click on a dialog's button presses it")
    func clickButton() throws {
        let model = Fixture.model()
        model.press(.character("2"), .character("K"))
        guard case .dialog(let dialog) = model.overlay else { return #expect(Bool(false)) }
        let button = DialogView.buttons(dialog, model.size)[1]
        let click = MouseEvent(kind: .click, x: button.x + 1, y: button.y)
        #expect(model.update(.input(.mouse(click)), at: 11_000) == [.act(1, .kill, name: "n1")])
    }
}
