import Bytes
import RESP

/// Answers COMMAND and its subcommands from the table.
public enum CommandReplies {
    /// Writes the reply of a COMMAND.
    ///
    /// - Parameters:
    ///   - arguments: the whole command.
    ///   - reply: gets exactly one reply.
    public static func command(_ arguments: Arguments, reply: ReplyWriter) {
        guard arguments.count > 1 else { return all(reply) }
        let subcommand = arguments[1]
        let names = arguments.dropFirst(2)
        if bytesEqualIgnoringCase(subcommand, "count") {
            guard names.count == 0 else { return wrongArity("count", reply) }
            reply.integer(CommandTable.count)
        } else if bytesEqualIgnoringCase(subcommand, "info") {
            names.count == 0 ? all(reply) : info(names, reply)
        } else if bytesEqualIgnoringCase(subcommand, "docs") {
            docs(names, reply)
        } else if bytesEqualIgnoringCase(subcommand, "list") {
            list(names, reply)
        } else if bytesEqualIgnoringCase(subcommand, "getkeys") {
            keys(names, reply)
        } else if bytesEqualIgnoringCase(subcommand, "help") {
            guard names.count == 0 else { return wrongArity("help", reply) }
            help(reply)
        } else {
            CommandErrors.unknownSubcommand(.command, subcommand, reply: reply.buffer)
        }
    }

    private static func wrongArity(_ subcommand: String, _ reply: ReplyWriter) {
        CommandErrors.wrongArity(.command, subcommand: subcommand, reply: reply.buffer)
    }

    // MARK: INFO

    private static func all(_ reply: ReplyWriter) {
        reply.array(CommandTable.count)
        for spec in CommandTable.specs { describe(spec, reply) }
    }

    private static func info(_ names: Arguments, _ reply: ReplyWriter) {
        reply.array(names.count)
        for index in 0..<names.count {
            if let id = CommandTable.find(names[index]) {
                describe(CommandTable.spec(id), reply)
            } else {
                reply.null()
            }
        }
    }

    /// Writes the ten elements that Redis 7 has for a command.
    private static func describe(_ spec: CommandSpec, _ reply: ReplyWriter) {
        reply.array(10)
        reply.bulk(spec.name)
        reply.integer(Int(spec.shape.arity))
        statuses(spec.shape.flags.names, reply)
        reply.integer(Int(spec.shape.firstKey))
        reply.integer(Int(spec.shape.lastKey))
        reply.integer(Int(spec.shape.keyStep))
        statuses(spec.categories, reply)
        // Tips for proxies that scatter commands over shards themselves: any node does it here.
        reply.set(0)
        keySpecifications(spec, reply)
        // Subcommands are described by their command's HELP.
        reply.set(0)
    }

    private static func statuses(_ names: [String], _ reply: ReplyWriter) {
        reply.set(names.count)
        for name in names { reply.simple(name) }
    }

    /// Writes where the keys are, in the form that Redis 7 calls key specifications.
    private static func keySpecifications(_ spec: CommandSpec, _ reply: ReplyWriter) {
        guard spec.shape.flags.contains(.keyed) else { return reply.set(0) }
        let last = Int(spec.shape.lastKey)
        let first = Int(spec.shape.firstKey)
        reply.set(1)
        reply.map(3)
        reply.bulk("flags")
        statuses(spec.keyAccess, reply)
        reply.bulk("begin_search")
        reply.map(2)
        reply.bulk("type")
        reply.bulk("index")
        reply.bulk("spec")
        reply.map(1)
        reply.bulk("index")
        reply.integer(first)
        reply.bulk("find_keys")
        reply.map(2)
        reply.bulk("type")
        reply.bulk("range")
        reply.bulk("spec")
        reply.map(3)
        reply.bulk("lastkey")
        // Counted from the first key, unless from the end.
        reply.integer(last < 0 ? last : last - first)
        reply.bulk("keystep")
        reply.integer(Int(spec.shape.keyStep))
        reply.bulk("limit")
        reply.integer(0)
    }

    // MARK: DOCS, LIST, GETKEYS, HELP

    private static func docs(_ names: Arguments, _ reply: ReplyWriter) {
        var specs = CommandTable.specs
        if names.count > 0 {
            specs = (0..<names.count).compactMap { CommandTable.find(names[$0]) }
                .map(CommandTable.spec)
        }
        reply.map(specs.count)
        for spec in specs {
            let syntax = CommandSyntax.elements(of: spec)
            reply.bulk(spec.name)
            reply.map(syntax.isEmpty ? 4 : 5)
            let texts = [
                ("summary", spec.summary), ("since", spec.since), ("group", spec.group),
                ("complexity", spec.complexity),
            ]
            for (name, text) in texts {
                reply.bulk(name)
                reply.bulk(text)
            }
            guard !syntax.isEmpty else { continue }
            reply.bulk("arguments")
            CommandSyntax.write(syntax, to: reply)
        }
    }

    /// `LIST`, or `LIST FILTERBY PATTERN glob | ACLCAT category | MODULE name`.
    private static func list(_ filter: Arguments, _ reply: ReplyWriter) {
        var specs = CommandTable.specs
        if filter.count > 0 {
            guard filter.count == 3, bytesEqualIgnoringCase(filter[0], "filterby") else {
                return reply.error("ERR syntax error")
            }
            if bytesEqualIgnoringCase(filter[1], "pattern") {
                guard filter[2].count <= Glob.patternBytesMax else {
                    return reply.error(Glob.patternTooLong)
                }
                let glob = Glob(filter[2])
                specs.removeAll { spec in
                    !Array(spec.name.utf8).withUnsafeBytes { glob.matches($0) }
                }
            } else if bytesEqualIgnoringCase(filter[1], "aclcat") {
                let category = "@" + filter.text(2).lowercased()
                specs.removeAll { !$0.categories.contains(category) }
            } else if bytesEqualIgnoringCase(filter[1], "module") {
                specs = []
            } else {
                return reply.error("ERR syntax error")
            }
        }
        reply.strings(specs.map(\.name))
    }

    private static func keys(_ command: Arguments, _ reply: ReplyWriter) {
        guard command.count > 0 else { return wrongArity("getkeys", reply) }
        guard let id = CommandTable.find(command[0]) else {
            return reply.error("ERR Invalid command specified")
        }
        let shape = CommandTable.shape(id)
        guard shape.flags.contains(.keyed) else {
            return reply.error("ERR The command has no key arguments")
        }
        let isPaired = shape.keyStep != 2 || command.count % 2 == 1
        guard shape.accepts(count: command.count), isPaired else {
            return reply.error("ERR Invalid number of arguments specified for command")
        }
        let indices = CommandKeys(id, argumentCount: command.count)
        reply.array(indices.underestimatedCount)
        for index in indices { reply.bulk(command[index]) }
    }

    private static func help(_ reply: ReplyWriter) {
        reply.strings([
            "COMMAND <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "(no subcommand)",
            "    Describe all commands.",
            "COUNT",
            "    Tell how many commands there are.",
            "DOCS [<command-name> ...]",
            "    Tell what commands do and which arguments they take.",
            "GETKEYS <full-command>",
            "    Pick the keys out of a full command.",
            "INFO [<command-name> ...]",
            "    Describe some commands, or all.",
            "LIST [FILTERBY <PATTERN|ACLCAT|MODULE> <value>]",
            "    List the names of commands.",
            "HELP",
            "    Print this help.",
        ])
    }
}
