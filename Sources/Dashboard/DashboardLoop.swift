import Glibc
import Terminal

/// What runs on the screen's thread: waits, lets the model take what happened, draws.
struct DashboardLoop: Sendable {
    /// The shortest time between two frames, in milliseconds: about 30 a second.
    static let frameMilliseconds = 33

    let options: DashboardOptions
    let ownsLocalNodes: Bool
    let theme: ThemeLibrary.Found
    let mailbox: Mailbox
    let effects: AsyncStream<Effect>.Continuation

    /// Runs until the user leaves or the terminal goes.
    ///
    /// - Throws: `TerminalFailure`.
    func run() throws -> DashboardEnd {
        var terminalOptions = TerminalSession.Options()
        terminalOptions.depth = options.depth
        terminalOptions.isASCII = options.isASCII
        let session = try TerminalSession(options: terminalOptions, waker: mailbox.waker)
        let end = show(session)
        session.close()
        // What others wrote to standard error meanwhile would otherwise be lost.
        let errors = session.keptErrors()
        _ = errors.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        return end
    }

    private func show(_ session: TerminalSession) -> DashboardEnd {
        var model = Model(
            options: options, ownsLocalNodes: ownsLocalNodes, capabilities: session.capabilities,
            theme: theme.theme, size: session.size)
        model.now = Self.milliseconds()
        model.secondsFromGMT = Self.secondsFromGMT()
        model.report(theme.warnings)
        session.setMouse(true)
        var cache = RenderCache()
        var drawn = model.now - Self.frameMilliseconds
        var isDirty = true
        while true {
            let now = Self.milliseconds()
            if isDirty, now - drawn >= Self.frameMilliseconds {
                session.draw(render(model, cache: &cache))
                drawn = now
                isDirty = false
            }
            let limit =
                isDirty
                ? drawn + Self.frameMilliseconds - now : model.nextChange.map { max(1, $0 - now) }
            let happened = session.wait(milliseconds: limit)
            if let end = take(happened, session, &model) { return end }
            isDirty = true
        }
    }

    /// Hands events to the model and does at once what concerns the terminal.
    private func take(
        _ happened: [TerminalEvent], _ session: TerminalSession, _ model: inout Model
    ) -> DashboardEnd? {
        var events: [Event] = happened.isEmpty ? [.tick] : []
        for event in happened {
            switch event {
            case .input(let input): events.append(.input(input))
            case .resized(let size): events.append(.resized(size))
            case .woken:
                events += mailbox.take()
                model.secondsFromGMT = Self.secondsFromGMT()
            case .suspend: suspend(session, &model)
            case .ended: return .terminalLost
            }
        }
        for event in events {
            for effect in model.update(event, at: Self.milliseconds()) {
                switch effect {
                case .end(let end): return end
                case .repaint: session.forget()
                case .suspend: suspend(session, &model)
                case .mouse(let isOn): session.setMouse(isOn)
                default: effects.yield(effect)
                }
            }
        }
        return nil
    }

    private func suspend(_ session: TerminalSession, _ model: inout Model) {
        session.suspend()
        model.size = session.size
    }

    /// The monotonic clock, from an arbitrary beginning.
    static func milliseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    }

    private static func secondsFromGMT() -> Int {
        var now = time(nil)
        var local = tm()
        return localtime_r(&now, &local) == nil ? 0 : local.tm_gmtoff
    }
}

extension DashboardOptions {
    /// The colours to draw in; nil lets the terminal say.
    var depth: ColorDepth? {
        switch color {
        case .auto:
            Environment.value("NO_COLOR").map { $0.isEmpty } ?? true ? nil : ColorDepth.none
        case .always: nil
        case .never: ColorDepth.none
        case .truecolor: .truecolor
        case .palette256: .palette256
        case .palette16: .palette16
        }
    }
}
