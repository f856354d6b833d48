import RESP

/// One element of what may follow a command's name, in the form of Redis's COMMAND DOCS.
///
/// redis-cli draws its hints from it.
struct SyntaxElement {
    /// What kind of argument it is; the raw value is Redis's word.
    enum Kind: String {
        case key
        case string
        case integer
        case pattern
        case time = "unix-time"
        case token = "pure-token"
        case choice = "oneof"
        case block
    }

    var name: String
    var kind: Kind
    var token: String?
    var isOptional = false
    var isMultiple = false
    var children: [SyntaxElement] = []

    static let key = SyntaxElement(name: "key", kind: .key)
    static let keys = SyntaxElement(name: "key", kind: .key, isMultiple: true)
    static let value = SyntaxElement(name: "value", kind: .string)

    /// A word that is typed as it is.
    static func word(_ token: String) -> SyntaxElement {
        SyntaxElement(name: token.lowercased(), kind: .token, token: token)
    }

    /// A number.
    static func integer(_ name: String, after token: String? = nil) -> SyntaxElement {
        SyntaxElement(name: name, kind: .integer, token: token)
    }

    /// Text of any bytes.
    static func string(_ name: String, after token: String? = nil) -> SyntaxElement {
        SyntaxElement(name: name, kind: .string, token: token)
    }

    /// One of several.
    static func one(_ name: String, of children: [SyntaxElement]) -> SyntaxElement {
        SyntaxElement(name: name, kind: .choice, children: children)
    }

    /// The same, but it may be left out.
    var optional: SyntaxElement {
        var element = self
        element.isOptional = true
        return element
    }
}

/// What may follow the commands' names.
enum CommandSyntax {
    private static let times: [SyntaxElement] = [
        .integer("seconds", after: "EX"), .integer("milliseconds", after: "PX"),
        SyntaxElement(name: "unix-time-seconds", kind: .time, token: "EXAT"),
        SyntaxElement(name: "unix-time-milliseconds", kind: .time, token: "PXAT"),
    ]
    private static let expireConditions = SyntaxElement.one(
        "condition", of: [.word("NX"), .word("XX"), .word("GT"), .word("LT")]
    ).optional

    /// What may follow the name of a command; empty when nothing may, or the command's own HELP
    /// tells.
    static func elements(of spec: CommandSpec) -> [SyntaxElement] {
        switch spec.id {
        case .get, .getdel, .strlen, .incr, .decr, .type, .ttl, .pttl, .expiretime, .pexpiretime,
            .persist:
            [.key]
        case .mget, .del, .unlink, .exists, .touch: [.keys]
        case .set: set
        case .setnx, .getset, .append: [.key, .value]
        case .setex: [.key, .integer("seconds"), .value]
        case .psetex: [.key, .integer("milliseconds"), .value]
        case .getex: [.key, .one("expiration", of: times + [.word("PERSIST")]).optional]
        case .mset:
            [
                SyntaxElement(
                    name: "key_value", kind: .block, isMultiple: true, children: [.key, .value])
            ]
        case .incrby: [.key, .integer("increment")]
        case .decrby: [.key, .integer("decrement")]
        case .expire: [.key, .integer("seconds"), expireConditions]
        case .pexpire: [.key, .integer("milliseconds"), expireConditions]
        case .expireat:
            [.key, SyntaxElement(name: "unix-time-seconds", kind: .time), expireConditions]
        case .pexpireat:
            [.key, SyntaxElement(name: "unix-time-milliseconds", kind: .time), expireConditions]
        case .scan: scan
        case .keys: [SyntaxElement(name: "pattern", kind: .pattern)]
        case .ping: [.string("message").optional]
        case .echo: [.string("message")]
        case .select: [.integer("index")]
        case .subscribe: [SyntaxElement(name: "channel", kind: .string, isMultiple: true)]
        case .unsubscribe:
            [
                SyntaxElement(
                    name: "channel", kind: .string, isOptional: true, isMultiple: true)
            ]
        case .auth: [.string("username").optional, .string("password")]
        case .dbsize, .randomkey, .hello, .quit, .reset, .client, .readonly,
            .readwrite, .info, .config, .command, .cluster, .ring:
            []
        }
    }

    private static let set: [SyntaxElement] = [
        .key, .value,
        .one(
            "condition",
            of: [.word("NX"), .word("XX"), .string("comparison-value", after: "IFEQ")]
        ).optional,
        .word("GET").optional,
        .one("expiration", of: times + [.word("KEEPTTL")]).optional,
    ]

    private static let scan: [SyntaxElement] = [
        .integer("cursor"),
        SyntaxElement(name: "pattern", kind: .pattern, token: "MATCH").optional,
        .integer("count", after: "COUNT").optional,
        .string("type", after: "TYPE").optional,
    ]

    /// Writes elements as an array of maps.
    ///
    /// - Parameters:
    ///   - elements: what may follow a name.
    ///   - reply: gets one reply.
    static func write(_ elements: [SyntaxElement], to reply: ReplyWriter) {
        reply.array(elements.count)
        for element in elements { write(element, to: reply) }
    }

    private static func write(_ element: SyntaxElement, to reply: ReplyWriter) {
        let flags = [element.isOptional ? "optional" : nil, element.isMultiple ? "multiple" : nil]
            .compactMap { $0 }
        let isKey = element.kind == .key
        let optionalFields = [
            isKey, element.token != nil, !flags.isEmpty, !element.children.isEmpty,
        ]
        reply.map(2 + optionalFields.filter { $0 }.count)
        reply.bulk("name")
        reply.bulk(element.name)
        reply.bulk("type")
        reply.bulk(element.kind.rawValue)
        if isKey {
            reply.bulk("key_spec_index")
            reply.integer(0)
        }
        if let token = element.token {
            reply.bulk("token")
            reply.bulk(token)
        }
        if !flags.isEmpty {
            reply.bulk("flags")
            reply.set(flags.count)
            for flag in flags { reply.simple(flag) }
        }
        if !element.children.isEmpty {
            reply.bulk("arguments")
            write(element.children, to: reply)
        }
    }
}
