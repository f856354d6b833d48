import Log

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Reads a log from its first segment to its last, and changes nothing.
struct LogReader {
    /// Bytes per read.
    ///
    /// Files are read and not mapped: a disk error is then an error and not a
    /// signal that ends the process.
    private static let chunkBytes = 1 << 20

    let directory: String
    let owner: LogOwner
    let lineBytesMax: Int
    /// The number of the segment with which the log begins.
    let first: Int

    /// Where the log ends.
    struct End {
        var segment: Int
        /// Bytes of the last segment that are good.
        var bytes: Int
        /// Bytes of the segment before it.
        var bytesBefore: Int
    }

    /// Gives all records in order.
    ///
    /// - Parameter replay: takes them.
    /// - Returns: what was found, and where the log goes on.
    /// - Throws: why the log must not be used: foreign, newer, incomplete, unreadable …
    func read(
        _ replay: LogStore.Replay
    ) throws(StorageFailure) -> (report: ReplayReport, end: End) {
        let segments = try LogFiles.segments(directory, from: first)
        var report = ReplayReport()
        report.segments = segments.count
        var sizes: [Int] = []
        for segment in segments { sizes.append(try size(segment)) }
        let total = max(1, sizes.reduce(0, +))
        var end = End(segment: 0, bytes: 0, bytesBefore: 0)
        for (index, segment) in segments.enumerated() {
            end = End(segment: segment, bytes: sizes[index], bytesBefore: end.bytes)
            var reading = Reading(end: end, isFirst: index == 0)
            let before = report.bytes
            try read(&reading, &report, replay) { bytes in
                replay.progress(Double(before + bytes) / Double(total))
            }
            if let tail = reading.tail {
                let found = FileDamage(path: LogFiles.path(directory, segment), damage: tail)
                if index < segments.count - 1 {
                    report.add(found)
                    replay.damage(tail.slot)
                } else {
                    try checkTail(found, isFirst: index == 0)
                    report.tail = found
                    end.bytes = tail.offset
                }
            }
            report.bytes += end.bytes
            report.sizes.append(end.bytes)
        }
        report.firstSegment = first
        return (report, end)
    }

    private func size(_ segment: Int) throws(StorageFailure) -> Int {
        let file = try DataFile.open(LogFiles.path(directory, segment), O_RDONLY)
        defer { file.close() }
        return try file.size()
    }

    /// The first segment is on the disk before there is a node: no crash takes its header.
    private func checkTail(_ tail: FileDamage, isFirst: Bool) throws(StorageFailure) {
        guard isFirst, tail.damage.offset == 0 else { return }
        throw .damaged(
            path: tail.path, offset: 0, reason: "the log's beginning is lost")
    }

    /// One segment being read.
    private struct Reading {
        let end: End
        let isFirst: Bool
        var failure: StorageFailure?
        var tail: LogDamage?
    }

    private func read(
        _ reading: inout Reading, _ report: inout ReplayReport, _ replay: LogStore.Replay,
        _ advance: (Int) -> Void
    ) throws(StorageFailure) {
        let path = LogFiles.path(directory, reading.end.segment)
        let file = try DataFile.open(path, O_RDONLY)
        defer { file.close() }
        let scanner = LogScanner(lineBytesMax: lineBytesMax)
        let chunk = UnsafeMutableRawBufferPointer.allocate(
            byteCount: LogReader.chunkBytes, alignment: 16)
        defer { chunk.deallocate() }
        var offset = 0
        while offset < reading.end.bytes {
            let count = try file.read(into: chunk, at: offset)
            guard count > 0 else { break }
            scanner.feed(UnsafeRawBufferPointer(rebasing: chunk[..<count])) { finding in
                take(finding, path, &reading, &report, replay)
            }
            if let failure = reading.failure { throw failure }
            offset += count
            advance(offset)
        }
        reading.tail = scanner.finish()
        // An empty file is a header that never came to the disk.
        if offset == 0 {
            let failure = RecordFailure(.incomplete, offset: 0)
            reading.tail = LogDamage(offset: 0, bytes: 0, failure: failure, slot: nil)
        }
    }

    @inline(__always)
    private func take(
        _ finding: LogFinding, _ path: String, _ reading: inout Reading,
        _ report: inout ReplayReport, _ replay: LogStore.Replay
    ) -> Bool {
        switch finding {
        case .record(let record):
            report.records += 1
            replay.record(record)
            return true
        case .damage(let damage):
            report.add(FileDamage(path: path, damage: damage))
            replay.damage(damage.slot)
            return true
        case .header(let header):
            let damageCount = report.damageCount
            reading.failure = check(header, path, reading, &report)
            if report.damageCount > damageCount { replay.damage(nil) }
        case .refusal(let refusal):
            reading.failure = failure(refusal, path)
        }
        return reading.failure == nil
    }

    private func failure(_ refusal: LogRefusal, _ path: String) -> StorageFailure {
        switch refusal {
        case .newerFormat(let format):
            .newerFormat(path: path, format: format, newest: SegmentHeader.newestFormat)
        case .notOurs(let offset, let failure):
            .damaged(path: path, offset: offset, reason: failure.description)
        }
    }

    private func check(
        _ header: SegmentHeader, _ path: String, _ reading: Reading, _ report: inout ReplayReport
    ) -> StorageFailure? {
        do throws(StorageFailure) {
            try owner.check(path, clusterID: header.clusterID, nodeID: header.nodeID)
        } catch {
            return error
        }
        let segment = reading.end.segment
        guard header.segment == segment else {
            return .damaged(
                path: path, offset: 0, reason: "it holds segment \(header.segment) of the log")
        }
        if reading.isFirst {
            // A first segment with one before it: that one is gone, unless it was compacted away.
            guard header.bytesBefore == 0 || first > 1 else {
                return .missing(path: LogFiles.path(directory, segment - 1))
            }
        } else if header.bytesBefore != reading.end.bytesBefore {
            let before = LogFiles.path(directory, segment - 1)
            let failure = RecordFailure(.incomplete, offset: header.bytesBefore)
            let damage = LogDamage(
                offset: min(header.bytesBefore, reading.end.bytesBefore),
                bytes: abs(header.bytesBefore - reading.end.bytesBefore), failure: failure,
                slot: nil)
            report.add(FileDamage(path: before, damage: damage))
        }
        return nil
    }
}
