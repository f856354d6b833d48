import Bytes

/// Finds requests in what a client has sent, without parsing a byte twice.
///
/// The caller owns the bytes; the parser keeps only offsets into them, so they may move between two
/// calls. How the two play together:
///
/// 1. Call ``next(_:)`` with all bytes that are there, from the first one not yet dropped.
/// 2. After `.request`, execute ``arguments``, and call ``next(_:)`` again with the same bytes.
/// 3. After `.needMore`, drop the first ``consumed`` bytes and say so with ``didDrop(_:)``, or
///    leave them and drop later; call ``next(_:)`` when more bytes have come.
/// 4. After `.failure`, answer with the failure and end the connection. The parser stays failed.
///
/// ``nextBatch(_:atMost:)`` parses several requests at once, so that their index entries can be
/// fetched together; then ``arguments(at:)`` gives each.
///
/// The value is a handle to memory of its own, which no call reallocates in the steady state; its
/// methods need no exclusive access. It belongs to one thread.
public struct RequestParser: ~Copyable {
    /// What a call of the parser has come to.
    public enum Step: Equatable, Sendable {
        /// The bytes end within a request, which lacks at least so many bytes. The number is what a
        /// client *says* it will send: never reserve more for it than has a limit.
        case needMore(hint: Int)
        /// A request is complete.
        case request
        /// The bytes are no request.
        case failure(ProtocolFailure)
    }

    private let state: UnsafeMutablePointer<RequestParserState>

    /// Makes a parser.
    ///
    /// - Parameter limits: what the client may send.
    public init(limits: RequestLimits = RequestLimits()) {
        state = .allocate(capacity: 1)
        state.initialize(to: RequestParserState(limits: limits))
    }

    deinit {
        state.pointee.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// What the client may send; a change holds for all that is parsed from then on.
    ///
    /// Before a client has authenticated, parse one request at a time: a batch would measure what
    /// follows an AUTH by the limits of before.
    public var limits: RequestLimits {
        get { state.pointee.limits }
        nonmutating set { state.pointee.limits = newValue }
    }

    /// The arguments of the last complete request.
    ///
    /// Valid until the parser is next called, and while the bytes given to it stay in place.
    public var arguments: Arguments {
        state.pointee.arguments(at: state.pointee.requestCount - 1)
    }

    /// The arguments of one request of the last batch; valid as long as ``arguments``.
    ///
    /// - Parameter index: 0 up to the number that ``nextBatch(_:atMost:)`` returned.
    /// - Returns: the view of that request's arguments.
    public func arguments(at index: Int) -> Arguments { state.pointee.arguments(at: index) }

    /// Bytes at the front that complete requests have used up; the caller may drop them.
    public var consumed: Int { state.pointee.start }

    /// Says that the caller has dropped bytes at the front.
    ///
    /// - Parameter dropped: 0 to ``consumed``.
    public func didDrop(_ dropped: Int) { state.pointee.didDrop(dropped) }

    /// Parses on until one request is complete.
    ///
    /// - Parameter buffer: all bytes not yet dropped; at least as many as in the call before.
    /// - Returns: what it has come to.
    public func next(_ buffer: UnsafeRawBufferPointer) -> Step {
        nextBatch(buffer, atMost: 1).end
    }

    /// Parses on until so many requests are complete or something else ends it.
    ///
    /// - Parameters:
    ///   - buffer: all bytes not yet dropped; at least as many as in the call before.
    ///   - countMax: most requests, 1 or more.
    /// - Returns: how many are complete, to be executed in any case; and what ended the batch:
    ///   `.request` when it is full.
    public func nextBatch(
        _ buffer: UnsafeRawBufferPointer, atMost countMax: Int
    ) -> (count: Int, end: Step) {
        precondition(countMax > 0)
        let end = state.pointee.parse(buffer, atMost: countMax)
        return (state.pointee.requestCount, end)
    }
}
