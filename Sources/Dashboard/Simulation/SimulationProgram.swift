import Glibc
import Terminal

/// A simulated run in the dashboard's own views.
public enum SimulationProgram {
    /// Takes the terminal, plays the run until the user leaves, and gives the terminal back.
    ///
    /// - Parameters:
    ///   - options: how it looks.
    ///   - source: makes the run, on the thread that plays it.
    /// - Throws: `TerminalFailure` when there is no terminal to draw on; `AccessFailure` when the
    ///   theme that was asked for cannot be had.
    public static func run(
        options: DashboardOptions, source: @escaping @Sendable () -> any SimulationSource
    ) async throws {
        var options = options
        options.isReadOnly = true
        let theme = try ThemeLibrary.load(options.theme)
        let loop = SimulationLoop(options: options, theme: theme, makeSource: source)
        try await ScreenThread.run { try loop.run() }
    }
}

/// What runs on the screen's thread.
struct SimulationLoop: Sendable {
    let options: DashboardOptions
    let theme: ThemeLibrary.Found
    let makeSource: @Sendable () -> any SimulationSource

    func run() throws {
        var terminalOptions = TerminalSession.Options()
        terminalOptions.depth = options.depth
        terminalOptions.isASCII = options.isASCII
        let session = try TerminalSession(options: terminalOptions, waker: try Waker())
        play(session)
        session.close()
        let errors = session.keptErrors()
        _ = errors.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private func play(_ session: TerminalSession) {
        let source = makeSource()
        var model = Model(
            options: options, ownsLocalNodes: false, capabilities: session.capabilities,
            theme: theme.theme, size: session.size)
        model.now = DashboardLoop.milliseconds()
        session.setMouse(true)
        var player = SimulationPlayer(model: model)
        var cache = RenderCache()
        var last = model.now
        while true {
            let now = DashboardLoop.milliseconds()
            player.show(source.advance(by: player.microseconds(in: now - last)), at: now)
            last = now
            session.draw(render(player.model, cache: &cache))
            let taken = DashboardLoop.milliseconds() - now
            let happened = session.wait(
                milliseconds: max(1, DashboardLoop.frameMilliseconds - taken))
            for event in happened where !take(event, session, &player) { return }
        }
    }

    /// Takes what the user did; false when it is the end.
    private func take(
        _ event: TerminalEvent, _ session: TerminalSession, _ player: inout SimulationPlayer
    ) -> Bool {
        let dashboardEvent: Event
        switch event {
        case .input(let input):
            if player.take(input) { return true }
            dashboardEvent = .input(input)
        case .resized(let size): dashboardEvent = .resized(size)
        case .woken: return true
        case .suspend:
            suspend(session, &player)
            return true
        case .ended: return false
        }
        for effect in player.model.update(dashboardEvent, at: DashboardLoop.milliseconds()) {
            switch effect {
            case .end: return false
            case .repaint: session.forget()
            case .suspend: suspend(session, &player)
            case .mouse(let isOn): session.setMouse(isOn)
            default: continue
            }
        }
        return true
    }

    private func suspend(_ session: TerminalSession, _ player: inout SimulationPlayer) {
        session.suspend()
        player.model.size = session.size
    }
}
