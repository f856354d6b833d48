import Client
import Ring
import Terminal
import Testing

@testable import Dashboard

@Suite("Changes of the ring on the screen")
struct ChangeScreenTests {
    @Test("slots that move blink between two owners, and nothing else does")
    func blinking() throws {
        let screen = Fixture.model()
        let epoch = try #require(Fixture.joining())
        let snapshot = Fixture.copying(epoch, share: 0.5)
        _ = screen.update(.snapshot(snapshot), at: 20_000)
        let first = Fixture.draw(screen)
        #expect(screen.nextChange == 20_500)
        _ = screen.update(.tick, at: 20_499)
        #expect(Fixture.isShown(first, by: screen))
        _ = screen.update(.tick, at: 20_500)
        let second = Fixture.draw(screen)
        let area = try #require(Layout(screen.model).panels[.ring])
        var changed = 0
        for y in 0..<first.size.height {
            for x in 0..<first.size.width where first[x, y] != second[x, y] {
                #expect(area.contains(x, y))
                changed += 1
            }
        }
        // A sixth of the band gets another owner, and half of it another copy at its inner edge.
        #expect(changed > 40)
        _ = screen.update(.tick, at: 21_000)
        #expect(Fixture.isShown(first, by: screen))
    }

    @Test("without UTF-8 and colour the glyphs alternate", arguments: [(120, 36), (80, 24)])
    func glyphs(_ width: Int, _ height: Int) throws {
        let screen = Fixture.model(width: width, height: height, isASCII: true, depth: .none)
        let epoch = try #require(Fixture.joining())
        _ = screen.update(.snapshot(Fixture.copying(epoch, share: 0.5)), at: 20_000)
        let before = Fixture.rows(Fixture.draw(screen)).joined()
        _ = screen.update(.tick, at: 20_500)
        let after = Fixture.rows(Fixture.draw(screen)).joined()
        #expect(after.count { $0 == "6" } > before.count { $0 == "6" })
    }

    @Test("frozen or paused nothing moves, and both owners are seen")
    func still() throws {
        let screen = Fixture.model()
        var epoch = try #require(Fixture.joining())
        _ = screen.update(.snapshot(Fixture.copying(epoch, share: 0.5)), at: 20_000)
        screen.press(.character("p"))
        let frozen = Fixture.draw(screen)
        #expect(screen.nextChange == nil)
        _ = screen.update(.tick, at: 20_600)
        #expect(Fixture.isShown(frozen, by: screen))
        screen.press(.character("p"))
        epoch.settings.areMovesPaused = true
        _ = screen.update(.snapshot(Fixture.copying(epoch, share: 0.5)), at: 21_000)
        #expect(screen.nextChange == nil)
        #expect(Fixture.text(screen).contains("paused"))
    }

