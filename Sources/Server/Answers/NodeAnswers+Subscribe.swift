import Bytes
import Commands
import RESP

/// What the commands of the one channel say.
enum SubscriptionTexts {
    /// Publishing and other channels do not exist: whoever listens to one in silence waits for ever.
    static let otherChannel =
        "ERR this server has no publish/subscribe; the only channel is "
        + "\(Invalidation.channel), for CLIENT TRACKING with REDIRECT"

    /// Writes that a RESP2 connection that listens cannot do this.
    static func refusal(of id: CommandID, reply: OutputBuffer) {
        ReplyWriter(reply).error(
            "ERR Can't execute '\(CommandTable.spec(id).name)': only (P|S)SUBSCRIBE / "
                + "(P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context")
    }
}

/// SUBSCRIBE and UNSUBSCRIBE: as much of them as CLIENT TRACKING with REDIRECT needs.
extension NodeAnswers {
    func subscribe(_ arguments: Arguments) -> NodeAnswer {
        let channels = (1..<arguments.count).map(arguments.text)
        guard channels.allSatisfy({ $0 == Invalidation.channel }) else {
            return .error(SubscriptionTexts.otherChannel)
        }
        session.isSubscribed = true
        return .now { writer in
            for channel in channels { Self.confirm("subscribe", channel, 1, writer) }
        }
    }

    func unsubscribe(_ arguments: Arguments) -> NodeAnswer {
        let named = (1..<arguments.count).map(arguments.text)
        let wasSubscribed = session.isSubscribed
        guard !named.isEmpty else {
            session.isSubscribed = false
            let channel = wasSubscribed ? Invalidation.channel : nil
            return .now { Self.confirm("unsubscribe", channel, 0, $0) }
        }
        var isSubscribed = wasSubscribed
        let answers = named.map { channel in
            if channel == Invalidation.channel { isSubscribed = false }
            return (channel, isSubscribed ? 1 : 0)
        }
        session.isSubscribed = isSubscribed
        return .now { writer in
            for (channel, count) in answers { Self.confirm("unsubscribe", channel, count, writer) }
        }
    }

    private static func confirm(
        _ what: String, _ channel: String?, _ count: Int, _ writer: ReplyWriter
    ) {
        writer.push(3)
        writer.bulk(what)
        if let channel { writer.bulk(channel) } else { writer.null() }
        writer.integer(count)
    }
}
