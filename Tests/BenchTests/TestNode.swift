import Foundation
import Ring

@testable import Bench

/// What makes a test server a node of Ringmaster: epoch, state, settings, roles of keys.
struct TestNode: Sendable {
    /// Whether it knows caches.
    var hasCaches = true
    /// Whether its reads answer what a key had before its last write.
    var isStale = false
    /// A coherence that it refuses.
    var refused: Coherence?
    /// A coherence that it says yes to and never acts by.
    var ignored: Coherence?
    /// Keeps silent from the so manieth read on.
    var readsMax = Int.max

    /// The answer to what only a node answers; nil for what any server does.
    func answer(_ arguments: [[UInt8]], _ store: Store, port: Int) -> String? {
        let words = arguments.map { String(decoding: $0, as: UTF8.self) }
        if words[0] == "GET" { return read(arguments[1], store) }
        guard words[0] == "RING" || words[0] == "CONFIG" else { return nil }
        store.commands.append(words.joined(separator: " "))
        switch (words[0], words[1]) {
        case ("RING", "EPOCH"): return json(epoch(port))
        case ("RING", "STATUS"): return json(status(store))
        case ("RING", "KEY"):
            // Odd keys are somebody else's.
            let isForeign = "13579".contains(words[2].last ?? "0")
            return json(["role": isForeign ? "none" : "home"])
        case ("CONFIG", "SET"):
            if words[3] == refused?.rawValue { return "-ERR \(words[3]) is not to be had\r\n" }
            if words[3] != ignored?.rawValue { store.settings[words[2]] = words[3] }
            return "+OK\r\n"
        default: return "-ERR\r\n"
        }
    }

    private func read(_ key: [UInt8], _ store: Store) -> String? {
        store.reads += 1
        if store.reads > readsMax { return "" }
        guard isStale, let value = store.formerValues[key] else { return nil }
        return "$\(value.count)\r\n\(String(decoding: value, as: UTF8.self))\r\n"
    }

    private func status(_ store: Store) -> NodeStatus {
        var caches = CacheReport()
        caches.coherence = Coherence(rawValue: store.settings["coherence"] ?? "") ?? .off
        caches.prefetching = Prefetching(rawValue: store.settings["prefetching"] ?? "") ?? .off
        caches.reads = store.reads
        caches.hits = caches.coherence == .off ? 0 : store.reads / 2
        caches.messages.readsForwarded = store.reads
        return NodeStatus(
            name: "n1", incarnation: 1, processorMilliseconds: store.reads,
            caches: hasCaches ? caches : nil)
    }

    private func epoch(_ port: Int) -> RingEpoch {
        var generator = SystemRandomNumberGenerator()
        var settings = ClusterSettings()
        settings.coherence = .ttl
        settings.prefetching = .popular
        settings.cacheBytes = 1_000
        return RingEpoch.founding(
            clusterID: String(repeating: "0", count: 32), clusterName: "test", settings: settings,
            nodes: [(NodeID(random: &generator), "n1", "127.0.0.1", port)])
    }

    private func json(_ value: some Encodable) -> String {
        do {
            let text = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
            return "$\(text.utf8.count)\r\n\(text)\r\n"
        } catch {
            return "-ERR \(error)\r\n"
        }
    }
}