    @Test("the header says what is under way, how far it is, and what waits")
    func header() throws {
        let screen = Fixture.model()
        let epoch = try #require(Fixture.joining())
        _ = screen.update(.snapshot(Fixture.copying(epoch, share: 0.62)), at: 11_000)
        let header = Fixture.rows(Fixture.draw(screen))[0]
        #expect(
            header.contains("n6 joins 61 % 6 s left +1") || header.contains("n6 joins 61 % 7 s"))
    }

    @Test("runs of slots with one reason are one line")
    func groups() throws {
        let screen = Fixture.model()
        _ = screen.update(.snapshot(try #require(Fixture.evicting())), at: 11_000)
        let status = try #require(screen.status)
        #expect(status.attention.count > 3)
        #expect(screen.shownRows.filter { !$0.isHome }.count == 1)
        let text = Fixture.text(screen)
        #expect(text.contains(status.slots.underReplicated.grouped))
        #expect(text.contains("n4 down, evict in 41 s"))
        screen.press(.character("3"), .enter)
        #expect(Fixture.text(screen).contains("[n4]"))
    }

    @Test("a down member that answers again is said to return, with how far it is level")
    func returning() throws {
        let screen = Fixture.model()
        var snapshot = try #require(Fixture.evicting())
        let four = try #require(snapshot.members.firstIndex { $0.number == 4 })
        snapshot.members[four].contact = .reachable
        snapshot.members[four].process = .running
        var report = Fixture.report(
            try #require(snapshot.epoch?.member(number: 4)), try #require(snapshot.epoch))
        report.incarnation = 2
        snapshot.members[four].latest = TimedReport(milliseconds: 10_000, report: report)
        for index in snapshot.members.indices where index != four {
            snapshot.members[index].latest?.report.followers = [
                FollowerReport(
                    member: 4, isConnected: true, slots: 100, levelSlots: 37, lagRecords: 0,
                    lagMilliseconds: 0)
            ]
        }
        _ = screen.update(.snapshot(snapshot), at: 11_000)
        #expect(Fixture.text(screen).contains("n4 returns, 37 % level"))
    }

    @Test("a paused node that is down is not returning, however short it has been silent")
    func paused() throws {
        let screen = Fixture.model()
        var snapshot = try #require(Fixture.evicting())
        let epoch = try #require(snapshot.epoch)
        let four = try #require(snapshot.members.firstIndex { $0.number == 4 })
        snapshot.members[four].process = .paused
        var report = Fixture.report(try #require(epoch.member(number: 4)), epoch)
        report.epoch = 1
        snapshot.members[four].latest = TimedReport(milliseconds: 8_900, report: report)
        for contact in [Contact.reachable, .suspect(since: 8_900), .unreachable(since: 8_900)] {
            snapshot.members[four].contact = contact
            _ = screen.update(.snapshot(snapshot), at: 11_000)
            let text = Fixture.text(screen)
            #expect(!text.contains("returns"))
            #expect(text.contains("n4 :7104  DOWN     paused, evict in 41 s"))
            #expect(text.contains("n4 down, paused, evict in 41 s"))
        }
    }

    @Test("a down node that cannot be evicted is said to keep its place, and why")
    func obstacle() throws {
        let screen = Fixture.model()
        var epoch = Fixture.epoch()
        epoch.settings.replicas = 5
        epoch = try #require(epoch.next(applying: [.down(member: 4)], settled: { _ in true }))
        _ = screen.update(.snapshot(Fixture.snapshot(epoch, silent: [4])), at: 11_000)
        let rows = Fixture.rows(Fixture.draw(screen)).filter {
            $0.contains("not evicted: 4 nodes cannot hold 5 copies")
        }
        #expect(rows.count == 2)
    }

    @Test("slots that only settle are neither degraded nor under-replicated")
    func settling() throws {
        let screen = Fixture.model()
        var snapshot = Fixture.snapshot()
        for index in snapshot.members.indices {
            snapshot.members[index].latest?.report.unlevel = [
                UnlevelReport(first: 0, last: Slots.count - 1, level: [])
            ]
            snapshot.members[index].latest?.report.settledSlots = 0
        }
        _ = screen.update(.snapshot(snapshot), at: 11_000)
        let text = Fixture.text(screen)
        #expect(text.contains("◇ SETTLING"))
        #expect(text.contains("settling 16,384 slots"))
        #expect(!text.contains("under"))
        #expect(text.contains("16,384  3/3     all"))
    }

    @Test("the homes scroll when they do not fit, under their heading")
    func homes() throws {
        let screen = Fixture.model(width: 80, height: 24)
        let epoch = Fixture.epoch(nodes: 20)
        _ = screen.update(.snapshot(Fixture.snapshot(epoch)), at: 11_000)
        screen.press(.character("3"))
        #expect(Fixture.text(screen).contains("┃"))
        #expect(!Fixture.rows(Fixture.draw(screen)).contains { $0.contains("n20         ") })
        screen.press(.end)
        let rows = Fixture.rows(Fixture.draw(screen))
        #expect(rows.contains { $0.contains("HOME       SLOTS") })
        #expect(rows.contains { $0.contains("n20         ") })
        screen.press(.enter)
        #expect(Fixture.text(screen).contains("Node n20"))
    }

    @Test("changes say how fast they go, how far they are, and what they wait behind")
    func changeRows() throws {
        let screen = Fixture.model()
        let epoch = try #require(Fixture.joining())
        _ = screen.update(.snapshot(Fixture.copying(epoch, share: 0.5)), at: 11_000)
        let text = Fixture.text(screen)
        #expect(text.contains("KiB/s"))
        #expect(text.contains("waits behind change 1: n6 joins"))
        #expect(!text.contains(" →  "))
    }

    @Test("the ring's title has the fewest and the most tokens")
    func tokens() throws {
        let screen = Fixture.model()
        #expect(Fixture.text(screen).contains(" 16 tokens/node "))
        var epoch = Fixture.epoch()
        epoch.members[0].tokens.removeLast(2)
        _ = screen.update(.snapshot(Fixture.snapshot(epoch)), at: 11_000)
        #expect(Fixture.text(screen).contains(" 14–16 tokens/node "))
    }

    @Test("without operations no latency is shown")
    func noLatency() {
        let screen = Fixture.model()
        var snapshot = Fixture.snapshot()
        for index in snapshot.members.indices {
            snapshot.members[index].latest?.report.traffic.reads = 0
        }
        _ = screen.update(.snapshot(snapshot), at: 11_000)
        #expect(Fixture.text(screen).contains("0/s p50 – p99 –"))
    }

    @Test("states of the epoch stand in capitals, members that are gone vanish")
    func states() throws {
        let screen = Fixture.model()
        let joining = try #require(Fixture.asking(Fixture.joinWish))
        _ = screen.update(.snapshot(Fixture.copying(joining, share: 0.62)), at: 11_000)
        #expect(Fixture.text(screen).contains("JOINING"))
        let leaving = try #require(Fixture.asking(.leave(member: 2)))
        _ = screen.update(.snapshot(Fixture.copying(leaving, share: 0.62)), at: 12_000)
        #expect(Fixture.text(screen).contains("LEAVING"))
        let left = try #require(
            leaving.next(applying: [.finish(change: 1)], settled: { _ in true }))
        _ = screen.update(.snapshot(Fixture.snapshot(left)), at: 13_000)
        #expect(Fixture.text(screen).contains("LEFT, its slots are being settled"))
        #expect(screen.shownNodes.map(\.name) == ["n1", "n3", "n4", "n5"])
        let trimmed = try #require(left.next(applying: [.trim], settled: { _ in true }))
        _ = screen.update(.snapshot(Fixture.snapshot(trimmed)), at: 14_000)
        #expect(!Fixture.text(screen).contains("LEFT"))
    }

    @Test("twenty nodes scroll through the panel")
    func manyNodes() {
        let screen = Fixture.model(width: 80, height: 24)
        let epoch = Fixture.epoch(nodes: 20)
        _ = screen.update(.snapshot(Fixture.snapshot(epoch)), at: 11_000)
        screen.press(.character("2"), .end)
        #expect(screen.selectedNode?.name == "n20")
        #expect(Fixture.text(screen).contains("n20 :7120"))
        #expect(!Fixture.text(screen).contains("n1 :7101"))
    }

    @Test("a dialog that is too long scrolls and keeps its buttons in view")
    func longDialog() throws {
        let screen = Fixture.model(width: 80, height: 24)
        let epoch = Fixture.epoch(nodes: 30)
        _ = screen.update(.snapshot(Fixture.snapshot(epoch)), at: 11_000)
        let plan = ChangePlan(of: .leave(member: 2), in: epoch, facts: Fixture.facts)
        _ = screen.update(.planned(1, .leave(name: "n2"), .success(plan)), at: 12_000)
        #expect(Fixture.text(screen).contains("[ Cancel ]"))
        #expect(!Fixture.text(screen).contains("copies of slots are made"))
        for _ in 0..<40 { screen.press(.down) }
        #expect(Fixture.text(screen).contains("copies of slots are made"))
        #expect(Fixture.text(screen).contains("[ Cancel ]"))
    }

    @Test("changes and settings can be listed")
    func lists() throws {
        let screen = Fixture.model()
        _ = screen.update(
            .snapshot(Fixture.copying(try #require(Fixture.joining()), share: 0.62)), at: 11_000)
        screen.press(.character(":"))
        screen.type("moves")
        screen.press(.enter)
        #expect(Fixture.text(screen).contains("change 2  n2 leaves   waits"))
        screen.press(.escape, .character(":"))
        screen.type("config")
        screen.press(.enter)
        for name in ClusterSettings.names { #expect(Fixture.text(screen).contains(name)) }
    }
}
