import CNcurses
import Glibc

/// What a terminal can show.
public struct TerminalCapabilities: Sendable, Equatable {
    /// Its colours.
    public var depth: ColorDepth
    /// Whether only ASCII may be drawn.
    public var isASCII: Bool

    /// Makes capabilities.
    public init(depth: ColorDepth, isASCII: Bool) {
        self.depth = depth
        self.isASCII = isASCII
    }
}

/// Why the screen could not be opened.
public enum TerminalFailure: Error, Equatable, CustomStringConvertible {
    /// Standard input or output is a file or a pipe.
    case notATerminal
    /// Neither `TERM` nor a common description works, or the cursor cannot be placed.
    case unknownTerminal(String)
    /// The system refused.
    case system(Int32)

    /// What is wrong and what to do about it.
    public var description: String {
        switch self {
        case .notATerminal:
            "the dashboard needs a terminal for input and output; "
                + "in a pipe use `ringmaster status --json`"
        case .unknownTerminal(let name):
            "nothing can be drawn on a terminal of type '\(ForeignText.shown(name))'; "
                + "set TERM, for example to xterm-256color"
        case .system(let number):
            "the terminal cannot be used: \(String(cString: strerror(number)))"
        }
    }
}

/// What ended a wait.
public enum TerminalEvent: Sendable, Equatable {
    /// A person did something.
    case input(InputEvent)
    /// The terminal has another size now.
    case resized(Size)
    /// Someone asked for attention with a ``Waker``.
    case woken
    /// A signal asks the program to end, or the terminal is gone.
    case ended
    /// The terminal asked to suspend the program, from outside.
    case suspend
}

/// The screen, owned by one thread: curses for output, our own decoder for input.
///
/// At most one may be open in a process. ``close()`` gives the terminal back; so do a signal, a
/// crash and the end of the process.
public final class TerminalSession {
    /// What the caller wants of the terminal.
    public struct Options: Sendable {
        /// The colours to use; nil asks the terminal.
        public var depth: ColorDepth?
        /// Draws ASCII only, whatever the locale says.
        public var isASCII = false

        /// What the terminal can.
        public init() {}
    }

    /// What it can show.
    public let capabilities: TerminalCapabilities
    /// Its size in cells.
    public private(set) var size: Size
    private let noticeDescriptor: Int32
    private let waker: Waker
    private var decoder = InputDecoder()
    private var shown: Grid?

