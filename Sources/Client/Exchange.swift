import RESP

/// What came of sending one request over one connection: the ground truth that retries go by.
enum Exchange: Sendable, Equatable {
    /// The server's answer.
    case reply(RESPValue)
    /// Nothing listens there.
    case refused(String)
    /// The request never left this machine as a whole, so no server can have acted on it.
    case notSent(String)
    /// The request was sent and the connection died before the answer.
    case lost(String)
    /// The request was sent and no answer came in time.
    case timedOut
}

/// One request in the words of the protocol.
struct Request: Sendable {
    /// The command's name and arguments.
    var words: [[UInt8]]
    /// The key's slot; nil when any node will do.
    var slot: Int?
    /// Whether doing it twice is as good as once: only then is it repeated after it was sent.
    var isRead: Bool

    init(_ words: [[UInt8]], slot: Int? = nil, isRead: Bool) {
        self.words = words
        self.slot = slot
        self.isRead = isRead
    }
}

/// What an exchange means for its operation.
enum Judgement: Sendable, Equatable {
    /// The server did what was asked and says so.
    case answer(RESPValue)
    /// Certainly not done, or harmless to do twice: to be tried again.
    case again(String, Redirection)
    /// Certainly not done, and another try would end the same.
    case refused(String)
    /// Perhaps done; not to be repeated.
    case unknown(String)

    /// Where another try should go.
    enum Redirection: Sendable, Equatable {
        /// To the next candidate, by a ring learnt anew.
        case relearn
        /// To this node, which the slot has moved to.
        case moved(Endpoint)
        /// To this node, once, announced with `ASKING`: Redis's word while a slot migrates.
        case ask(Endpoint)
    }

    /// Judges an exchange.
    ///
    /// The rule that counts: what may change something is repeated only when it is certain that it
    /// was not done.
    static func of(_ exchange: Exchange, isRead: Bool) -> Judgement {
        switch exchange {
        case .reply(.error(let text)): ofError(text, isRead: isRead)
        case .reply(let value): .answer(value)
        case .refused(let reason), .notSent(let reason): .again(reason, .relearn)
        case .lost(let reason): isRead ? .again(reason, .relearn) : .unknown(reason)
        case .timedOut:
            isRead
                ? .again("no answer in time", .relearn)
                : .unknown("no answer in time, and it may have been done")
        }
    }

    private static func ofError(_ text: String, isRead: Bool) -> Judgement {
        let words = text.split(separator: " ", maxSplits: 3)
        switch words.first {
        case "CLUSTERDOWN", "TRYAGAIN", "LOADING", "MASTERDOWN":
            return .again(text, .relearn)
        case "MOVED":
            return .again(text, endpoint(words).map(Redirection.moved) ?? .relearn)
        case "ASK":
            return .again(text, endpoint(words).map(Redirection.ask) ?? .relearn)
        case "UNKNOWN":
            return isRead ? .again(text, .relearn) : .unknown(text)
        case let code? where refusals.contains(code):
            return .refused(text)
        default:
            // A word that we do not know promises nothing.
            return isRead ? .refused(text) : .unknown(text)
        }
    }

    /// Errors that Redis and Ringmaster send before they change anything.
    private static let refusals: Set<Substring> = [
        "ERR", "WRONGTYPE", "NOAUTH", "NOPERM", "WRONGPASS", "OOM", "MISCONF", "READONLY",
        "NOREPLICAS", "BUSY", "CROSSSLOT", "NOPROTO", "EXECABORT", "NOSCRIPT",
    ]

    private static func endpoint(_ words: [Substring]) -> Endpoint? {
        words.count >= 3 ? Endpoint(String(words[2])) : nil
    }
}
