import Glibc

/// A program on a terminal of its own, and what it shows there.
///
/// The program sees a real terminal: a pseudo-terminal with a size, its controlling terminal. What
/// it writes is drawn onto a screen of cells by the sequences that the dashboard's 24-bit terminal
/// description uses, so that tests read rows instead of escape sequences.
final class PseudoTerminal {
    let columns: Int
    let rows: Int
    let pid: pid_t
    private let descriptor: Int32
    private var screen: ScreenCells
    /// Everything that was written, for what cannot be seen in the cells.
    private(set) var output: [UInt8] = []

    struct Failure: Error { var text: String }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: the program.
    ///   - arguments: without the program's name.
    ///   - columns: of the terminal.
    ///   - rows: of the terminal.
    ///   - environment: added to this process's environment.
    /// - Throws: `Failure` when there is no pseudo-terminal or the program cannot be started.
    init(
        _ path: String, _ arguments: [String], columns: Int = 120, rows: Int = 36,
        environment: [String: String] = [:]
    ) throws {
        self.columns = columns
        self.rows = rows
        screen = ScreenCells(columns: columns, rows: rows)
        // What posix_openpt, unlockpt and ptsname do; the Swift overlay of glibc lacks them.
        descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var isLocked: Int32 = 0
        var number: Int32 = 0
        let unlock: UInt = 0x4004_5431
        let getNumber: UInt = 0x8004_5430
        guard descriptor >= 0, ioctl(descriptor, unlock, &isLocked) == 0,
            ioctl(descriptor, getNumber, &number) == 0
        else { throw Failure(text: "no pseudo-terminal: \(String(cString: strerror(errno)))") }
        pid = try Self.spawn(path, arguments, environment, terminal: "/dev/pts/\(number)")
        resize(columns: columns, rows: rows)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(descriptor)
    }

    private static func spawn(
        _ path: String, _ arguments: [String], _ environment: [String: String], terminal: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Opened by a session leader without a terminal, it becomes the controlling terminal.
        posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // POSIX_SPAWN_SETSID, which the Swift overlay of glibc lacks.
        posix_spawnattr_setflags(&attributes, 0x80)
        var merged: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee.map({ String(cString: $0) }) {
            if let equals = text.firstIndex(of: "=") {
                merged[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        merged["TERM"] = "xterm-256color"
        merged["COLORTERM"] = "truecolor"
        merged["LC_ALL"] = "C.UTF-8"
        merged.merge(environment) { $1 }
        var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] =
            merged.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, path, &actions, &attributes, &argv, &envp)
        guard code == 0 else {
            throw Failure(text: "cannot start \(path): \(String(cString: strerror(code)))")
        }
        return pid
    }

    /// Gives the terminal another size.
    func resize(columns: Int, rows: Int) {
        var size = winsize(
            ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
        screen = ScreenCells(columns: columns, rows: rows)
    }

    /// Types bytes: `\r` is Enter, `\t` Tab, `\u{1B}` Escape.
    func type(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { rest.removeFirst(count) } else if errno != EAGAIN { return }
        }
    }

    /// The rows as they are shown.
    var shown: [String] {
        pump(milliseconds: 0)
        return screen.rows
    }

    /// Waits until the rows satisfy a condition; false when that took too long.
    func wait(
        seconds: Double = 10, until condition: ([String]) -> Bool
    ) -> Bool {
        let end = Self.now() + Int(seconds * 1_000)
        while true {
            if condition(screen.rows) { return true }
            let left = end - Self.now()
            guard left > 0 else { return false }
            pump(milliseconds: min(left, 50))
        }
    }

    /// Waits until some row holds a text; false when that took too long.
    func wait(for text: String, seconds: Double = 10) -> Bool {
        wait(seconds: seconds) { rows in rows.contains { $0.contains(text) } }
    }

    /// Waits for the end of the program; its exit code, or nil when that took too long.
    func waitForExit(seconds: Double = 10) -> Int? {
        let end = Self.now() + Int(seconds * 1_000)
        while Self.now() < end {
            pump(milliseconds: 20)
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid {
                pump(milliseconds: 0)
                return status & 0x7F == 0 ? Int(status >> 8 & 0xFF) : -Int(status & 0x7F)
            }
        }
        return nil
    }

    /// Whether lines are edited and echoed by the terminal, as a shell finds it in good order.
    var isCooked: Bool {
        var modes = termios()
        guard tcgetattr(descriptor, &modes) == 0 else { return false }
        return modes.c_lflag & tcflag_t(ICANON) != 0 && modes.c_lflag & tcflag_t(ECHO) != 0
    }

    private func pump(milliseconds: Int) {
        var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&source, 1, Int32(milliseconds)) > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &bytes, bytes.count)
            guard count > 0 else { return }
            output += bytes.prefix(count)
            screen.feed(bytes.prefix(count))
        }
    }

    private static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    }
}

