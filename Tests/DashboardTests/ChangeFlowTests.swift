import Client
import Ring
import Terminal
import Testing

@testable import Dashboard

@Suite("Changes of the ring from the dashboard")
struct ChangeFlowTests {
    @Test("n asks for name and port with the next ones filled in, plans, and then joins")
    func join() throws {
        let screen = Fixture.model()
        screen.press(.character("n"))
        #expect(Fixture.text(screen).contains("A new node"))
        let wish = ChangeWish.join(name: "n6", port: 7106)
        #expect(screen.press(.enter) == [.plan(1, wish)])
        #expect(screen.overlay == nil)
        let plan = ChangePlan(of: Fixture.joinWish, in: Fixture.epoch(), facts: Fixture.facts)
        _ = screen.update(.planned(1, wish, .success(plan)), at: 11_000)
        let text = Fixture.text(screen)
        #expect(text.contains("Join n6 on port 7106?"))
        #expect(text.contains("[ Cancel ]"))
        let gets = try #require(plan.loads.last).copySlots.after
        #expect(text.contains("\(gets.grouped) slots"))
        #expect(screen.press(.right, .enter) == [.change(2, wish)])
        _ = screen.update(.acted(2, .success("n6 is started")), at: 12_000)
        #expect(screen.toast?.text == "n6 is started")
    }

    @Test("a port that is none is said in the form")
    func badPort() {
        let screen = Fixture.model()
        screen.press(.character("n"), .tab)
        screen.type("0000")
        #expect(screen.press(.enter).isEmpty)
        #expect(Fixture.text(screen).contains("a port is a number from 1 to 65,535"))
        screen.press(.escape)
        #expect(screen.overlay == nil)
    }

