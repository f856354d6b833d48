import Bytes
import Commands
import NIOCore
import RESP
import Ring
import ServerCore

/// How a command that concerns a connection or a node is answered.
enum NodeAnswer {
    /// At once.
    case now((ReplyWriter) -> Void)
    /// When other loops have been asked.
    case later(EventLoopFuture<[UInt8]>)
    /// At once, and then the connection ends.
    case close((ReplyWriter) -> Void)
    /// The connection is another node's link from now on.
    case peer(member: Int, role: PeerRole, answer: [UInt8])

    static func error(_ text: String) -> NodeAnswer { .now { $0.error(text) } }
    static var ok: NodeAnswer { .now { $0.ok() } }
}

/// Answers commands that name no key.
struct NodeAnswers {
    let host: LoopHost
    let session: ClientSession

    func answer(_ id: CommandID, _ arguments: Arguments) -> NodeAnswer {
        guard CommandTable.shape(id).accepts(count: arguments.count) else {
            return .now { CommandErrors.wrongArity(id, reply: $0.buffer) }
        }
        switch id {
        case .ping: return ping(arguments)
        case .echo:
            let text = arguments.array(1)
            return .now { $0.bulk(text) }
        case .hello: return hello(arguments)
        case .auth: return auth(arguments)
        case .quit: return .close { $0.ok() }
        case .reset:
            host.endTracking(session)
            session.reset()
            return .now { $0.simple("RESET") }
        case .select: return select(arguments)
        case .readonly, .readwrite: return .ok
        case .subscribe: return subscribe(arguments)
        case .unsubscribe: return unsubscribe(arguments)
        case .client: return client(arguments)
        case .command:
            let writer = OutputBuffer()
            defer { writer.deallocate() }
            CommandReplies.command(arguments, reply: ReplyWriter(writer, session.version))
            let reply = writer.array()
            return .now { $0.buffer.append(reply) }
        case .config: return config(arguments)
        case .info: return info(arguments)
        case .cluster: return cluster(arguments)
        case .ring: return ring(arguments)
        default: return .error("ERR this command is not served here")
        }
    }

    private func ping(_ arguments: Arguments) -> NodeAnswer {
        guard arguments.count <= 2 else {
            return .now { CommandErrors.wrongArity(.ping, reply: $0.buffer) }
        }
        let text = arguments.count == 2 ? arguments.array(1) : nil
        if session.isSubscribed, session.version == .two {
            return .now { writer in
                writer.array(2)
                writer.bulk("pong")
                writer.bulk(text ?? [])
            }
        }
        guard let text else { return .now { $0.simple("PONG") } }
        return .now { $0.bulk(text) }
    }

    private func select(_ arguments: Arguments) -> NodeAnswer {
        guard let number = parseDecimal(arguments[1]) else {
            return .error("ERR value is not an integer or out of range")
        }
        guard let index = Int32(exactly: number) else {
            return .error(
                "ERR value is out of range, value must between \(Int32.min) and \(Int32.max)")
        }
        return index == 0 ? .ok : .error("ERR SELECT is not allowed in cluster mode")
    }

    private func hello(_ arguments: Arguments) -> NodeAnswer {
        var version = session.version
        var index = 1
        if arguments.count > 1 {
            guard let number = parseDecimal(arguments[1]) else {
                return .error("ERR Protocol version is not an integer or out of range")
            }
            guard let asked = UInt8(exactly: number).flatMap(ProtocolVersion.init(rawValue:))
            else { return .error("NOPROTO unsupported protocol version") }
            version = asked
            index = 2
        }
        var name: [UInt8]?
        while index < arguments.count {
            if bytesEqualIgnoringCase(arguments[index], "setname"), index + 1 < arguments.count {
                name = arguments.array(index + 1)
                index += 2
            } else if bytesEqualIgnoringCase(arguments[index], "auth"),
                index + 2 < arguments.count
            {
                guard isDefaultUser(arguments[index + 1]) else { return wrongPassword }
                index += 3
            } else {
                return .error(
                    "ERR Syntax error in HELLO option '\(arguments.text(index).prefix(64))'")
            }
        }
        if let name {
            guard isPlain(name) else { return badName }
            session.name = String(decoding: name, as: UTF8.self)
        }
        session.version = version
        let identifier = session.identifier
        return .now { writer in
            writer.map(7)
            writer.bulk("server")
            writer.bulk("redis")
            writer.bulk("version")
            writer.bulk(ServerVersion.redis)
            writer.bulk("proto")
            writer.integer(Int(version.rawValue))
            writer.bulk("id")
            writer.integer(identifier)
            writer.bulk("mode")
            writer.bulk("cluster")
            writer.bulk("role")
            writer.bulk("master")
            writer.bulk("modules")
            writer.array(0)
        }
    }

    var badName: NodeAnswer {
        .error("ERR Client names cannot contain spaces, newlines or special characters.")
    }

    func isPlain(_ text: [UInt8]) -> Bool { text.allSatisfy { $0 > 32 && $0 < 127 } }
}

/// What the server says it is.
enum ServerVersion {
    /// The Redis release whose commands and replies are followed.
    static let redis = "7.4.0"
    /// Our own.
    static let own = "0.1.0"
}
