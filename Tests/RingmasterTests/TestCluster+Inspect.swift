import Checker
import Client
import RESP
import Ring

/// What the nodes themselves say, asked over their ports.
extension TestCluster {
    /// Options of a client that outwaits a takeover on a busy machine.
    static var patient: ClientOptions {
        var options = ClientOptions()
        options.deadline = .seconds(60)
        options.connectTimeout = .seconds(10)
        return options
    }

    /// Where a node listens.
    func endpoint(of node: String) throws -> Endpoint {
        let number = try local.manifest().nodes.firstIndex { $0.name == node }
        guard let number else { throw TimedOut(what: "a node named \(node)") }
        return endpoints[number]
    }

    /// Asks one node for a JSON document.
    func report<Report: Decodable & Sendable>(
        _ words: String..., from node: Endpoint, by client: ClusterClient
    ) async throws -> Report {
        let outcome = await client.ask(node, words.map { Array($0.utf8) })
        guard case .done(let reply) = outcome, let report = reply.decoded(as: Report.self) else {
            throw Refused(words: words, node: node, outcome: outcome)
        }
        return report
    }

    /// The epoch that a node has adopted.
    func epoch(
        at node: Endpoint, by client: ClusterClient
    ) async throws -> RingEpoch {
        try await report("RING", "EPOCH", from: node, by: client)
    }

    /// Waits until all nodes are in one epoch and all copies of each slot are the same: base,
    /// position and digest.
    ///
    /// - Throws: ``TimedOut`` with the first slots that differ.
    func untilCopiesAreEqual(by client: ClusterClient) async throws {
        var differences: [String] = []
        do {
            try await RingmasterTests.until("all copies are equal", within: .seconds(60)) {
                differences = try await unequalCopies(by: client)
                return differences.isEmpty
            }
        } catch is TimedOut {
            throw TimedOut(what: "equal copies; \(differences.prefix(5))")
        }
    }

    private func unequalCopies(by client: ClusterClient) async throws -> [String] {
        let epoch = try await epoch(at: endpoints[0], by: client)
        var copies: [Int: [Int: CopyReport]] = [:]
        for member in epoch.members {
            let node = Endpoint(host: member.host, port: member.port)
            guard try await self.epoch(at: node, by: client).number == epoch.number else {
                return ["\(member.name) is in another epoch"]
            }
            let reports: [CopyReport] = try await report(
                "RING", "COPIES", "0", "\(Slots.count - 1)", from: node, by: client)
            copies[member.number] = Dictionary(uniqueKeysWithValues: reports.map { ($0.slot, $0) })
        }
        return (0..<Slots.count).compactMap { slot in
            let replicas = epoch.replicas(of: slot)
            let held = replicas.map { copies[$0]?[slot] }
            guard let first = held[0], first.base > 0 else { return "slot \(slot) has no base" }
            guard !held.allSatisfy({ $0 == first }) else { return nil }
            return "slot \(slot) of \(replicas): \(held)"
        }
    }

    /// Reads keys through one node and names those that lost an acknowledged write.
    ///
    /// - Parameters:
    ///   - history: all that was written; it has come to rest.
    ///   - node: the node that is asked for every key.
    ///   - client: asks, again and again where the node says «not done».
    /// - Returns: the losses.
    /// - Throws: ``TimedOut`` when a key cannot be read.
    func lost(
        in history: History, through node: Endpoint, by client: ClusterClient
    ) async throws -> [LostWrite] {
        let keys = Array(Set(history.operations.map(\.key)))
        var values: [[UInt8]: [UInt8]] = [:]
        try await withThrowingTaskGroup(of: [([UInt8], [UInt8]?)].self) { group in
            let lanes = 32
            for lane in 0..<lanes {
                group.addTask {
                    var found: [([UInt8], [UInt8]?)] = []
                    for index in stride(from: lane, to: keys.count, by: lanes) {
                        found.append((keys[index], try await read(keys[index], node, client)))
                    }
                    return found
                }
            }
            for try await lane in group {
                for (key, value) in lane { values[key] = value }
            }
        }
        return AcknowledgedWrites.lost(in: history) { values[$0] }
    }

    private func read(
        _ key: [UInt8], _ node: Endpoint, _ client: ClusterClient
    ) async throws -> [UInt8]? {
        var answer: [UInt8]??
        try await RingmasterTests.until("an answer to a read through \(node)") {
            if case .answered(.value(let value)) = await client.carryOut(
                .get, on: key, through: node)
            {
                answer = .some(value)
            }
            return answer != nil
        }
        return answer ?? nil
    }
}

/// A node did not answer as it should.
struct Refused: Error, CustomStringConvertible {
    var words: [String]
    var node: Endpoint
    var outcome: Client.Outcome<RESPValue>

    var description: String { "\(words) at \(node): \(String("\(outcome)".prefix(500)))" }
}
