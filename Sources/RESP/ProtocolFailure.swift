import Bytes

/// Why a client's bytes cannot be a request; the connection ends after the answer.
public enum ProtocolFailure: Error, Equatable, Sendable {
    /// An inline command longer than the limit.
    case inlineTooLong
    /// An inline command with an open quote, or with text right after a closing one.
    case unbalancedQuotes
    /// No end of line within the limit after `*`.
    case multibulkCountTooLong
    /// The text after `*` is no number, or a larger one than allowed.
    case invalidMultibulkLength
    /// More arguments than a client may send before it has authenticated.
    case unauthenticatedMultibulkLength
    /// No end of line within the limit after `$`.
    case bulkCountTooLong
    /// Another byte where an argument must begin with `$`.
    case expectedBulk(got: UInt8)
    /// The text after `$` is no allowed length, or the argument does not end where it says.
    case invalidBulkLength
    /// A longer argument than a client may send before it has authenticated.
    case unauthenticatedBulkLength
    /// One request larger than the whole-request limit.
    case requestTooLong
    /// An HTTP request: some web page makes a browser talk to this port.
    case httpRequest
    /// A TLS client hello on a port that speaks plain text.
    case tlsHello

    /// Writes the answer that the client gets before the connection ends; some get none.
    ///
    /// - Parameter buffer: where the error reply goes.
    public func writeReply(into buffer: OutputBuffer) {
        guard let message = replyText else { return }
        buffer.append("-ERR ")
        buffer.append(message)
        if case .expectedBulk(let byte) = self {
            appendEscaped(byte, to: buffer)
            buffer.append("'")
        }
        buffer.append("\r\n")
    }

    private var replyText: StaticString? {
        switch self {
        case .inlineTooLong: "Protocol error: too big inline request"
        case .unbalancedQuotes: "Protocol error: unbalanced quotes in request"
        case .multibulkCountTooLong: "Protocol error: too big mbulk count string"
        case .invalidMultibulkLength: "Protocol error: invalid multibulk length"
        case .unauthenticatedMultibulkLength: "Protocol error: unauthenticated multibulk length"
        case .bulkCountTooLong: "Protocol error: too big bulk count string"
        case .expectedBulk: "Protocol error: expected '$', got '"
        case .invalidBulkLength: "Protocol error: invalid bulk length"
        case .unauthenticatedBulkLength: "Protocol error: unauthenticated bulk length"
        case .requestTooLong, .httpRequest, .tlsHello: nil
        }
    }

    /// What the node's log says of it: one line, without anything that the client chose.
    public var logText: String {
        switch self {
        case .requestTooLong: "request exceeds the query buffer limit"
        case .httpRequest: "possible cross-protocol attack: an HTTP request on the Redis port"
        case .tlsHello: "a TLS handshake on a plain-text port"
        case .expectedBulk(let byte): "Protocol error: expected '$', got byte \(byte)"
        default: replyText.map { "\($0)" } ?? "protocol error"
        }
    }
}
