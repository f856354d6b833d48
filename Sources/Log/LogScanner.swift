import Bytes

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Reads one segment of the log, fed to it in chunks of any size, from its first byte on.
///
/// Tells a torn tail from damage: lines that cannot be read are *damage* once a good line follows
/// them, and the *tail* when none does, which is what a crash leaves. Lines are judged one by one;
/// nothing bad hides a good line behind it.
public final class LogScanner {
    private let decoder: RecordDecoder
    private let lineBytesMax: Int
    /// The beginning of a line whose end is not fed yet.
    private let partial = OutputBuffer()
    /// Bytes of that line, of which ``partial`` holds at most ``lineBytesMax``.
    private var partialCount = 0
    /// Where the next line begins.
    private var offset = 0
    /// Bad lines, one behind the other, with no good one behind them so far.
    private var pending: LogDamage?
    private var isStopped = false

    /// Makes a scanner for one segment.
    ///
    /// - Parameters:
    ///   - decoder: reads the records; may be used for one segment after the other.
    ///   - lineBytesMax: the longest line, which bounds the memory that the scanner takes.
    public init(
        decoder: RecordDecoder = RecordDecoder(), lineBytesMax: Int = RecordLimits.lineBytesMax()
    ) {
        self.decoder = decoder
        self.lineBytesMax = lineBytesMax
    }

    deinit { partial.deallocate() }

    /// Reads the next bytes of the segment.
    ///
    /// - Parameters:
    ///   - chunk: as many bytes as are at hand; lines that lie within one chunk are not copied.
    ///   - body: takes what is found, in order; returns whether to go on.
    public func feed(_ chunk: UnsafeRawBufferPointer, _ body: (LogFinding) -> Bool) {
        var rest = chunk
        while !isStopped, let length = LogScanner.lineCount(rest) {
            let piece = UnsafeRawBufferPointer(rebasing: rest[..<length])
            if partialCount == 0 {
                take(piece, body)
            } else {
                keep(piece)
                takePartial(body)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
        }
        if !isStopped { keep(rest) }
    }

    /// Ends the segment.
    ///
    /// - Returns: the torn tail: what cannot be read and has no good line behind it; nil when the
    ///   segment ends with a good line or was not read to its end.
    public func finish() -> LogDamage? {
        guard !isStopped else { return nil }
        if partialCount > 0 {
            add(RecordFailure(.incomplete, offset: partialCount), bytes: partialCount, slot: nil)
        }
        isStopped = true
        return pending
    }

    /// Bytes before the first line feed; nil when there is none.
    @inline(__always)
    private static func lineCount(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress, let end = memchr(base, 0x0A, bytes.count) else {
            return nil
        }
        return UnsafeRawPointer(end) - base
    }

    private func keep(_ piece: UnsafeRawBufferPointer) {
        partialCount += piece.count
        let room = lineBytesMax - partial.count
        partial.append(UnsafeRawBufferPointer(rebasing: piece.prefix(max(room, 0))))
    }

    private func takePartial(_ body: (LogFinding) -> Bool) {
        if partialCount > lineBytesMax {
            let failure = RecordFailure(.tooLong, offset: lineBytesMax)
            add(failure, bytes: partialCount + 1, slot: nil)
            offset += partialCount + 1
        } else {
            take(partial.bytes, body)
        }
        partial.clear()
        partialCount = 0
    }

    @inline(__always)
    private func take(_ line: UnsafeRawBufferPointer, _ body: (LogFinding) -> Bool) {
        do {
            let record = try offset == 0 ? nil : decoder.decode(line)
            if let record {
                if pending != nil { report(body) }
                if !isStopped { isStopped = !body(.record(record)) }
            } else {
                takeHeader(line, body)
            }
        } catch {
            takeBad(line, error, body)
        }
        offset += line.count + 1
    }

    private func takeHeader(_ line: UnsafeRawBufferPointer, _ body: (LogFinding) -> Bool) {
        do {
            isStopped = !body(.header(try SegmentHeader.decode(line)))
        } catch {
            switch error {
            case .newerFormat(let format): refuse(.newerFormat(format), body)
            case .unreadable(let failure): takeBad(line, failure, body)
            }
        }
    }

    private func takeBad(
        _ line: UnsafeRawBufferPointer, _ failure: RecordFailure, _ body: (LogFinding) -> Bool
    ) {
        if let refusal = refusal(line, failure) {
            refuse(.notOurs(offset: offset, refusal), body)
        } else {
            add(failure, bytes: line.count + 1, slot: decoder.slot(ofDamaged: line))
        }
    }

    /// What no crash and no rot leaves, and so must be neither cut nor repaired: a whole line that
    /// this version never writes, or a file that was passed through another program.
    private func refusal(
        _ line: UnsafeRawBufferPointer, _ failure: RecordFailure
    ) -> RecordFailure? {
        switch failure.reason {
        case .incomplete, .checksum, .tooLong:
            let begins = offset == 0 && line.starts(with: [0xEF, 0xBB, 0xBF])
            return begins ? RecordFailure(.byteOrderMark, offset: 0) : nil
        case .carriageReturn:
            let shorter = UnsafeRawBufferPointer(rebasing: line.dropLast())
            return LogScanner.isWhole(shorter) ? failure : nil
        default:
            return failure
        }
    }

    private static func isWhole(_ line: UnsafeRawBufferPointer) -> Bool {
        do {
            _ = try LineCursor(line)
            return true
        } catch {
            return false
        }
    }

    private func add(_ failure: RecordFailure, bytes: Int, slot: Int?) {
        if var run = pending {
            run.bytes += bytes
            if run.slot != slot { run.slot = nil }
            pending = run
        } else {
            pending = LogDamage(offset: offset, bytes: bytes, failure: failure, slot: slot)
        }
    }

    private func report(_ body: (LogFinding) -> Bool) {
        guard let damage = pending else { return }
        pending = nil
        isStopped = !body(.damage(damage))
    }

    private func refuse(_ refusal: LogRefusal, _ body: (LogFinding) -> Bool) {
        _ = body(.refusal(refusal))
        isStopped = true
    }
}