/// The cells of a terminal, as far as the dashboard uses one.
struct ScreenCells {
    private var cells: [[Unicode.Scalar]]
    private var x = 0
    private var y = 0
    private var held: [UInt8] = []
    private let columns: Int
    private let rowCount: Int

    init(columns: Int, rows: Int) {
        self.columns = columns
        rowCount = rows
        cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    }

    var rows: [String] {
        cells.map { row in
            var text = String.UnicodeScalarView()
            text.append(contentsOf: row.filter { $0 != "\0" })
            return String(text)
        }
    }

    mutating func feed(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            held.append(byte)
            if step() { held.removeAll(keepingCapacity: true) }
        }
    }

    /// Acts on what is held; false while it is not whole.
    private mutating func step() -> Bool {
        let first = held[0]
        if first == 0x1B { return escape() }
        if first < 0x20 {
            switch first {
            case 0x0D: x = 0
            case 0x0A: y = min(rowCount - 1, y + 1)
            case 0x08: x = max(0, x - 1)
            default: break
            }
            return true
        }
        let needed = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard held.count >= needed else { return false }
        for scalar in String(decoding: held, as: UTF8.self).unicodeScalars { put(scalar) }
        return true
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        let isWide =
            (0x1100...0x115F).contains(scalar.value) || (0x2E80...0xD7FF).contains(scalar.value)
            || (0xFF00...0xFF60).contains(scalar.value) || scalar.value >= 0x1F300
        guard y < rowCount, x < columns else { return }
        cells[y][x] = scalar
        x += 1
        if isWide, x < columns {
            cells[y][x] = "\0"
            x += 1
        }
    }

    private mutating func escape() -> Bool {
        guard held.count > 1 else { return false }
        // ESC ( B and the like have one more; ESC 7, ESC > and the like have none.
        if held[1] == 0x28 { return held.count > 2 }
        guard held[1] == 0x5B else { return true }
        guard let final = held.last, held.count > 2, (0x40...0x7E).contains(final) else {
            return false
        }
        let body = held.dropFirst(2).dropLast()
        guard body.first.map({ $0 < 0x3C }) ?? true else { return true }
        let numbers = body.split(separator: 0x3B, omittingEmptySubsequences: false).map {
            Int(String(decoding: $0, as: UTF8.self)) ?? 0
        }
        act(final, numbers.first ?? 0, numbers.count > 1 ? numbers[1] : 0)
        return true
    }

    private mutating func act(_ final: UInt8, _ first: Int, _ second: Int) {
        let count = max(1, first)
        switch final {
        case UInt8(ascii: "H"):
            y = min(rowCount, count) - 1
            x = min(columns, max(1, second)) - 1
        case UInt8(ascii: "d"): y = min(rowCount, count) - 1
        case UInt8(ascii: "G"): x = min(columns, count) - 1
        case UInt8(ascii: "A"): y = max(0, y - count)
        case UInt8(ascii: "B"): y = min(rowCount - 1, y + count)
        case UInt8(ascii: "C"): x = min(columns - 1, x + count)
        case UInt8(ascii: "D"): x = max(0, x - count)
        case UInt8(ascii: "X"): blank(y, x..<min(columns, x + count))
        case UInt8(ascii: "P"):
            guard y < rowCount else { return }
            cells[y].removeSubrange(x..<min(columns, x + count))
            while cells[y].count < columns { cells[y].append(" ") }
        case UInt8(ascii: "K"): blank(y, first == 1 ? 0..<x + 1 : x..<columns)
        case UInt8(ascii: "J"):
            if first == 2 {
                for row in 0..<rowCount { blank(row, 0..<columns) }
            } else {
                blank(y, x..<columns)
                for row in y + 1..<max(y + 1, rowCount) { blank(row, 0..<columns) }
            }
        default: break
        }
    }

    private mutating func blank(_ row: Int, _ range: Range<Int>) {
        guard row < rowCount else { return }
        for column in range where column < columns { cells[row][column] = " " }
    }
}
