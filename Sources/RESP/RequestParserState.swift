import Bytes

/// Where one complete request of a batch is.
struct RequestPlace {
    /// Offset of its first byte: in the caller's bytes, or in the text of inline commands.
    var start: Int
    /// Index of its first range.
    var firstRange: Int
    /// Number of its arguments.
    var count: Int
    /// Whether its arguments lie in the text of inline commands, where quotes are resolved.
    var isInline: Bool
}

/// What the parser remembers between two calls.
///
/// All offsets count from the first byte of the caller's buffer and satisfy
/// `start <= position <= searched <= buffer.count`, but for `searched`, which is brought up to
/// `position` when a line begins.
struct RequestParserState {
    /// Ranges and bytes of memory that outlive a batch; more is given back when the next begins.
    static let rangesKeptMax = 8_192
    static let inlineBytesKeptMax = 65_536

    var limits: RequestLimits

    /// Offset of the request that is being parsed; all before it is used up.
    var start = 0
    /// Offset of the first byte that is not parsed.
    var position = 0
    /// Offset up to which the present line has been searched for its end.
    var searched = 0
    /// Arguments that the present multibulk request lacks; 0 between two requests.
    var missing = 0
    /// Bytes of the argument that comes next; -1 before its length is known.
    var bulkBytes = -1
    /// Why the client's bytes cannot be understood any more.
    var failure: ProtocolFailure?

    /// The caller's bytes in the present call.
    var base: UnsafeRawPointer
    /// The resolved arguments of inline commands of this batch.
    let inlineText: OutputBuffer
    var ranges: UnsafeMutablePointer<ArgumentRange>
    var rangesCapacity: Int
    var rangesCount = 0
    /// Index of the first range of the request that is being parsed.
    var pendingRange = 0
    var requests: UnsafeMutablePointer<RequestPlace>
    var requestsCapacity: Int
    var requestCount = 0

    init(limits: RequestLimits) {
        self.limits = limits
        inlineText = OutputBuffer(capacity: 64)
        rangesCapacity = 16
        ranges = .allocate(capacity: rangesCapacity)
        requestsCapacity = 1
        requests = .allocate(capacity: requestsCapacity)
        base = UnsafeRawPointer(ranges)
    }

    func deallocate() {
        inlineText.deallocate()
        ranges.deallocate()
        requests.deallocate()
    }

    func arguments(at index: Int) -> Arguments {
        precondition(index >= 0 && index < requestCount)
        let place = requests[index]
        // Inline text may have moved while the batch grew, so its place is looked up only here.
        let inlineBase = inlineText.bytes.baseAddress ?? base
        return Arguments(
            base: place.isInline ? inlineBase : base + place.start,
            ranges: ranges + place.firstRange, count: place.count)
    }

    mutating func didDrop(_ dropped: Int) {
        precondition(dropped >= 0 && dropped <= start)
        start -= dropped
        position -= dropped
        searched -= dropped
        requestCount = 0
    }

    mutating func parse(
        _ buffer: UnsafeRawBufferPointer, atMost countMax: Int
    ) -> RequestParser.Step {
        beginBatch(atMost: countMax)
        if let failure { return .failure(failure) }
        precondition(buffer.count >= position, "bytes vanished that were not dropped")
        guard let first = buffer.baseAddress else { return .needMore(hint: 1) }
        base = first
        let bytes = first.assumingMemoryBound(to: UInt8.self)
        while true {
            let step = parseRequest(bytes, buffer.count)
            switch step {
            case .request:
                if requestCount == countMax { return .request }
            case .needMore:
                return step
            case .failure(let reason):
                failure = reason
                return step
            }
        }
    }

    /// Forgets the requests of the last batch; an unfinished one keeps its ranges.
    private mutating func beginBatch(atMost countMax: Int) {
        requestCount = 0
        let pending = rangesCount - pendingRange
        if pendingRange > 0 {
            if pending > 0 { ranges.update(from: ranges + pendingRange, count: pending) }
            pendingRange = 0
            rangesCount = pending
        }
        if pending == 0 && rangesCapacity > Self.rangesKeptMax {
            resizeRanges(to: Self.rangesKeptMax)
        }
        inlineText.clear(keepingAtMost: Self.inlineBytesKeptMax)
        if requestsCapacity < countMax {
            requests.deallocate()
            requests = .allocate(capacity: countMax)
            requestsCapacity = countMax
        }
    }

    // MARK: What is found

    @inline(__always)
    mutating func appendRange(offset: Int, count: Int) {
        if rangesCount == rangesCapacity { resizeRanges(to: rangesCapacity * 2) }
        ranges[rangesCount] = ArgumentRange(
            offset: UInt32(truncatingIfNeeded: offset), count: UInt32(truncatingIfNeeded: count))
        rangesCount &+= 1
    }

    @inline(never)
    private mutating func resizeRanges(to capacity: Int) {
        let larger = UnsafeMutablePointer<ArgumentRange>.allocate(capacity: capacity)
        larger.update(from: ranges, count: rangesCount)
        ranges.deallocate()
        ranges = larger
        rangesCapacity = capacity
    }

    /// Notes the request whose last byte is before `position`, and begins the next one there.
    @inline(__always)
    mutating func completeRequest(isInline: Bool) -> RequestParser.Step {
        requests[requestCount] = RequestPlace(
            start: start, firstRange: pendingRange, count: rangesCount &- pendingRange,
            isInline: isInline)
        requestCount &+= 1
        pendingRange = rangesCount
        start = position
        return .request
    }
}