    @Test("D plans the selected node's leaving; Enter alone changes nothing")
    func leave() throws {
        let screen = Fixture.model()
        #expect(
            screen.press(.character("2"), .down, .character("D"))
                == [.plan(1, .leave(name: "n2"))])
        let plan = ChangePlan(of: .leave(member: 2), in: Fixture.epoch(), facts: Fixture.facts)
        _ = screen.update(.planned(1, .leave(name: "n2"), .success(plan)), at: 11_000)
        let text = Fixture.text(screen)
        #expect(text.contains("Leave n2?"))
        #expect(text.contains("\(plan.total.slots.grouped) copies of slots are made"))
        #expect(screen.press(.enter).isEmpty)
        #expect(screen.overlay == nil)
    }

    @Test("a ring that changed between plan and commit is planned anew")
    func stalePlan() throws {
        let screen = Fixture.planning(Fixture.model())
        let epoch = try #require(
            Fixture.epoch().next(applying: [.down(member: 4)], settled: { _ in true }))
        _ = screen.update(.snapshot(Fixture.snapshot(epoch, silent: [4])), at: 12_000)
        #expect(screen.press(.right, .enter) == [.plan(2, .leave(name: "n2"))])
        #expect(screen.toast?.text.contains("the ring has changed") == true)
    }

    @Test("a plan that the ring refuses opens nothing and says why")
    func refused() {
        let screen = Fixture.model()
        let plan = ChangePlan(of: .evict(member: 1), in: Fixture.epoch(), facts: Fixture.facts)
        _ = screen.update(.planned(1, .evict(name: "n1"), .success(plan)), at: 11_000)
        #expect(screen.overlay == nil)
        #expect(screen.toast?.kind == .problem)
        #expect(screen.toast?.text == "evict n1: n1 is up, only a down member is evicted")
    }

    @Test("the verbs of the shell work on the command line")
    func verbs() {
        func run(_ line: String) -> [Effect] {
            let screen = Fixture.model()
            screen.press(.character(":"))
            screen.type(line)
            return screen.press(.enter)
        }
        #expect(run("leave n3") == [.plan(1, .leave(name: "n3"))])
        #expect(run("evict n3") == [.plan(1, .evict(name: "n3"))])
        #expect(run("rebalance") == [.plan(1, .rebalance)])
        #expect(run("config replicas 5") == [.plan(1, .set(name: "replicas", value: "5"))])
        #expect(run("config grace 30000") == [.change(1, .set(name: "grace", value: "30000"))])
        #expect(run("moves pause") == [.change(1, .set(name: "moves-paused", value: "yes"))])
        #expect(run("moves resume") == [.change(1, .set(name: "moves-paused", value: "no"))])
        #expect(
            run("moves rate 12M") == [.change(1, .set(name: "move-rate", value: "12582912"))])
        #expect(run("moves rate fast").isEmpty)
        #expect(run("leave n9").isEmpty)
    }

    @Test("amounts of bytes have units, and none that overflows")
    func amounts() {
        #expect(ByteAmount.parse("0") == 0)
        #expect(ByteAmount.parse("500K") == 512_000)
        #expect(ByteAmount.parse("1g") == 1 << 30)
        #expect(ByteAmount.parse("M") == nil)
        #expect(ByteAmount.parse("-1") == nil)
        #expect(ByteAmount.parse("9223372036854775807K") == nil)
    }

    @Test("copying is paused, resumed and taken back where it is shown")
    func moves() throws {
        let screen = Fixture.model()
        var epoch = try #require(Fixture.joining())
        _ = screen.update(.snapshot(Fixture.copying(epoch, share: 0.62)), at: 11_000)
        screen.press(.character("3"))
        #expect(
            screen.press(.character("P"))
                == [.change(1, .set(name: "moves-paused", value: "yes"))])
        epoch.settings.areMovesPaused = true
        _ = screen.update(.snapshot(Fixture.copying(epoch, share: 0.62)), at: 12_000)
        #expect(Fixture.text(screen).contains("paused ▇▇▇▇▁▁ P resumes"))
        #expect(
            screen.press(.character("P"))
                == [.change(2, .set(name: "moves-paused", value: "no"))])
        screen.press(.down, .character("c"))
        #expect(Fixture.text(screen).contains("change 2: n2 leaves"))
        #expect(screen.press(.enter).isEmpty)
        screen.press(.character("c"))
        #expect(screen.press(.right, .enter) == [.change(3, .cancel(change: 2))])
        screen.press(.character("r"))
        #expect(screen.prompt?.editor.text == "moves rate ")
    }

    @Test("how a change ended is told once, and this machine's files are put right")
    func ends() throws {
        let screen = Fixture.model()
        let asked = try #require(Fixture.asking(Fixture.joinWish))
        _ = screen.update(.snapshot(Fixture.copying(asked, share: 0.1)), at: 11_000)
        #expect(screen.toast == nil)
        let failed = try #require(Fixture.failed())
        let effects = screen.update(.snapshot(Fixture.snapshot(failed)), at: 12_000)
        #expect(effects == [.tidy(try #require(failed.queue.ended.last))])
        #expect(screen.toast?.kind == .problem)
        #expect(
            screen.toast?.text
                == "change 1 (n6 joins) FAILED in epoch 3: nothing heard from n6 for 60 s")
        screen.toast = nil
        #expect(screen.update(.snapshot(Fixture.snapshot(failed)), at: 12_250).isEmpty)
        #expect(screen.toast == nil)
        // Who looks only now is not told of what is long over.
        let late = Fixture.model()
        late.model.toldChange = nil
        #expect(late.update(.snapshot(Fixture.snapshot(failed)), at: 12_000).isEmpty)
        #expect(late.toast == nil)
    }

    @Test("read-only refuses all of it")
    func readOnly() throws {
        let screen = Fixture.model(isReadOnly: true)
        for key: Key in [.character("n"), .character("D"), .character("E")] {
            screen.press(.character("2"))
            #expect(screen.press(key).isEmpty)
            #expect(screen.overlay == nil)
        }
        screen.press(.character(":"))
        screen.type("rebalance")
        #expect(screen.press(.enter).isEmpty)
        #expect(screen.toast?.text.contains("read-only") == true)
        let failed = try #require(Fixture.failed())
        #expect(screen.update(.snapshot(Fixture.snapshot(failed)), at: 12_000).isEmpty)
    }

    @Test("a cluster of other machines gets no new node from here, and may be asked for the rest")
    func remote() {
        let screen = Fixture.model(ownsLocalNodes: false)
        #expect(screen.press(.character("n")).isEmpty)
        #expect(screen.overlay == nil)
        #expect(
            screen.press(.character("2"), .character("D")) == [.plan(1, .leave(name: "n1"))])
    }
}
