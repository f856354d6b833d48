import Ring

/// A command of the `:` line; the verbs are the shell's.
enum Command: Equatable {
    case key(KeyRequest)
    case edit([UInt8])
    case whereIs([UInt8])
    case node(NodeAction, name: String)
    /// Opens the fields of a node that is to join.
    case join(name: String?, port: Int?)
    case ring(ChangeWish)
    /// Asks whether a change is to be taken back.
    case cancelChange(Int)
    case moves
    case settings
    case setting(String)
    case status
    case processes
    case screen(Model.Screen)
    /// The Keys screen with the keys that a pattern fits.
    case keys(pattern: String)
    /// All about a node.
    case about(node: String)
    case panel(Model.Panel)
    case theme(String)
    case help
    case quit

    /// A verb with what it takes and does, for help and completion.
    struct Verb {
        var name: String
        var arguments: [Argument]
        /// What may follow, from the left.
        var optional: [Argument] = []
        var help: String
    }

    enum Argument {
        case key, value, node, newNode, port, theme, movesVerb, amount, setting, pattern
    }

    static let verbs: [Verb] = [
        Verb(name: "create", arguments: [.key, .value], help: "write a key that does not exist"),
        Verb(name: "get", arguments: [.key], help: "read a key"),
        Verb(name: "set", arguments: [.key, .value], help: "write a key in any case"),
        Verb(name: "update", arguments: [.key, .value], help: "write a key that exists"),
        Verb(name: "delete", arguments: [.key], help: "remove a key; it asks first"),
        Verb(name: "edit", arguments: [.key], help: "open a key's value for editing"),
        Verb(name: "where", arguments: [.key], help: "slot, home and successors of a key"),
        Verb(name: "start", arguments: [.node], help: "start a node's process"),
        Verb(name: "stop", arguments: [.node], help: "stop it in good order; it asks first"),
        Verb(name: "kill", arguments: [.node], help: "kill it at once; it asks first"),
        Verb(name: "pause", arguments: [.node], help: "pause it; it asks first"),
        Verb(name: "resume", arguments: [.node], help: "let a paused one go on"),
        Verb(
            name: "join", arguments: [], optional: [.newNode, .port],
            help: "start a new node that joins; it shows the plan first"),
        Verb(
            name: "leave", arguments: [.node],
            help: "hand a node's slots over and let it go; it shows the plan first"),
        Verb(
            name: "evict", arguments: [.node],
            help: "take the place of a node that is down; it shows the plan first"),
        Verb(
            name: "rebalance", arguments: [], help: "level the load; it shows the plan first"),
        Verb(
            name: "moves", arguments: [], optional: [.movesVerb, .amount],
            help: "changes of the ring: list, pause, resume, cancel ID, rate BYTES (12M, 0 is any)"
        ),
        Verb(
            name: "config", arguments: [], optional: [.setting, .value],
            help: "cluster-wide settings: list, show one, set one"),
        Verb(name: "status", arguments: [], help: "how the cluster and its nodes are, in words"),
        Verb(name: "ps", arguments: [], help: "the processes of the nodes"),
        Verb(
            name: "keys", arguments: [], optional: [.pattern],
            help: "the Keys screen, or the keys that a pattern fits"),
        Verb(name: "caches", arguments: [], help: "the Caches screen"),
        Verb(name: "bench", arguments: [], help: "the Bench screen"),
        Verb(name: "main", arguments: [], help: "the main screen"),
        Verb(
            name: "ring", arguments: [], optional: [.node],
            help: "the Ring panel, or all about a node"),
        Verb(name: "nodes", arguments: [], help: "the Nodes panel"),
        Verb(name: "replication", arguments: [], help: "the Replication panel"),
        Verb(name: "traffic", arguments: [], help: "the Traffic panel"),
        Verb(name: "events", arguments: [], help: "the Events panel"),
        Verb(name: "theme", arguments: [.theme], help: "change the colours; a name or a file"),
        Verb(name: "help", arguments: [], help: "the keys and what they do"),
        Verb(name: "quit", arguments: [], help: "leave the dashboard"),
    ]

