import Foundation
import RESP
import Ring

/// What the bench needs of a node's answer to `RING STATUS`.
///
/// It asks for less than ``NodeReport`` has, so that nodes without caches can be measured, too.
struct NodeStatus: Sendable, Codable, Equatable {
    /// The node's name.
    var name: String
    /// The start of its process; counters begin with it.
    var incarnation: Int
    /// User and kernel time in milliseconds.
    var processorMilliseconds: Int
    /// What its copies do; nil when it knows none.
    var caches: CacheReport?

    /// Whether it acts by these mechanisms.
    func isInForce(_ coherence: Coherence, _ prefetching: Prefetching) -> Bool {
        guard let caches else { return coherence == .off && prefetching == .off }
        return caches.coherence == coherence && caches.prefetching == prefetching
    }
}

extension NodeLine {
    /// Asks a node of Ringmaster for its state; nil from another server.
    func status() async throws -> NodeStatus? {
        try decoded(NodeStatus.self, await ask("RING", "STATUS"))
    }

    /// Asks for the newest epoch that the server knows; nil from another server.
    func epoch() async throws -> RingEpoch? {
        try decoded(RingEpoch.self, await ask("RING", "EPOCH"))
    }

    /// Asks a node what it is to a key: `home`, `successor` or `none`.
    func role(ofKey key: String) async throws -> String? {
        struct Answer: Decodable { var role: String }
        return try decoded(Answer.self, await ask("RING", "KEY", key))?.role
    }

    private func decoded<Value: Decodable>(
        _ type: Value.Type, _ answer: RESPValue
    ) throws -> Value? {
        let text: [UInt8]
        switch answer {
        case .bulk(let bytes): text = bytes
        case .verbatim(_, let bytes): text = bytes
        default: return nil
        }
        do {
            return try JSONDecoder().decode(type, from: Data(text))
        } catch {
            throw BenchError.refused(address, "an answer that is not understood: \(error)")
        }
    }
}
