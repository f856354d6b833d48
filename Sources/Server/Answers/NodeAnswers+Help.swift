import Commands
import RESP

/// What `HELP` says of the commands that have subcommands and are answered here.
extension NodeAnswers {
    /// The answer to a subcommand that there is not, or not with so many arguments; and to `HELP`.
    func unknownSubcommand(_ id: CommandID, _ arguments: Arguments) -> NodeAnswer {
        let command = CommandTable.spec(id).name.uppercased()
        let subcommand = arguments.array(1)
        let name = arguments.text(1).lowercased()
        let isHelp = name == "help"
        guard isHelp || SubcommandHelp.names(of: command).contains(name) else {
            return .now { writer in
                subcommand.withUnsafeBytes {
                    CommandErrors.unknownSubcommand(id, $0, reply: writer.buffer)
                }
            }
        }
        guard isHelp, arguments.count == 2 else {
            return .now { CommandErrors.wrongArity(id, subcommand: name, reply: $0.buffer) }
        }
        let lines = SubcommandHelp.lines(of: command)
        return .now { writer in
            writer.array(lines.count)
            for line in lines { writer.simple(line) }
        }
    }
}

/// The subcommands of each command, in words for people.
enum SubcommandHelp {
    /// The whole answer, as Redis arranges it.
    static func lines(of command: String) -> [String] {
        let own = subcommands[command] ?? []
        let usage = "\(command) <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"
        return [usage] + own.flatMap { [$0.form, "    " + $0.meaning] }
            + ["HELP", "    Print this help."]
    }

    /// The names of a command's subcommands in lower case, but for HELP.
    static func names(of command: String) -> [String] {
        (subcommands[command] ?? []).map { $0.form.prefix { $0 != " " }.lowercased() }
    }

    private static let subcommands: [String: [(form: String, meaning: String)]] = [
        "CLIENT": [
            ("CACHING (YES|NO)", "Track the keys of the next command, or do not."),
            ("GETNAME", "Return the connection's name."),
            ("GETREDIR", "Return the client that invalidations are redirected to."),
            ("ID", "Return the connection's number."),
            ("INFO", "Return what is known of the connection."),
            ("NO-EVICT (ON|OFF)", "Accepted: no connection is ended here for want of memory."),
            ("NO-TOUCH (ON|OFF)", "Accepted: reads leave no trace at a key here."),
            ("REPLY ON", "Accepted: every command is answered here."),
            ("SETINFO (LIB-NAME|LIB-VER) <value>", "Tell which library is used."),
            ("SETNAME <name>", "Give the connection a name."),
            (
                "TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> ...] [OPTIN] [OPTOUT] "
                    + "[NOLOOP]", "Hear of changes of the keys that were read."
            ),
            ("TRACKINGINFO", "Return how the connection tracks."),
        ],
        "CLUSTER": [
            ("COUNTKEYSINSLOT <slot>", "Return the number of keys in this node's copy of a slot."),
            ("INFO", "Return the state of the cluster."),
            ("KEYSLOT <key>", "Return the slot of a key."),
            ("MYID", "Return the node's id."),
            ("NODES", "Return the members and the slots that they are home of."),
            ("SHARDS", "Return the homes with their slots, for clients."),
            ("SLOTS", "Return the runs of slots with their homes, for clients."),
        ],
        "CONFIG": [
            ("GET <pattern> ...", "Return the settings whose names match."),
            ("SET <name> <value>", "Change a setting of the whole cluster, by vote."),
        ],
        "RING": [
            ("CANCEL <change>", "Take a change of the ring back."),
            ("COPIES <first> <last>", "Return the state of this node's copies of slots."),
            ("EPOCH", "Return the epoch that the node acts by."),
            ("EVENTS [<after>]", "Return what happened, after a sequence number."),
            ("EVICT <name>", "Let a down member lose its place."),
            ("JOIN <id> <name> <host> <port>", "Let a node that is none become a member."),
            ("KEY <key>", "Return what this node's own copy says of a key."),
            ("LEAVE <name>", "Let a member hand its slots over and go."),
            ("PREFETCH <key> ...", "Fetch keys into this node's copies."),
            ("REBALANCE", "Move tokens until all members carry the same."),
            ("STATUS", "Return what the node says of itself."),
            ("WHERE <key>", "Return the slot, home and successors of a key."),
        ],
    ]
}
