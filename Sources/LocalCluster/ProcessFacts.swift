import Glibc

/// What `/proc` says of a process.
struct ProcessFacts: Equatable {
    /// The kernel's letter for the state, of which `T` is stopped and `Z` ended but not waited for.
    var state: UInt8
    /// When it started, in clock ticks since the machine did.
    ///
    /// With the id it names one process.
    var startTicks: UInt64

    var hasEnded: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }
    var isStopped: Bool { state == UInt8(ascii: "T") || state == UInt8(ascii: "t") }

    /// Looks at a process; nil when there is none of that id.
    static func read(pid: Int32) throws(LocalClusterError) -> ProcessFacts? {
        guard let bytes = try Files.read("/proc/\(pid)/stat") else { return nil }
        return parse(bytes)
    }

    /// Reads a line of `/proc/PID/stat`: `8101 (name) S 1 …`, where the name may hold anything,
    /// blanks and parentheses included; state is field 3 and the start time field 22.
    static func parse(_ line: [UInt8]) -> ProcessFacts? {
        guard let close = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = line[(close + 1)...].split(whereSeparator: { $0 == 32 || $0 == 10 })
        guard fields.count > 19, let state = fields[0].first, fields[0].count == 1,
            let ticks = UInt64(String(decoding: fields[19], as: UTF8.self))
        else { return nil }
        return ProcessFacts(state: state, startTicks: ticks)
    }

    /// The program that a process runs; nil when that cannot be seen.
    static func executable(pid: String) -> String? {
        guard let path = Files.target(of: "/proc/\(pid)/exe") else { return nil }
        // What the kernel adds when the file was replaced, as a new build does.
        let deleted = " (deleted)"
        return path.hasSuffix(deleted) ? String(path.dropLast(deleted.count)) : path
    }

    /// The arguments of a process, its own name first; empty when they cannot be seen.
    static func arguments(pid: Int32) throws(LocalClusterError) -> [String] {
        let bytes = try Files.read("/proc/\(pid)/cmdline") ?? []
        return bytes.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// Names this run of the machine, since process ids and start times begin anew with it.
    static func bootID() throws(LocalClusterError) -> String {
        let bytes = try Files.read("/proc/sys/kernel/random/boot_id") ?? []
        return String(decoding: bytes.prefix { $0 > 32 }, as: UTF8.self)
    }
}
