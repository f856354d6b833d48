import Glibc

/// Which process runs a node: the file `NAME.pid`.
///
/// The id alone would in time name another program. Boot, start time and the program's name
/// together name one process for ever, so a stale record is recognised and never acted upon.
struct ProcessRecord: Codable, Equatable {
    static let currentFormat = 1

    var format = currentFormat
    var pid: Int32
    var startTicks: UInt64
    var bootID: String
    /// The path of the program.
    var executable: String
    /// How it ended, when that is known.
    var end: ProcessEnd?

    /// Describes a process that runs now; nil when there is none.
    static func of(pid: Int32) throws(LocalClusterError) -> ProcessRecord? {
        guard let facts = try ProcessFacts.read(pid: pid), !facts.hasEnded,
            let executable = ProcessFacts.executable(pid: "\(pid)")
        else { return nil }
        return ProcessRecord(
            pid: pid, startTicks: facts.startTicks, bootID: try ProcessFacts.bootID(),
            executable: executable)
    }

    /// The recorded process as it is now; nil when it has ended.
    func facts() throws(LocalClusterError) -> ProcessFacts? {
        guard pid > 0, let facts = try ProcessFacts.read(pid: pid), !facts.hasEnded,
            names(
                facts, bootID: try ProcessFacts.bootID(),
                program: ProcessFacts.executable(pid: "\(pid)"))
        else { return nil }
        return facts
    }

    /// Whether the record is of a process with these facts.
    ///
    /// - Parameters:
    ///   - facts: what the system says of the process that has the id now.
    ///   - bootID: this run of the machine.
    ///   - program: what it runs; nil when that cannot be seen. A process gives its program up a
    ///     moment before it has ended: whoever waits for its end still has to wait.
    /// - Returns: whether it is.
    func names(_ facts: ProcessFacts, bootID: String, program: String?) -> Bool {
        guard facts.startTicks == startTicks, bootID == self.bootID else { return false }
        guard let program else { return true }
        return Files.name(of: program) == Files.name(of: executable)
    }

    /// How a child ended that is ending now: its program goes a moment before its end is known.
    ///
    /// - Returns: nil when it is no child, or its end is not known within a second.
    static func end(ofChild pid: Int32) -> ProcessEnd? {
        let record = ProcessRecord(pid: pid, startTicks: 0, bootID: "", executable: "")
        for _ in 0..<200 {
            if let end = record.reap() { return end }
            usleep(5_000)
        }
        return nil
    }

    /// Waits, without delay, for a process that may be our child, so that its entry in the process
    /// table goes and its end is known; nil when it is not ours or still runs.
    func reap() -> ProcessEnd? {
        var status: Int32 = 0
        guard pid > 0, waitpid(pid, &status, WNOHANG) == pid else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? .exited(code: (status >> 8) & 0xFF) : .signalled(signal: signal)
    }
}

/// How a process ended.
public enum ProcessEnd: Sendable, Codable, Equatable, CustomStringConvertible {
    /// By itself, with an exit code.
    case exited(code: Int32)
    /// By a signal.
    case signalled(signal: Int32)

    /// `exit code 3` or `signal 9`.
    public var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signalled(let signal): "signal \(signal)"
        }
    }
}
