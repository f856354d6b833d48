import NIOCore
import RESP
import Ring

/// The servers that a matrix is measured on, with a line to each.
struct BenchTarget: Sendable {
    /// How long all nodes may take to act by a changed setting.
    static let switchPatience: Duration = .seconds(15)
    /// How often is looked whether they do.
    private static let glance: Duration = .milliseconds(20)
    /// How often a setting is asked for again when the vote failed.
    private static let votesMax = 5

    /// One server.
    struct Node: Sendable {
        /// The node's name; its address when it has none.
        var name: String
        var line: NodeLine
    }

    /// All up members of a cluster of Ringmaster, else the addresses that were given.
    let nodes: [Node]
    /// Whether the servers are Ringmaster's.
    let isRingmaster: Bool
    /// Whether they know caches.
    let hasCaches: Bool
    /// The settings before the bench changed any.
    let settings: ClusterSettings?

    /// Finds the nodes.
    ///
    /// - Throws: ``BenchError`` when one cannot be reached.
    static func find(
        _ addresses: [BenchAddress], on group: any EventLoopGroup
    ) async throws -> BenchTarget {
        var lines: [NodeLine] = []
        do {
            lines.append(try await firstLine(addresses, group))
            guard let epoch = try await lines[0].epoch() else {
                for address in addresses where address != lines[0].address {
                    lines.append(try await NodeLine.open(on: group, to: address))
                }
                return BenchTarget(
                    nodes: lines.map { Node(name: $0.address.description, line: $0) },
                    isRingmaster: false, hasCaches: false, settings: nil)
            }
            let members = epoch.members.filter(\.canBeHome)
            var nodes: [Node] = []
            for member in members {
                let line = try await NodeLine.open(
                    on: group, to: BenchAddress(host: member.host, port: member.port))
                lines.append(line)
                nodes.append(Node(name: member.name, line: line))
            }
            let status = try await lines[0].status()
            await lines[0].close()
            return BenchTarget(
                nodes: nodes, isRingmaster: true, hasCaches: status?.caches != nil,
                settings: epoch.settings)
        } catch {
            for line in lines { await line.close() }
            throw error
        }
    }

    private static func firstLine(
        _ addresses: [BenchAddress], _ group: any EventLoopGroup
    ) async throws -> NodeLine {
        var failure: any Error = BenchError.plan("there is no address to connect to")
        for address in addresses {
            do {
                return try await NodeLine.open(on: group, to: address)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    /// Finds where the nodes listen that clients connect to, without asking any of them but one.
    ///
    /// - Parameters:
    ///   - through: `all`, a node's name or its address.
    ///   - addresses: any nodes of the cluster, or servers of the Redis protocol.
    ///   - group: the event loops.
    /// - Returns: at least one address.
    /// - Throws: ``BenchError`` when there is no such node, or none answers.
    static func entrances(
        _ through: String, from addresses: [BenchAddress], on group: any EventLoopGroup
    ) async throws -> [BenchAddress] {
        let line = try await firstLine(addresses, group)
        let answer: RingEpoch?
        do {
            answer = try await line.epoch()
        } catch {
            await line.close()
            throw error
        }
        await line.close()
        let all =
            answer?.members.filter(\.canBeHome).map {
                (name: $0.name, address: BenchAddress(host: $0.host, port: $0.port))
            } ?? addresses.map { (name: $0.description, address: $0) }
        let found = all.filter {
            through == "all" || through == $0.name || through == $0.address.description
        }
        guard !found.isEmpty else { throw Self.noNode(through, among: all.map(\.name)) }
        return found.map(\.address)
    }

    private static func noNode(_ name: String, among names: [String]) -> BenchError {
        .plan(
            "there is no node \(name) to read through; there are "
                + names.joined(separator: ", "))
    }

    /// Closes the lines.
    func close() async {
        for node in nodes { await node.line.close() }
    }

    /// Finds the nodes that clients connect to.
    ///
    /// - Parameter through: `all`, a node's name or its address; nil is the first node.
    /// - Returns: the nodes, at least one.
    /// - Throws: ``BenchError/plan(_:)`` when there is no such node.
    func entrances(_ through: String?) throws(BenchError) -> [Node] {
        guard let through else { return Array(nodes.prefix(1)) }
        if through == "all" { return nodes }
        let found = nodes.filter { $0.name == through || $0.line.address.description == through }
        guard !found.isEmpty else {
            throw Self.noNode(through, among: nodes.map(\.name))
        }
        return found
    }

    // MARK: - Counters and settings

    /// What all nodes count at this moment; empty for other servers.
    func statuses() async throws -> [NodeStatus] {
        guard isRingmaster else { return [] }
        var statuses: [NodeStatus] = []
        for node in nodes {
            if let status = try await node.line.status() { statuses.append(status) }
        }
        return statuses
    }

    /// Changes a setting of the whole cluster.
    ///
    /// - Throws: ``BenchError/refused(_:_:)`` with the server's words.
    func set(_ name: String, to value: String) async throws {
        var words = ""
        for _ in 0..<Self.votesMax {
            let answer = try await nodes[0].line.ask("CONFIG", "SET", name, value)
            guard case .error(let reason) = answer else { return }
            words = reason
            // Another change was under way, or the vote was lost: nothing was done.
            guard reason.hasPrefix("TRYAGAIN") || reason.hasPrefix("CLUSTERDOWN") else { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw BenchError.refused(nodes[0].line.address, "CONFIG SET \(name) \(value): \(words)")
    }

    /// Lets all nodes act by these mechanisms, from empty caches on.
    func begin(_ coherence: Coherence, _ prefetching: Prefetching) async throws {
        guard hasCaches else { return }
        try await change(.off, .off)
        if coherence != .off || prefetching != .off { try await change(coherence, prefetching) }
    }

    /// Sets both mechanisms and waits until all nodes act by them.
    func change(_ coherence: Coherence, _ prefetching: Prefetching) async throws {
        try await set("coherence", to: coherence.rawValue)
        try await set("prefetching", to: prefetching.rawValue)
        let end = ContinuousClock.now + Self.switchPatience
        while true {
            let late = try await statuses().filter { !$0.isInForce(coherence, prefetching) }
            guard let first = late.first else { return }
            guard ContinuousClock.now < end else {
                throw BenchError.refused(
                    nodes[0].line.address,
                    "\(first.name) does not act by \(coherence.rawValue) and "
                        + "\(prefetching.rawValue) after \(Self.switchPatience)")
            }
            try await Task.sleep(for: Self.glance)
        }
    }

    /// Puts back what the bench changed.
    func restore() async throws {
        guard hasCaches, let settings else { return }
        try await change(settings.coherence, settings.prefetching)
        try await set("cache-bytes", to: String(settings.cacheBytes))
    }
}