    /// Opens the screen.
    ///
    /// - Throws: ``TerminalFailure``.
    public init(options: Options, waker: Waker) throws(TerminalFailure) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
            throw .notATerminal
        }
        let facts = try Self.open(options)
        let isLinuxConsole = Environment.value("TERM") == "linux"
        capabilities = TerminalCapabilities(
            depth: min(options.depth ?? .truecolor, Self.depth(facts.colors)),
            isASCII: options.isASCII || facts.is_utf8 == 0 || isLinuxConsole)
        noticeDescriptor = facts.notice_descriptor
        self.waker = waker
        size = Size(width: 80, height: 24)
        followSize()
    }

    private static func depth(_ colors: Int32) -> ColorDepth {
        colors > 256 ? .truecolor : colors == 256 ? .palette256 : colors >= 8 ? .palette16 : .none
    }

    /// Opens with our description where 24 bits are wanted, else with the terminal's own, else with
    /// the most common one.
    private static func open(_ options: Options) throws(TerminalFailure) -> rm_screen_facts {
        var facts = rm_screen_facts()
        let hint = Environment.value("COLORTERM")
        let hasTrueColor = hint == "truecolor" || hint == "24bit"
        if options.depth == .truecolor || (options.depth == nil && hasTrueColor) {
            let before = Environment.value("TERMINFO")
            setenv("TERMINFO", TrueColorDescription.compiled, 1)
            let code = rm_screen_open(TrueColorDescription.name, &facts)
            if let before { setenv("TERMINFO", before, 1) } else { unsetenv("TERMINFO") }
            if code == 0 { return facts }
        }
        for name in [nil, "xterm-256color"] as [String?] {
            let code = rm_screen_open(name, &facts)
            if code == 0 { return facts }
            if code == -2 { throw .system(errno) }
            if code == -3 { break }
        }
        throw .unknownTerminal(Environment.value("TERM") ?? "")
    }

    /// Gives the terminal back.
    public func close() {
        rm_screen_close()
    }

    /// What was written to standard error while the screen was open, at most 64 KiB of it.
    public func keptErrors() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = rm_screen_read_errors(0, &bytes, Int64(bytes.count))
        return Array(bytes.prefix(Int(count)))
    }

    /// Reports clicks and the wheel, or leaves the mouse to the terminal.
    public func setMouse(_ isOn: Bool) {
        rm_screen_mouse(isOn ? 1 : 0)
    }

    /// Stops the process as ^Z does; comes back when it is continued.
    public func suspend() {
        rm_screen_suspend()
        shown = nil
        followSize()
    }

    /// Makes the next drawing repaint everything.
    public func forget() {
        rm_screen_forget()
        shown = nil
    }

    /// Shows a picture, writing only what differs from what is shown; nothing if nothing does.
    public func draw(_ grid: Grid) {
        guard grid != shown else { return }
        for run in grid.difference(from: shown) { put(run) }
        if let cursor = grid.cursor {
            rm_screen_cursor(Int32(clamping: cursor.x), Int32(clamping: cursor.y))
        } else {
            rm_screen_cursor(-1, -1)
        }
        rm_screen_update()
        shown = grid
    }

    private func put(_ run: GridRun) {
        var cells: [rm_cell] = []
        cells.reserveCapacity(run.cells.count)
        for (index, cell) in run.cells.enumerated() where !cell.isContinuation {
            let next = index + 1
            let isWide = next < run.cells.count && run.cells[next].isContinuation
            let columns: Int32 = isWide ? 2 : 1
            if rm_scalar_width(cell.scalar.value) == columns {
                cells.append(Self.shimCell(cell.scalar, cell.style))
            } else {
                // The C library counts otherwise, and so may the terminal: keep the frame whole.
                for _ in 0..<columns { cells.append(Self.shimCell("?", cell.style)) }
            }
        }
        rm_screen_put(
            Int32(clamping: run.x), Int32(clamping: run.y), cells, Int32(clamping: cells.count))
    }

    private static func shimCell(_ scalar: Unicode.Scalar, _ style: Style) -> rm_cell {
        rm_cell(
            scalar: scalar.value, attributes: UInt32(style.attributes.rawValue),
            foreground: number(style.foreground), background: number(style.background))
    }

    private static func number(_ color: Color) -> Int32 {
        switch color {
        case .standard: -1
        case .palette(let index): Int32(index)
        // Numbers below 256 are palette entries, so the darkest blues get a trace of green.
        case .rgb(let red, let green, let blue):
            max(256, Int32(red) << 16 | Int32(green) << 8 | Int32(blue))
        }
    }

    /// Waits for something to happen.
    ///
    /// - Parameter milliseconds: how long at most; nil waits for ever.
    /// - Returns: what happened, empty when the time was over.
    public func wait(milliseconds: Int?) -> [TerminalEvent] {
        var limit = milliseconds
        if decoder.isWaiting {
            limit = min(limit ?? .max, InputDecoder.escapeMilliseconds)
        }
        var sources = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: noticeDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: waker.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let ready = poll(&sources, 3, limit.map { Int32(clamping: max(0, $0)) } ?? -1)
        if ready < 0 { return errno == EINTR ? [] : [.ended] }
        var events: [TerminalEvent] = []
        if sources[1].revents != 0 { events += notices() }
        if sources[2].revents != 0 {
            waker.drain()
            events.append(.woken)
        }
        if sources[0].revents != 0 {
            events += input()
        } else if decoder.isWaiting {
            events += decoder.onSilence().map(TerminalEvent.input)
        }
        return events
    }

    private func input() -> [TerminalEvent] {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &bytes, bytes.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return [] }
        // The end of input, or an error such as EIO: the terminal has gone.
        guard count > 0 else { return [.ended] }
        return decoder.feed(bytes.prefix(count)).map(TerminalEvent.input)
    }

    private func notices() -> [TerminalEvent] {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = max(0, read(noticeDescriptor, &bytes, bytes.count))
        let numbers = Set(bytes.prefix(count).map(Int32.init))
        if !numbers.isDisjoint(with: [SIGTERM, SIGHUP, SIGINT]) { return [.ended] }
        var events: [TerminalEvent] = []
        if numbers.contains(SIGTSTP) { events.append(.suspend) }
        if numbers.contains(SIGWINCH), followSize() { events.append(.resized(size)) }
        return events
    }

    /// Asks for the size, and forgets the shown picture when it changed.
    @discardableResult
    private func followSize() -> Bool {
        var columns: Int32 = 0
        var rows: Int32 = 0
        guard rm_screen_follow_size(&columns, &rows) == 0 else { return false }
        let now = Size(width: Int(columns), height: Int(rows))
        guard now != size else { return false }
        size = now
        shown = nil
        return true
    }
}