    /// Commands of the shell that have no sense within a dashboard.
    static let shellOnly = [
        "attach", "dashboard", "discover", "down", "export", "import", "node", "recover",
        "simulate", "tour", "up",
    ]

    /// Reads a line.
    ///
    /// - Throws: `CommandText.Problem` with what is wrong and how it would be right.
    static func parse(_ line: [UInt8]) throws(CommandText.Problem) -> Command? {
        var words = try CommandText.words(line)[...]
        guard let first = words.popFirst() else { return nil }
        let name = String(decoding: first, as: UTF8.self)
        guard !shellOnly.contains(name) else {
            throw CommandText.Problem(
                text: "'\(name)' is for the shell only: ringmaster \(name) --help")
        }
        guard
            let verb = verbs.first(where: { $0.name == name || (name == "q" && $0.name == "quit") })
        else {
            throw CommandText.Problem(text: "there is no command '\(name)'; Tab shows them all")
        }
        let most = verb.arguments.count + verb.optional.count
        guard (verb.arguments.count...most).contains(words.count) else {
            throw CommandText.Problem(text: "usage: " + verb.usage)
        }
        return try command(verb, Array(words))
    }

    private static func command(
        _ verb: Verb, _ words: [[UInt8]]
    ) throws(CommandText.Problem) -> Command? {
        let problem = CommandText.Problem(text: "usage: " + verb.usage)
        func text(_ index: Int) -> String { String(decoding: words[index], as: UTF8.self) }
        switch verb.name {
        case "join":
            let port = words.count > 1 ? Int(text(1)) : nil
            guard words.count < 2 || port != nil else { throw problem }
            return .join(name: words.isEmpty ? nil : text(0), port: port)
        case "leave": return .ring(.leave(name: text(0)))
        case "evict": return .ring(.evict(name: text(0)))
        case "rebalance": return .ring(.rebalance)
        case "moves": return try moves(words.map { String(decoding: $0, as: UTF8.self) })
        case "config":
            if words.isEmpty { return .settings }
            if words.count == 1 { return .setting(text(0)) }
            return .ring(try setting(text(0), text(1)))
        case "create": return .key(.create(key: words[0], value: words[1]))
        case "get": return .key(.get(key: words[0]))
        case "set": return .key(.set(key: words[0], value: words[1]))
        case "update": return .key(.update(key: words[0], value: words[1]))
        case "delete": return .key(.delete(key: words[0]))
        case "edit": return .edit(words[0])
        case "where": return .whereIs(words[0])
        case "status": return .status
        case "ps": return .processes
        case "keys": return words.isEmpty ? .screen(.keys) : .keys(pattern: text(0))
        case "caches": return .screen(.caches)
        case "bench": return .screen(.bench)
        case "main": return .screen(.main)
        case "ring": return words.isEmpty ? .panel(.ring) : .about(node: text(0))
        case "nodes": return .panel(.nodes)
        case "replication": return .panel(.replication)
        case "traffic": return .panel(.traffic)
        case "events": return .panel(.events)
        case "theme": return .theme(text(0))
        case "help": return .help
        case "quit": return .quit
        default: return NodeAction(rawValue: verb.name).map { .node($0, name: text(0)) }
        }
    }

    private static func moves(
        _ words: [String]
    ) throws(CommandText.Problem) -> Command {
        let problem = CommandText.Problem(
            text: "usage: moves [pause | resume | cancel ID | rate BYTES]")
        switch (words.first, words.count) {
        case (nil, _): return .moves
        case ("pause", 1): return .ring(.set(name: "moves-paused", value: "yes"))
        case ("resume", 1): return .ring(.set(name: "moves-paused", value: "no"))
        case ("cancel", 2):
            guard let change = Int(words[1]) else { throw problem }
            return .cancelChange(change)
        case ("rate", 2): return .ring(try setting("move-rate", words[1]))
        default: throw problem
        }
    }

