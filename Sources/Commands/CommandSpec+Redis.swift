extension CommandFlags {
    /// The flags as Redis's COMMAND names them; those that Redis has no word for are left out.
    var names: [String] {
        let known: [(CommandFlags, String)] = [
            (.write, "write"), (.readOnly, "readonly"), (.denyOutOfMemory, "denyoom"),
            (.admin, "admin"), (.loading, "loading"), (.fast, "fast"),
            (.noAuthentication, "no_auth"),
        ]
        return known.filter { contains($0.0) }.map(\.1)
    }
}

extension CommandSpec {
    /// Redis's categories of commands, each with its `@`.
    var categories: [String] {
        let flags = shape.flags
        var names: [String] = []
        let isOfKeys = group == "generic" && !flags.contains(.connection)
        if isOfKeys || flags.contains(.clusterWide) { names.append("@keyspace") }
        if flags.contains(.readOnly) { names.append("@read") }
        if flags.contains(.write) { names.append("@write") }
        if group == "string" { names.append("@string") }
        if group == "pubsub" { names.append("@pubsub") }
        if flags.contains(.connection) { names.append("@connection") }
        names.append(flags.contains(.fast) ? "@fast" : "@slow")
        if flags.contains(.admin) { names.append("@admin") }
        if flags.contains(.dangerous) { names.append("@dangerous") }
        return names
    }

    /// How a command treats its keys, in the words of Redis's key specifications.
    var keyAccess: [String] {
        switch id {
        case .get, .mget, .ttl, .pttl, .expiretime, .pexpiretime: ["RO", "access"]
        case .set: ["RW", "access", "update", "variable_flags"]
        case .getset, .getex, .incr, .decr, .incrby, .decrby: ["RW", "access", "update"]
        case .getdel: ["RW", "access", "delete"]
        case .mset, .setex, .psetex: ["OW", "update"]
        case .setnx: ["OW", "insert"]
        case .append: ["RW", "insert"]
        case .del, .unlink: ["RM", "delete"]
        case .expire, .pexpire, .expireat, .pexpireat, .persist: ["RW", "update"]
        default: ["RO"]
        }
    }
}
