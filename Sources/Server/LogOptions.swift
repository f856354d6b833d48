import Foundation

/// Limits of a node's log, and what tests set from outside.
///
/// A test that runs real processes cannot stop the machine, and does not want to write 64 MiB before
/// a log is compacted. It sets these variables of the environment; nobody else should:
///
/// | variable | stands for |
/// | --- | --- |
/// | `RINGMASTER_TEST_BOOT` | the id of the machine's present boot |
/// | `RINGMASTER_TEST_SEGMENT_BYTES` | the length at which a segment is followed by a new one |
/// | `RINGMASTER_TEST_COMPACT_BYTES` | the shortest log that is compacted |
struct LogOptions: Sendable {
    /// The boot of the machine; nil asks the system.
    var bootID: String?
    /// A segment that has this many bytes is followed by a new one.
    var segmentBytesMax = 64 << 20
    /// When the log is compacted.
    var compaction = CompactionLimits()

    /// The usual limits, or what a test has set.
    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        bootID = environment["RINGMASTER_TEST_BOOT"]
        if let bytes = environment["RINGMASTER_TEST_SEGMENT_BYTES"].flatMap({ Int($0) }) {
            segmentBytesMax = max(1, bytes)
        }
        if let bytes = environment["RINGMASTER_TEST_COMPACT_BYTES"].flatMap({ Int($0) }) {
            compaction.logBytesMin = max(1, bytes)
        }
    }
}
