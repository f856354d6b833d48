import RESP
import Ring

extension ClusterClient {
    /// Reads a value; `no` when the key is absent.
    public func get(_ key: [UInt8]) async -> Outcome<[UInt8]> {
        await keyed("GET", key, isRead: true).flatMap { reply in
            switch reply {
            case .bulk(let value): .done(value)
            case .null: .no("not found")
            default: Self.unexpected(reply, isRead: true)
            }
        }
    }

    /// Writes a value whether there is one or not.
    ///
    /// - Parameters:
    ///   - key: any bytes.
    ///   - value: any bytes.
    ///   - wantsPrevious: whether to ask for the value that is replaced.
    /// - Returns: what was replaced.
    public func set(
        _ key: [UInt8], _ value: [UInt8], wantsPrevious: Bool = false
    ) async -> Outcome<Previous> {
        let reply = await keyed("SET", key, value, options: wantsPrevious ? ["GET"] : [])
        return reply.flatMap { reply in
            switch reply {
            case .simple where !wantsPrevious: .done(.notAsked)
            case .bulk(let old) where wantsPrevious: .done(.value(old))
            case .null where wantsPrevious: .done(.absent)
            default: Self.unexpected(reply)
            }
        }
    }

    /// Writes a value if the key is absent; `no` when it exists.
    public func create(_ key: [UInt8], _ value: [UInt8]) async -> Outcome<Previous> {
        await keyed("SET", key, value, options: ["NX"]).flatMap { reply in
            switch reply {
            case .simple: .done(.absent)
            case .null: .no("exists already")
            default: Self.unexpected(reply)
            }
        }
    }

    /// Writes a value if the key is present; `no` when it is not.
    ///
    /// - Parameters:
    ///   - key: any bytes.
    ///   - value: any bytes.
    ///   - wantsPrevious: whether to ask for the value that is replaced.
    /// - Returns: what was replaced.
    public func update(
        _ key: [UInt8], _ value: [UInt8], wantsPrevious: Bool = false
    ) async -> Outcome<Previous> {
        let options = wantsPrevious ? ["XX", "GET"] : ["XX"]
        return await keyed("SET", key, value, options: options).flatMap { reply in
            switch reply {
            case .simple where !wantsPrevious: .done(.notAsked)
            case .bulk(let old) where wantsPrevious: .done(.value(old))
            case .null: .no("not found")
            default: Self.unexpected(reply)
            }
        }
    }

    /// Removes a key; `no` when it is absent.
    ///
    /// - Parameters:
    ///   - key: any bytes.
    ///   - wantsPrevious: whether to ask for the value that is removed.
    /// - Returns: what was removed.
    public func delete(
        _ key: [UInt8], wantsPrevious: Bool = false
    ) async -> Outcome<Previous> {
        await keyed(wantsPrevious ? "GETDEL" : "DEL", key).flatMap { reply in
            switch reply {
            case .integer(1) where !wantsPrevious: .done(.notAsked)
            case .integer(0) where !wantsPrevious: .no("not found")
            case .bulk(let old) where wantsPrevious: .done(.value(old))
            case .null where wantsPrevious: .no("not found")
            default: Self.unexpected(reply)
            }
        }
    }

    /// Writes a value if the present one equals another; `no` when it differs or is absent.
    public func compareAndSet(
        _ key: [UInt8], expected: [UInt8], _ value: [UInt8]
    ) async -> Outcome<Previous> {
        await compared(["SET", "IFEQ"], key, expected, value, tail: [])
    }

    /// Removes a key if its value equals another, in one step; `no` when it differs or is absent.
    ///
    /// There is no such command of its own: it is a compare-and-set to a value whose time to live
    /// is over when it is written.
    public func compareAndDelete(
        _ key: [UInt8], expected: [UInt8]
    ) async -> Outcome<Previous> {
        await compared(["SET", "IFEQ"], key, expected, [], tail: ["PXAT", "1"])
    }

    /// One page of the keys of the whole cluster.
    ///
    /// - Parameters:
    ///   - cursor: ``ScanCursor/start``, or where the page before said that this one begins.
    ///   - pattern: a glob pattern as Redis has it; nil for all keys.
    ///   - count: about how many keys are wanted, at least 1.
    /// - Returns: some keys, perhaps none, and where to go on.
    public func scan(
        from cursor: ScanCursor = .start, matching pattern: [UInt8]? = nil, count: Int = 100
    ) async -> Outcome<ScanPage> {
        let homes: [Endpoint]
        let kind: ClusterTopology.Kind
        switch await topology() {
        case .done(let topology): (homes, kind) = (topology.scanned, topology.kind)
        case .no(let reason), .notDone(let reason): return .notDone(reason)
        case .unknown(let reason): return .unknown(reason)
        }
        guard cursor.node < max(homes.count, 1) else { return .notDone("that cursor is no more") }
        var words = ["SCAN", cursor.cursor].map { Array($0.utf8) }
        if let pattern { words += [Array("MATCH".utf8), pattern] }
        words += ["COUNT", "\(max(count, 1))"].map { Array($0.utf8) }
        let reply: Outcome<RESPValue> =
            kind == .redisCluster
            ? await ask(homes[cursor.node], words) : await perform(Request(words, isRead: true))
        return reply.flatMap { Self.page($0, after: cursor, homeCount: homes.count) }
    }

    private static func page(
        _ reply: RESPValue, after cursor: ScanCursor, homeCount: Int
    ) -> Outcome<ScanPage> {
        guard case .array(let parts) = reply, parts.count == 2,
            case .bulk(let next) = parts[0], case .array(let items) = parts[1]
        else { return unexpected(reply, isRead: true) }
        var keys: [[UInt8]] = []
        for item in items {
            guard case .bulk(let key) = item else { return unexpected(reply, isRead: true) }
            keys.append(key)
        }
        let following = String(decoding: next, as: UTF8.self)
        if following != "0" {
            return .done(
                ScanPage(keys: keys, next: ScanCursor(node: cursor.node, cursor: following)))
        }
        let node = cursor.node + 1
        return .done(
            ScanPage(
                keys: keys, next: node < homeCount ? ScanCursor(node: node, cursor: "0") : nil))
    }

    private func compared(
        _ command: [String], _ key: [UInt8], _ expected: [UInt8], _ value: [UInt8],
        tail: [String]
    ) async -> Outcome<Previous> {
        let words =
            [Array(command[0].utf8), key, value, Array(command[1].utf8), expected]
            + tail.map { Array($0.utf8) }
        return await perform(Request(words, slot: Self.slot(of: key), isRead: false)).flatMap {
            switch $0 {
            case .simple: .done(.value(expected))
            case .null: .no("the value differs or is gone")
            default: Self.unexpected($0)
            }
        }
    }

    private func keyed(
        _ command: String, _ key: [UInt8], _ value: [UInt8]? = nil, options: [String] = [],
        isRead: Bool = false
    ) async -> Outcome<RESPValue> {
        var words = [Array(command.utf8), key]
        if let value { words.append(value) }
        words += options.map { Array($0.utf8) }
        return await perform(Request(words, slot: Self.slot(of: key), isRead: isRead))
    }

    private static func slot(of key: [UInt8]) -> Int {
        key.withUnsafeBytes { Slots.slot(of: $0) }
    }

    /// An answer that the command does not have: of a write nobody knows then what it did.
    private static func unexpected<Value>(
        _ reply: RESPValue, isRead: Bool = false
    ) -> Outcome<Value> {
        let text = "the server gave an answer that does not belong to the command"
        return isRead ? .notDone(text) : .unknown(text)
    }
}
