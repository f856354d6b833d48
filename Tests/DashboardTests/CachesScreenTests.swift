import Client
import Ring
import Terminal
import Testing

@testable import Dashboard

@Suite("Caches screen")
struct CachesScreenTests {
    private func open(_ screen: TestScreen = Fixture.model()) -> TestScreen {
        let model = Fixture.afterCaching(screen)
        model.press(.character("7"))
        return model
    }

    @Test("every size can be drawn, with every overlay")
    func everySize() {
        let sizes = [
            (0, 0), (1, 1), (59, 16), (60, 15), (60, 16), (61, 17), (80, 24), (110, 30), (120, 36),
            (200, 60),
        ]
        for (width, height) in sizes {
            let model = Fixture.afterCaching(
                Fixture.model(width: width, height: height), seconds: 8, switched: 4)
            for screen in [Model.Screen.caches, .bench] {
                model.screen = screen
                let overlays: [Overlay?] = [
                    nil, .help(HelpState()), .choice(.coherence(ClusterSettings())),
                    .choice(.prefetching(ClusterSettings())), .details(.caches(4), scroll: 3),
                    .details(.caches(nil), scroll: 0), .details(.caches(99), scroll: 0),
                    .reader(ReaderForm(key: LineEditor([65]), rate: LineEditor(), node: 4)),
                ]
                for overlay in overlays {
                    model.overlay = overlay
                    model.bench.table = overlay == nil ? Fixture.benchTable : nil
                    #expect(Fixture.draw(model).size == Size(width: width, height: height))
                }
            }
        }
    }

    @Test("ASCII means ASCII, with all that can lie over it")
    func ascii() {
        let model = Fixture.afterCaching(Fixture.model(isASCII: true, depth: .none))
        model.caches.reader = Fixture.reader()
        model.bench.table = Fixture.benchTable
        for screen in [Model.Screen.caches, .bench] {
            model.screen = screen
            for overlay: Overlay? in [
                nil, .choice(.coherence(ClusterSettings())), .details(.caches(4), scroll: 0),
                .reader(ReaderForm(key: LineEditor([65]), rate: LineEditor(), node: 4)),
            ] {
                model.overlay = overlay
                for row in Fixture.rows(Fixture.draw(model)) {
                    #expect(row.unicodeScalars.allSatisfy { $0.isASCII }, "\(row)")
                }
            }
        }
    }