    /// A setting's new value; amounts of bytes may have a unit.
    private static func setting(
        _ name: String, _ value: String
    ) throws(CommandText.Problem) -> ChangeWish {
        guard name == "move-rate" else { return .set(name: name, value: value) }
        guard let bytes = ByteAmount.parse(value) else {
            throw CommandText.Problem(text: "a rate is bytes per second: 500K, 12M, 1G; 0 is any")
        }
        return .set(name: name, value: String(bytes))
    }
}

/// An amount of bytes as people type it.
enum ByteAmount {
    /// Reads `1000`, `500K`, `12M` or `1G`, units of 1,024 each; nil for anything else.
    static func parse(_ text: String) -> Int? {
        let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
        let unit = text.last.flatMap { units[Character($0.uppercased())] }
        let digits = unit == nil ? text : String(text.dropLast())
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int(digits)
        else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
        return overflow ? nil : bytes
    }
}

extension Command.Verb {
    /// How it is used: `create KEY VALUE`.
    var usage: String {
        let words = [name] + arguments.map(\.word) + optional.map { "[" + $0.word }
        return words.joined(separator: " ") + String(repeating: "]", count: optional.count)
    }
}

extension Command.Argument {
    fileprivate var word: String {
        switch self {
        case .key: "KEY"
        case .value: "VALUE"
        case .node, .newNode: "NODE"
        case .port: "PORT"
        case .theme: "NAME|FILE"
        case .movesVerb: "VERB"
        case .amount: "AMOUNT"
        case .setting: "NAME"
        case .pattern: "PATTERN"
        }
    }
}

/// Completes the last word of a command line.
struct CommandCompletion {
    var nodes: [String]
    var keys: [[UInt8]]
    var themes: [String]

    /// The most that is offered at once.
    static let offersMax = 100

    /// The line with the longest common beginning of all that fits, and what fits.
    func complete(_ line: String) -> (line: String, offers: [String]) {
        var words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let last = words.popLast() ?? ""
        let offers = candidates(words.filter { !$0.isEmpty }).filter { $0.hasPrefix(last) }
        guard let common = Self.commonPrefix(offers), common.utf8.count >= last.utf8.count else {
            return (line, [])
        }
        let head = words.isEmpty ? "" : words.joined(separator: " ") + " "
        let isWhole = offers.count == 1
        return (
            head + common + (isWhole ? " " : ""),
            isWhole ? [] : Array(offers.prefix(Self.offersMax))
        )
    }

    private func candidates(_ words: [String]) -> [String] {
        guard let first = words.first else { return Command.verbs.map(\.name) }
        guard let verb = Command.verbs.first(where: { $0.name == first }),
            case let arguments = verb.arguments + verb.optional,
            arguments.indices.contains(words.count - 1)
        else { return [] }
        switch arguments[words.count - 1] {
        case .key: return keys.map(CommandText.quoted)
        case .node: return nodes
        case .theme: return themes
        case .movesVerb: return ["cancel", "pause", "rate", "resume"]
        case .setting: return (ClusterSettings.names + ["replicas"]).sorted()
        case .value: return words.first == "config" ? Self.values(ofSetting: words[1]) : []
        case .newNode, .port, .amount, .pattern: return []
        }
    }

    /// What a setting can be, where that is a word.
    private static func values(ofSetting name: String) -> [String] {
        switch name {
        case "coherence": Coherence.allCases.map(\.rawValue)
        case "prefetching": Prefetching.allCases.map(\.rawValue)
        case "moves-paused": ["no", "yes"]
        default: []
        }
    }

    private static func commonPrefix(_ texts: [String]) -> String? {
        guard var common = texts.first else { return nil }
        for text in texts.dropFirst() {
            while !text.hasPrefix(common) { common.removeLast() }
        }
        return common
    }
}
