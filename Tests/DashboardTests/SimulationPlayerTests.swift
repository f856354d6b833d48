import Ring
import Terminal
import Testing

@testable import Dashboard

@Suite("A simulated run in the dashboard")
struct SimulationPlayerTests {
    private func player() -> SimulationPlayer {
        SimulationPlayer(
            model: Model(
                options: DashboardOptions(), ownsLocalNodes: false,
                capabilities: TerminalCapabilities(depth: .truecolor, isASCII: false),
                theme: Fixture.defaultTheme, size: Size(width: 120, height: 36)))
    }

    private func scene(_ messages: [(Int, Int)], isOver: Bool = false) -> SimulationScene {
        SimulationScene(
            snapshot: Fixture.snapshot(),
            messages: messages.map { SimulationScene.Message(sender: $0.0, receiver: $0.1) },
            microseconds: 1_250_000, caption: "seed 7", isOver: isOver)
    }

    @Test("real time passes as simulated time, slower or faster, and no part of it is lost")
    func speed() {
        var player = player()
        var isTaken = true
        let frames = (0..<100).map { _ in player.microseconds(in: 33) }
        let total = frames.reduce(0, +)
        #expect(total == 206_250)
        for _ in 0..<4 { isTaken = player.take(.key(.character("+"))) && isTaken }
        #expect(isTaken)
        let real = player.microseconds(in: 33)
        #expect(real == 33_000)
        for _ in 0..<20 { _ = player.take(.key(.character("+"))) }
        #expect(player.speed == SimulationPlayer.speeds.upperBound)
        for _ in 0..<40 { _ = player.take(.key(.character("-"))) }
        #expect(player.speed == SimulationPlayer.speeds.lowerBound)
    }

    @Test("space holds the run and lets it go on; when it is over, time stands still")
    func pause() {
        var player = player()
        let isTaken = player.take(.key(.character(" ")))
        let held = player.microseconds(in: 1_000)
        #expect(isTaken && held == 0)
        _ = player.take(.key(.character(" ")))
        let going = player.microseconds(in: 1_000)
        #expect(going > 0)
        player.show(scene([], isOver: true), at: 10)
        let over = player.microseconds(in: 1_000)
        #expect(over == 0)
    }

    @Test("a run that is over shows no rates")
    func rates() {
        var player = player()
        player.show(scene([]), at: 10)
        #expect(player.model.status?.traffic?.readsPerSecond ?? 0 > 0)
        player.show(scene([], isOver: true), at: 20)
        #expect(player.model.status?.traffic?.readsPerSecond == 0)
        #expect(player.model.status?.nodes[0].operationsPerSecond == 0)
    }

    @Test("messages are drawn as spokes from sender to receiver, and fade")
    func spokes() throws {
        var player = player()
        player.show(scene([(1, 4)]), at: 1_000)
        let places = Fixture.epoch().spreadPlaces
        let target = try #require(places[4])
        #expect(
            player.model.spokes == [
                Spoke(entry: 1, slot: target, isWrite: false, began: 1_000, start: places[1])
            ])
        player.show(scene([]), at: 1_000 + Spoke.lifeMilliseconds)
        #expect(player.model.spokes.isEmpty)
        #expect(player.model.toast?.text.contains("1.250 s") == true)
    }

    @Test("other keys are the dashboard's own")
    func otherKeys() {
        var player = player()
        let taken = [player.take(.key(.tab)), player.take(.key(.character("q")))]
        #expect(taken == [false, false])
    }
}