    @Test("a coherence is chosen from a menu that begins with the one in force")
    func coherence() {
        let model = open()
        #expect(Fixture.text(model).contains("invalidate  writes wait"))
        model.press(.character("c"))
        #expect(model.press(.enter).isEmpty)
        #expect(model.toast?.text == "coherence is invalidate already")
        model.press(.character("c"))
        let effects = model.press(.down, .enter)
        #expect(
            effects.contains { effect in
                if case .change(_, .set(name: "coherence", value: "update")) = effect {
                    return true
                }
                return false
            })
        #expect(model.overlay == nil)
    }

    @Test("a prefetching is chosen likewise, and Esc leaves it as it is")
    func prefetching() {
        let model = open()
        #expect(model.press(.character("p"), .down, .escape).isEmpty)
        let effects = model.press(.character("p"), .down, .down, .enter)
        #expect(
            effects.contains { effect in
                if case .change(_, .set(name: "prefetching", value: "stride")) = effect {
                    return true
                }
                return false
            })
    }

    @Test("read-only shows the figures and switches nothing")
    func readOnly() {
        let model = open(Fixture.model(isReadOnly: true))
        model.press(.character("c"))
        #expect(model.overlay == nil)
        model.press(.character("p"))
        #expect(model.overlay == nil)
        #expect(!model.helpLines.contains { $0.text == "choose the coherence" })
        #expect(Fixture.text(model).contains("90.0"))
    }

    @Test("a node that acts by another mechanism is named until it has adopted")
    func notYetInForce() {
        let model = open()
        var snapshot = Fixture.caching(second: 41, switched: 25)
        snapshot.members[1].latest?.report.caches.coherence = .off
        _ = model.update(.snapshot(snapshot), at: 51_000)
        #expect(Fixture.text(model).contains("not yet in force on n2"))
        _ = model.update(
            .snapshot(Fixture.caching(second: 42, switched: 25)), at: 52_000)
        #expect(!Fixture.text(model).contains("not yet in force"))
    }

    @Test("prefetching without a coherence is said to do nothing")
    func idlePrefetching() {
        let model = Fixture.afterCaching(
            Fixture.model(), coherence: .off, prefetching: .sequential)
        model.press(.character("7"))
        #expect(Fixture.text(model).contains("waits: without a coherence no copy is kept"))
    }

    @Test("the mouse selects nodes and fields")
    func mouse() {
        let model = open()
        let area = Layout(model.model).cachesNodes
        func event(_ kind: MouseEvent.Kind, _ x: Int, _ y: Int) {
            _ = model.update(
                .input(.mouse(MouseEvent(kind: kind, x: x, y: y))), at: model.now + 1)
        }
        event(.click, area.x + 5, area.y + 4)
        #expect(model.selectedCacheRow?.number == 2)
        event(.click, area.x + 5, area.maxY + 2)
        #expect(model.selectedCacheRow?.number == 2)
        model.press(.character("8"))
        let form = Layout(model.model).benchForm
        event(.click, form.x + 5, form.y + 3)
        #expect(model.bench.field == .clients)
        model.bench.table = Fixture.benchTable
        event(.wheelDown, 5, form.maxY + 3)
        #expect(model.bench.top == 3)
        event(.wheelUp, 5, form.maxY + 3)
        #expect(model.bench.top == 0)
    }

    @Test("the curve tells when which mechanism came in force")
    func marks() {
        let open = Fixture.afterCaching(Fixture.model(), seconds: 60)
        open.press(.character("7"))
        let rows = Fixture.rows(Fixture.draw(open))
        let marks = rows.first { $0.contains("│off") && $0.contains("│invalidate") }
        #expect(marks != nil)
        // One that has just been chosen can be read at once, and its mark is where it began.
        let model = Fixture.afterCaching(Fixture.model(), seconds: 26, switched: 25)
        model.press(.character("7"))
        let text = Fixture.text(model)
        #expect(text.contains("invalidate┤│") || text.contains("invalidate┤ │"))
    }

    @Test("Tab shows another curve, Enter all figures")
    func curves() {
        let model = open()
        #expect(Fixture.text(model).contains("Messages per read, all nodes"))
        model.press(.tab)
        #expect(Fixture.text(model).contains("Messages per write, all nodes: 4.00"))
        model.press(.tab, .tab, .tab)
        #expect(model.caches.curve == .messagesPerRead)
        model.press(.down, .down, .down, .down, .enter)
        let text = Fixture.text(model)
        #expect(text.contains("Caches of n4"))
        #expect(text.contains("last 5 s"))
        model.press(.escape, .escape)
        #expect(model.screen == .main)
    }

    @Test("figures stand beside each other, however narrow the screen", arguments: [60, 80, 120])
    func detailsWidth(width: Int) {
        let model = open(Fixture.model(width: width, height: 40))
        model.overlay = .details(.caches(4), scroll: 0)
        let text = Fixture.text(model)
        #expect(text.contains(/last 5 s +since start/))
        #expect(text.contains(/hit rate +90\.0 % +33\.\d %/))
        #expect(text.contains(/answered from a copy.* 900 +2,700/))
    }

    @Test("a frozen picture stands still")
    func frozen() {
        let model = open()
        model.press(.character("F"))
        let before = Fixture.draw(model)
        _ = model.update(.snapshot(Fixture.caching(second: 50, switched: 25)), at: 60_000)
        #expect(Fixture.isShown(before, by: model))
    }

    @Test("the main screen says in a line what caches do")
    func mainScreen() {
        let model = Fixture.afterCaching(Fixture.model(), prefetching: .stride)
        let text = Fixture.text(model)
        #expect(text.contains("cache  invalidate  hit 90 %   prefetch  stride  accuracy 67 %"))
        #expect(Fixture.text(Fixture.model()).contains("cache  off   prefetch  off"))
    }

    @Test("commands open the screens")
    func commands() {
        let model = Fixture.model()
        model.press(.character(":"))
        model.type("caches")
        model.press(.enter)
        #expect(model.screen == .caches)
        model.press(.character(":"))
        model.type("bench")
        model.press(.enter)
        #expect(model.screen == .bench)
        model.press(.character("6"))
        #expect(model.screen == .keys)
        model.press(.character("7"), .character("b"), .character("7"))
        #expect(model.screen == .caches)
    }

    // MARK: The reader

    @Test("a reader reads a key that its node holds no replica of, if nothing else is said")
    func reader() throws {
        let model = open()
        model.press(.down, .down, .down, .down, .character("r"))
        guard case .reader(let form)? = model.overlay else { return #expect(Bool(false)) }
        #expect(form.node == 4)
        let epoch = try #require(model.model.epoch)
        let slot = Slots.slot(ofBytes: form.key.bytes)
        #expect(epoch.arc(at: slot)?.present.replicas.contains(4) == false)
        #expect(Fixture.text(model).contains("n4 holds no replica of it"))
        let effects = model.press(.enter)
        guard case .startReader(let number, let wish)? = effects.first else {
            return #expect(Bool(false))
        }
        #expect(wish.node == "n4")
        #expect(wish.endpoint == Endpoint(host: "127.0.0.1", port: 7104))
        #expect(wish.perSecond == 200)
        // News of another reader are no news of this one.
        _ = model.update(
            .reader(number + 1, ReaderNews(perSecond: 1, microseconds: nil)), at: 52_000)
        #expect(model.caches.reader?.news == nil)
        _ = model.update(
            .reader(number, ReaderNews(perSecond: 199, microseconds: 420)), at: 52_100)
        #expect(Fixture.text(model).contains("199/s in 0.42 ms"))
        #expect(model.press(.character("r")) == [.stopReader])
        #expect(model.caches.reader == nil)
        #expect(Fixture.text(model).contains("none; r reads a key"))
    }

    @Test("the reader's fields refuse what makes no sense")
    func readerForm() {
        let model = open()
        model.press(.character("r"), .control("u"))
        #expect(model.press(.enter).isEmpty)
        #expect(Fixture.text(model).contains("a key is missing"))
        model.type("user:7")
        model.press(.tab, .control("u"))
        model.type("5001")
        #expect(model.press(.enter).isEmpty)
        #expect(Fixture.text(model).contains("a rate is 1 to 5,000 a second"))
        model.press(.control("u"))
        model.type("50")
        guard case .startReader(_, let wish)? = model.press(.enter).first else {
            return #expect(Bool(false))
        }
        #expect(wish.key == Array("user:7".utf8))
        #expect(wish.perSecond == 50)
    }

    @Test("a reader's troubles are shown, escaped")
    func readerTroubles() {
        let model = open()
        model.caches.reader = Fixture.reader()
        model.caches.reader?.news = ReaderNews(
            perSecond: 0, microseconds: nil, errors: 3, problem: "no\u{1B}[31m answer")
        #expect(Fixture.text(model).contains(#"3 errors: no\e[31m answer"#))
    }
}
