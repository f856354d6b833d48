import Client
import Ring
import Terminal
import Testing

@testable import Dashboard

/// Changes of the ring as they are drawn, in every shape of screen.
@Suite("Goldens of changes")
struct ChangeGoldenTests {
    enum Shape: String, CaseIterable {
        case large = "120x36"
        case small = "80x24"
        case plain = "80x24-ascii"

        var screen: TestScreen {
            switch self {
            case .large: Fixture.model()
            case .small: Fixture.model(width: 80, height: 24)
            case .plain: Fixture.model(width: 80, height: 24, isASCII: true, depth: .none)
            }
        }
    }

    static let events = [
        Fixture.event(1, .info, "epoch 2: change 1 (n6 joins) under way, 8,192 slots to copy")
    ]

    @Test("a join under way, with a leave behind it", arguments: Shape.allCases)
    func join(_ shape: Shape) throws {
        let screen = shape.screen
        let epoch = try #require(Fixture.joining())
        let snapshot = Fixture.copying(epoch, share: 0.62, events: Self.events)
        _ = screen.update(.snapshot(snapshot), at: 11_500)
        if shape != .large { screen.model.focus(.replication) }
        try Golden.compare(screen, "join-\(shape.rawValue)")
    }

    @Test("the plan of a leave", arguments: Shape.allCases)
    func plan(_ shape: Shape) throws {
        try Golden.compare(Fixture.planning(shape.screen), "plan-\(shape.rawValue)")
    }

    @Test("the countdown to an eviction", arguments: Shape.allCases)
    func eviction(_ shape: Shape) throws {
        let screen = shape.screen
        _ = screen.update(.snapshot(try #require(Fixture.evicting())), at: 11_000)
        try Golden.compare(screen, "eviction-\(shape.rawValue)")
    }

    @Test("a change that failed", arguments: Shape.allCases)
    func failure(_ shape: Shape) throws {
        let screen = shape.screen
        _ = screen.update(
            .snapshot(Fixture.copying(try #require(Fixture.asking(Fixture.joinWish)), share: 0.1)),
            at: 10_500)
        _ = screen.update(
            .snapshot(Fixture.snapshot(try #require(Fixture.failed()))), at: 11_000)
        if shape != .large { screen.model.focus(.replication) }
        try Golden.compare(screen, "failed-\(shape.rawValue)")
    }

    @Test("a screen of 50x12 has no room for any of it, and says so")
    func tooSmall() throws {
        let screen = Fixture.planning(Fixture.model(width: 50, height: 12))
        for snapshot in [
            Fixture.copying(try #require(Fixture.joining()), share: 0.62),
            try #require(Fixture.evicting()), Fixture.snapshot(try #require(Fixture.failed())),
        ] {
            _ = screen.update(.snapshot(snapshot), at: 11_000)
            try Golden.compare(screen, "small-50x12")
            #expect(screen.nextChange == nil || screen.toast != nil)
        }
    }
}
