/// A command of the `:` line; the verbs are the shell's.
enum Command: Equatable {
    case key(KeyRequest)
    case edit([UInt8])
    case whereIs([UInt8])
    case node(NodeAction, name: String)
    case screen(Model.Screen)
    case panel(Model.Panel)
    case theme(String)
    case help
    case quit

    /// A verb with what it takes and does, for help and completion.
    struct Verb {
        var name: String
        var arguments: [Argument]
        var help: String
    }

    enum Argument {
        case key, value, node, theme
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
        Verb(name: "keys", arguments: [], help: "the Keys screen"),
        Verb(name: "main", arguments: [], help: "the main screen"),
        Verb(name: "ring", arguments: [], help: "the Ring panel"),
        Verb(name: "nodes", arguments: [], help: "the Nodes panel"),
        Verb(name: "replication", arguments: [], help: "the Replication panel"),
        Verb(name: "traffic", arguments: [], help: "the Traffic panel"),
        Verb(name: "events", arguments: [], help: "the Events panel"),
        Verb(name: "theme", arguments: [.theme], help: "change the colours; a name or a file"),
        Verb(name: "help", arguments: [], help: "the keys and what they do"),
        Verb(name: "quit", arguments: [], help: "leave the dashboard"),
    ]

    /// Reads a line.
    ///
    /// - Throws: `CommandText.Problem` with what is wrong and how it would be right.
    static func parse(_ line: [UInt8]) throws(CommandText.Problem) -> Command? {
        var words = try CommandText.words(line)[...]
        guard let first = words.popFirst() else { return nil }
        let name = String(decoding: first, as: UTF8.self)
        guard
            let verb = verbs.first(where: { $0.name == name || (name == "q" && $0.name == "quit") })
        else {
            throw CommandText.Problem(text: "there is no command '\(name)'; Tab shows them all")
        }
        guard words.count == verb.arguments.count else {
            throw CommandText.Problem(text: "usage: " + verb.usage)
        }
        return command(verb.name, Array(words))
    }

    private static func command(_ verb: String, _ words: [[UInt8]]) -> Command? {
        func text(_ index: Int) -> String { String(decoding: words[index], as: UTF8.self) }
        switch verb {
        case "create": return .key(.create(key: words[0], value: words[1]))
        case "get": return .key(.get(key: words[0]))
        case "set": return .key(.set(key: words[0], value: words[1]))
        case "update": return .key(.update(key: words[0], value: words[1]))
        case "delete": return .key(.delete(key: words[0]))
        case "edit": return .edit(words[0])
        case "where": return .whereIs(words[0])
        case "keys": return .screen(.keys)
        case "main": return .screen(.main)
        case "ring": return .panel(.ring)
        case "nodes": return .panel(.nodes)
        case "replication": return .panel(.replication)
        case "traffic": return .panel(.traffic)
        case "events": return .panel(.events)
        case "theme": return .theme(text(0))
        case "help": return .help
        case "quit": return .quit
        default: return NodeAction(rawValue: verb).map { .node($0, name: text(0)) }
        }
    }
}

extension Command.Verb {
    /// How it is used: `create KEY VALUE`.
    var usage: String {
        ([name]
            + arguments.map { argument in
                switch argument {
                case .key: "KEY"
                case .value: "VALUE"
                case .node: "NODE"
                case .theme: "NAME|FILE"
                }
            }).joined(separator: " ")
    }
}

/// Completes the last word of a command line.
struct CommandCompletion {
    var nodes: [String]
    var keys: [[UInt8]]
    var themes: [String]

    /// The most that is offered at once.
    static let offersMax = 30

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
            verb.arguments.indices.contains(words.count - 1)
        else { return [] }
        switch verb.arguments[words.count - 1] {
        case .key: return keys.map(CommandText.quoted)
        case .node: return nodes
        case .theme: return themes
        case .value: return []
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
