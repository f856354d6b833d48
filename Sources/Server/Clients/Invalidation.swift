import RESP

/// What a client's own cache has to forget.
enum Invalidation: Sendable, Equatable {
    /// Keys that are named in one message; more become ``everything``.
    static let keysMax = 10_000
    /// The channel on which RESP2 connections are told.
    static let channel = "__redis__:invalidate"

    case keys([[UInt8]])
    case everything

    /// Adds a key.
    mutating func add(_ key: [UInt8]) { add(.keys([key])) }

    /// Adds what another names.
    mutating func add(_ other: Invalidation) {
        guard case .keys(var keys) = self else { return }
        guard case .keys(let others) = other, keys.count + others.count <= Self.keysMax else {
            self = .everything
            return
        }
        // Emptied first, so that the keys are not copied as they grow.
        self = .everything
        keys.append(contentsOf: others)
        self = .keys(keys)
    }

    /// Writes it as a connection is told, by a push in RESP3 and by a message in RESP2.
    ///
    /// - Parameters:
    ///   - writer: where to, and what the connection speaks.
    ///   - isSubscribed: whether it listens to ``channel``; in RESP2 it is told nothing otherwise.
    func write(to writer: ReplyWriter, isSubscribed: Bool) {
        if writer.version == .three {
            writer.push(2)
            writer.bulk("invalidate")
        } else if isSubscribed {
            writer.array(3)
            writer.bulk("message")
            writer.bulk(Invalidation.channel)
        } else {
            return
        }
        switch self {
        case .keys(let keys):
            writer.array(keys.count)
            for key in keys { writer.bulk(key) }
        case .everything:
            writer.null()
        }
    }
}

/// Whoever is told; a connection.
protocol InvalidationTaker: AnyObject {
    /// Something is to be forgotten, behind the replies that are under way.
    func take(_ invalidation: Invalidation)
}
