import Client
import Ring
import Terminal
import Testing

@testable import Dashboard

@Suite("Keys from the dashboard")
struct KeyFlowTests {
    private let key = Array("user:42".utf8)
    private let value = Array("hello".utf8)

    private func number(_ effects: [Effect]) -> Int {
        for case .perform(let number, _) in effects { return number }
        return 0
    }

    @Test("creating shows slot, home and successors while the key is typed")
    func createPreview() throws {
        let model = Fixture.model()
        model.press(.character("a"))
        #expect(Fixture.text(model).contains("type a key to see where it goes"))
        model.type("user:42")
        let slot = Slots.slot(ofBytes: key)
        let era = try #require(model.epoch?.arc(at: slot)).present
        let home = try #require(era.home)
        let text = Fixture.text(model)
        #expect(text.contains("slot \(slot.grouped)"))
        #expect(text.contains("n\(home)"))
    }

    @Test("creating sends one request and tells home, copies and time")
    func create() {
        let model = Fixture.model()
        model.press(.character("a"))
        model.type("user:42")
        model.press(.tab)
        model.type("hello")
        let effects = model.press(.enter)
        #expect(effects == [.perform(number(effects), .create(key: key, value: value))])
        #expect(model.overlay == nil)
        let facts = WriteFacts(milliseconds: 1.3, durable: [3, 5], previous: .absent)
        _ = model.update(
            .performed(number(effects), .create(key: key, value: value), .written(facts)),
            at: 10_100)
        #expect(
            Fixture.text(model).contains(
                "CREATE user:42 → n3 + n5   2 of 3 durable, acknowledged in 1.3 ms"))
        // The same words where it is not known who else has it.
        let set = KeyRequest.set(key: key, value: value)
        _ = model.update(.performed(99, set, .written(WriteFacts(milliseconds: 1.3))), at: 10_100)
        #expect(model.toast?.text.hasPrefix("SET user:42 → n") == true)
        #expect(
            model.toast?.text.hasSuffix("2 or more of 3 durable, acknowledged in 1.3 ms") == true)
        _ = model.update(
            .performed(number(effects), .create(key: key, value: value), .written(facts)),
            at: 10_100)
        #expect(Fixture.text(model).contains("z undo"))
        #expect(model.running.isEmpty)
    }

    @Test("a key that exists is said to exist, and nothing can be undone")
    func createRefused() {
        let model = Fixture.model()
        let request = KeyRequest.create(key: key, value: value)
        _ = model.update(.performed(1, request, .refused("exists already")), at: 10_100)
        #expect(Fixture.text(model).contains("CREATE user:42: exists already"))
        #expect(model.undo == nil)
    }

    @Test("an unknown outcome is called unknown, never failed")
    func unknown() {
        let model = Fixture.model()
        let request = KeyRequest.set(key: key, value: value)
        _ = model.update(.performed(1, request, .unknown("the link died")), at: 10_100)
        #expect(model.toast?.text == "SET user:42: unknown whether done: the link died")
        #expect(model.undo == nil)
        // It stays, unlike good news.
        _ = model.update(.tick, at: 10_100 + 10 * Toast.lifeMilliseconds)
        #expect(model.toast != nil)
    }

    @Test("editing writes only while the value is what was read")
    func edit() {
        let model = Fixture.model()
        model.selectedKey = key
        let get = model.press(.character("e"))
        #expect(get == [.perform(number(get), .get(key: key))])
        _ = model.update(
            .performed(number(get), .get(key: key), .found(value: value, milliseconds: 0.4)),
            at: 10_050)
        model.type("!")
        let effects = model.press(.enter)
        #expect(
            effects == [
                .perform(
                    number(effects),
                    .setIfEqual(key: key, expected: value, value: value + [0x21]))
            ])
    }

    @Test("editing keeps bytes that are no text")
    func editBinary() {
        let model = Fixture.model()
        let raw: [UInt8] = [0x00, 0xFF, 0x1B, 0xE2, 0x82, 0x0A]
        model.selectedKey = key
        let get = model.press(.character("e"))
        _ = model.update(
            .performed(number(get), .get(key: key), .found(value: raw, milliseconds: 0.4)),
            at: 10_050)
        #expect(Fixture.text(model).contains("\\x00\\xff\\e\\xe2\\x82\\n"))
        model.type("x")
        let effects = model.press(.enter)
        #expect(
            effects == [
                .perform(number(effects), .setIfEqual(key: key, expected: raw, value: raw + [0x78]))
            ])
    }

    @Test("deleting asks first, with Cancel focused")
    func delete() {
        let model = Fixture.model()
        model.selectedKey = key
        #expect(model.press(.character("d")).isEmpty)
        #expect(Fixture.text(model).contains("[ Cancel ]"))
        #expect(model.press(.enter).isEmpty)
        #expect(model.overlay == nil)
        model.press(.character("d"))
        let effects = model.press(.tab, .enter)
        #expect(effects == [.perform(number(effects), .delete(key: key))])
    }

    @Test("without a selected key the dashboard asks for one")
    func asks() {
        let model = Fixture.model()
        model.press(.character("v"))
        #expect(Fixture.text(model).contains("View which key?"))
        model.type("user:42")
        let effects = model.press(.enter)
        #expect(effects == [.perform(number(effects), .get(key: key))])
        _ = model.update(
            .performed(
                number(effects), .get(key: key), .found(value: value, milliseconds: 0.4)),
            at: 10_050)
        #expect(Fixture.text(model).contains("hello"))
    }

    @Test(
        "undo brings back what was there, if the value is still ours",
        arguments: [
            (
                KeyRequest.create(key: [1], value: [2]), WriteFacts.Previous.absent,
                KeyRequest.deleteIfEqual(key: [1], expected: [2])
            ),
            (
                .set(key: [1], value: [2]), .value([3]),
                .setIfEqual(key: [1], expected: [2], value: [3])
            ),
            (.set(key: [1], value: [2]), .absent, .deleteIfEqual(key: [1], expected: [2])),
            (.delete(key: [1]), .value([3]), .create(key: [1], value: [3])),
            (
                .setIfEqual(key: [1], expected: [3], value: [2]), .unknown,
                .setIfEqual(key: [1], expected: [2], value: [3])
            ),
        ])
    func undo(_ request: KeyRequest, _ previous: WriteFacts.Previous, _ wanted: KeyRequest) {
        let model = Fixture.model()
        let facts = WriteFacts(milliseconds: 1, durable: nil, previous: previous)
        _ = model.update(.performed(1, request, .written(facts)), at: 10_100)
        let effects = model.press(.character("z"))
        #expect(effects == [.perform(number(effects), wanted)])
        // Once only.
        #expect(model.press(.character("z")).isEmpty)
        _ = model.update(
            .performed(number(effects), wanted, .written(WriteFacts(milliseconds: 1))), at: 10_200)
        #expect(model.toast?.text.hasPrefix("undone: \(request.words); ") == true)
        #expect(model.undo == nil)
        #expect(model.press(.character("z")).isEmpty)
    }

    @Test("an undo that comes too late says that the value is no longer ours")
    func undoRefused() {
        let model = Fixture.model()
        let request = KeyRequest.delete(key: key)
        let facts = WriteFacts(milliseconds: 1, previous: .value(value))
        _ = model.update(.performed(1, request, .written(facts)), at: 10_100)
        let effects = model.press(.character("z"))
        _ = model.update(
            .performed(
                number(effects), .create(key: key, value: value), .refused("exists already")),
            at: 10_200)
        #expect(
            model.toast?.text
                == "not undone: DELETE user:42; somebody wrote the key since, it is no longer ours")
    }

    @Test("undo is offered no more once somebody else's value was seen")
    func undoOvertaken() {
        let model = Fixture.model()
        let facts = WriteFacts(milliseconds: 1, previous: .absent)
        let early = model.model.send(.get(key: key))
        let write = model.model.send(.set(key: key, value: value))
        _ = model.update(
            .performed(number(write), .set(key: key, value: value), .written(facts)), at: 10_100)
        #expect(Fixture.text(model).contains("z undo"))
        // A read from before the write says nothing.
        let other = KeyOutcome.found(value: [1], milliseconds: 1)
        _ = model.update(.performed(number(early), .get(key: key), other), at: 10_110)
        #expect(model.undo != nil)
        let late = model.model.send(.get(key: key))
        _ = model.update(.performed(number(late), .get(key: key), other), at: 10_120)
        #expect(model.undo == nil)
        #expect(!Fixture.text(model).contains("z undo"))
    }

    @Test("what was there before is not guessed")
    func noUndo() {
        #expect(UndoRecord(undoing: .set(key: [1], value: [2]), previous: .unknown) == nil)
        #expect(UndoRecord(undoing: .delete(key: [1]), previous: .unknown) == nil)
    }

    @Test("read-only refuses everything that changes something and reads on")
    func readOnly() {
        let model = Fixture.model(isReadOnly: true)
        model.selectedKey = key
        for key: Key in [.character("a"), .character("e"), .character("d"), .character("z")] {
            #expect(model.press(key).isEmpty)
            #expect(model.overlay == nil)
        }
        model.press(.character(":"))
        model.type("set a b")
        #expect(model.press(.enter).isEmpty)
        #expect(model.press(.character("v")).count == 1)
        #expect(Fixture.text(model).contains("read-only"))
    }

    @Test("a running operation shows its time, a quick one does not flicker")
    func running() {
        let model = Fixture.model()
        model.selectedKey = key
        model.press(.character("v"))
        _ = model.update(.tick, at: model.now + 50)
        #expect(!Fixture.text(model).contains("GET user:42 …"))
        _ = model.update(.tick, at: model.now + 1_000)
        #expect(Fixture.text(model).contains("GET user:42 … 1.1 s"))
    }
}
