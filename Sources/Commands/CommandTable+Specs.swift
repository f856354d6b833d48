extension CommandTable {
    /// How the keys of a command lie among its arguments.
    private enum Keys {
        case none
        case one
        case all
        case pairs

        var positions: (first: Int8, last: Int8, step: Int8) {
            switch self {
            case .none: (0, 0, 0)
            case .one: (1, 1, 1)
            case .all: (1, -1, 1)
            case .pairs: (1, -1, 2)
            }
        }

        var flags: CommandFlags {
            switch self {
            case .none: []
            case .one: .keyed
            case .all, .pairs: [.keyed, .multiKey]
            }
        }
    }

    /// The description of one command.
    static func describe(_ id: CommandID) -> CommandSpec {
        switch id {
        case .get, .set, .setnx, .setex, .psetex, .getset, .getdel, .getex, .mget, .mset, .strlen,
            .append, .incr, .decr, .incrby, .decrby:
            describeString(id)
        case .del, .unlink, .exists, .touch, .type, .expire, .pexpire, .expireat, .pexpireat,
            .expiretime, .pexpiretime, .ttl, .pttl, .persist:
            describeGeneric(id)
        case .scan, .keys, .dbsize, .randomkey: describeKeyspace(id)
        case .ping, .echo, .hello, .auth, .quit, .reset, .select, .client, .readonly,
            .readwrite, .subscribe, .unsubscribe:
            describeConnection(id)
        case .info, .config, .command, .cluster, .ring: describeServer(id)
        }
    }

    private static func make(
        _ id: CommandID, _ arity: Int8, _ keys: Keys, _ flags: CommandFlags, _ group: String,
        since: String, _ complexity: String, _ summary: String
    ) -> CommandSpec {
        let positions = keys.positions
        return CommandSpec(
            id: id, name: "\(id)",
            shape: CommandShape(
                arity: arity, firstKey: positions.first, lastKey: positions.last,
                keyStep: positions.step, flags: flags.union(keys.flags)),
            group: group, since: since, complexity: complexity, summary: summary)
    }

    // MARK: Strings

    private static func describeString(_ id: CommandID) -> CommandSpec {
        let read: CommandFlags = [.readOnly, .fast]
        let write: CommandFlags = [.write, .denyOutOfMemory]
        let count: CommandFlags = [.write, .denyOutOfMemory, .fast]
        func string(
            _ arity: Int8, _ keys: Keys, _ flags: CommandFlags, _ since: String, _ summary: String,
            complexity: String = "O(1)"
        ) -> CommandSpec {
            make(id, arity, keys, flags, "string", since: since, complexity, summary)
        }
        let perKey = "O(N) where N is the number of keys"
        return switch id {
        case .get: string(2, .one, read, "1.0.0", "Reads the value of a key")
        case .set: string(-3, .one, write, "1.0.0", "Sets the value of a key, under conditions")
        case .setnx: string(3, .one, count, "1.0.0", "Sets the value of a key that is absent")
        case .setex: string(4, .one, write, "2.0.0", "Sets a value that expires after seconds")
        case .psetex:
            string(4, .one, write, "2.6.0", "Sets a value that expires after milliseconds")
        case .getset: string(3, .one, count, "1.0.0", "Sets a value and answers with the old one")
        case .getdel:
            string(2, .one, [.write, .fast], "6.2.0", "Removes a key and answers with its value")
        case .getex:
            string(-2, .one, [.write, .fast], "6.2.0", "Reads a value and sets when it expires")
        case .mget: string(-2, .all, read, "1.0.0", "Reads several values", complexity: perKey)
        case .mset:
            string(-3, .pairs, write, "1.0.1", "Sets several values", complexity: perKey)
        case .strlen: string(2, .one, read, "2.2.0", "Counts the bytes of a value")
        case .append:
            string(3, .one, count, "2.0.0", "Appends bytes to a value, made when absent")
        case .incr: string(2, .one, count, "1.0.0", "Adds one to a number")
        case .decr: string(2, .one, count, "1.0.0", "Subtracts one from a number")
        case .incrby: string(3, .one, count, "1.0.0", "Adds to a number")
        default: string(3, .one, count, "1.0.0", "Subtracts from a number")
        }
    }

    // MARK: Any key

    private static func describeGeneric(_ id: CommandID) -> CommandSpec {
        let read: CommandFlags = [.readOnly, .fast]
        let write: CommandFlags = [.write, .fast]
        func generic(
            _ arity: Int8, _ flags: CommandFlags, _ since: String, _ summary: String,
            keys: Keys = .one, complexity: String = "O(1)"
        ) -> CommandSpec {
            make(id, arity, keys, flags, "generic", since: since, complexity, summary)
        }
        let perKey = "O(N) where N is the number of keys"
        return switch id {
        case .del:
            generic(-2, .write, "1.0.0", "Removes keys", keys: .all, complexity: perKey)
        case .unlink:
            generic(-2, write, "4.0.0", "Removes keys", keys: .all, complexity: perKey)
        case .exists:
            generic(
                -2, read, "1.0.0", "Counts how many of the keys exist", keys: .all,
                complexity: perKey)
        case .touch:
            generic(
                -2, read, "3.2.1", "Counts how many of the keys exist", keys: .all,
                complexity: perKey)
        case .type: generic(2, read, "1.0.0", "Tells what kind of value a key holds")
        case .expire: generic(-3, write, "1.0.0", "Lets a key expire after seconds")
        case .pexpire: generic(-3, write, "2.6.0", "Lets a key expire after milliseconds")
        case .expireat: generic(-3, write, "1.2.0", "Lets a key expire at a second since 1970")
        case .pexpireat:
            generic(-3, write, "2.6.0", "Lets a key expire at a millisecond since 1970")
        case .expiretime: generic(2, read, "7.0.0", "Tells the second at which a key expires")
        case .pexpiretime:
            generic(2, read, "7.0.0", "Tells the millisecond at which a key expires")
        case .ttl: generic(2, read, "1.0.0", "Tells in how many seconds a key expires")
        case .pttl: generic(2, read, "2.6.0", "Tells in how many milliseconds a key expires")
        default: generic(2, write, "2.2.0", "Lets a key live for ever")
        }
    }

    // MARK: The whole keyspace

    private static func describeKeyspace(_ id: CommandID) -> CommandSpec {
        func keyspace(
            _ arity: Int8, _ flags: CommandFlags, _ group: String, _ since: String,
            _ complexity: String, _ summary: String
        ) -> CommandSpec {
            make(
                id, arity, .none, flags.union(.clusterWide), group, since: since, complexity,
                summary)
        }
        let perNode = "O(N) where N is the number of nodes"
        let perKey = "O(N) where N is the number of keys in the cluster"
        return switch id {
        case .scan:
            keyspace(
                -2, .readOnly, "generic", "2.8.0", "O(1) for a call, O(N) for all of them",
                "Goes through the keys of the cluster step by step")
        case .keys:
            keyspace(
                2, [.readOnly, .dangerous], "generic", "1.0.0", perKey,
                "Lists the keys of the cluster that match a pattern")
        case .dbsize:
            keyspace(
                1, [.readOnly, .fast], "server", "1.0.0", perNode,
                "Counts the keys of the cluster")
        default:
            keyspace(1, .readOnly, "generic", "1.0.0", perNode, "Names some key of the cluster")
        }
    }

    // MARK: The connection

    private static func describeConnection(_ id: CommandID) -> CommandSpec {
        let always: CommandFlags = [.connection, .fast, .loading, .noAuthentication]
        let usual: CommandFlags = [.connection, .fast, .loading]
        func connection(
            _ arity: Int8, _ flags: CommandFlags, _ since: String, _ summary: String,
            group: String = "connection"
        ) -> CommandSpec {
            make(id, arity, .none, flags, group, since: since, "O(1)", summary)
        }
        return switch id {
        case .ping: connection(-1, [.connection, .fast], "1.0.0", "Answers that the node is there")
        case .echo: connection(2, usual, "1.0.0", "Answers with what it was given")
        case .hello: connection(-1, always, "6.0.0", "Agrees on the protocol version")
        case .auth: connection(-2, always, "1.0.0", "Lets the client in by its password")
        case .quit: connection(-1, always, "1.0.0", "Ends the connection")
        case .reset: connection(1, always, "6.2.0", "Makes the connection as new")
        case .select: connection(2, usual, "1.0.0", "Chooses database 0, the only one")
        case .client:
            connection(-2, [.connection, .loading], "2.4.0", "Tells and sets what a connection is")
        case .subscribe:
            connection(
                -2, .loading, "2.0.0", "Listens to what a client that tracks keys is told",
                group: "pubsub")
        case .unsubscribe:
            connection(-1, .loading, "2.0.0", "Ends what SUBSCRIBE began", group: "pubsub")
        case .readonly:
            connection(1, usual, "3.0.0", "Allows reads from copies", group: "cluster")
        default: connection(1, usual, "3.0.0", "Ends what READONLY allowed", group: "cluster")
        }
    }

    // MARK: The node and the cluster

    private static func describeServer(_ id: CommandID) -> CommandSpec {
        func server(
            _ arity: Int8, _ flags: CommandFlags, _ group: String, _ since: String,
            _ summary: String
        ) -> CommandSpec {
            make(id, arity, .none, flags, group, since: since, "O(1)", summary)
        }
        return switch id {
        case .info: server(-1, [.loading], "server", "1.0.0", "Tells how the node is")
        case .config:
            server(
                -2, [.admin, .loading, .dangerous], "server", "2.0.0", "Reads and sets settings")
        case .command: server(-1, [.loading], "server", "2.8.13", "Describes the commands")
        case .cluster: server(-2, [.loading], "cluster", "3.0.0", "Tells how the cluster is")
        default:
            server(
                -2, [.admin, .loading], "cluster", "0.1.0", "Tells and changes what the ring is")
        }
    }
}
