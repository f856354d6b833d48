import Foundation
import Ring

/// Founding: epoch 1 is written into all directories before any node starts.
public enum Founding {
    /// One of the first nodes.
    public struct Node: Sendable {
        /// What people will call it.
        public var name: String
        /// Its directory, absent or empty.
        public var directory: String
        /// The address it will listen on.
        public var host: String
        /// Its TCP port.
        public var port: Int

        /// Makes a node to be.
        public init(name: String, directory: String, host: String, port: Int) {
            self.name = name
            self.directory = directory
            self.host = host
            self.port = port
        }
    }

    /// Makes the directories of a new cluster.
    ///
    /// - Parameters:
    ///   - clusterID: 32 hexadecimal digits, random.
    ///   - clusterName: what people will call it.
    ///   - replicas: copies of each key, 1 to 7.
    ///   - nodes: the first nodes, at least one.
    /// - Throws: `StorageFailure` when a directory cannot be made, is in use or is not empty.
    public static func found(
        clusterID: String, clusterName: String, replicas: Int, nodes: [Node]
    ) throws {
        var settings = ClusterSettings()
        settings.replicas = replicas
        var generator = SystemRandomNumberGenerator()
        let identities = nodes.map { _ in NodeID(random: &generator) }
        let epoch = RingEpoch.founding(
            clusterID: clusterID, clusterName: clusterName, settings: settings,
            nodes: zip(identities, nodes).map { id, node in
                (id: id, name: node.name, host: node.host, port: node.port)
            })
        let json = [UInt8](try JSONEncoder().encode(epoch))
        for (id, node) in zip(identities, nodes) {
            let identity = NodeIdentity(
                id: id, name: node.name, host: node.host, port: node.port, clusterID: clusterID,
                clusterName: clusterName)
            guard let member = epoch.member(id: id) else { continue }
            try DataDirectory.found(
                node.directory, identity: identity, epoch: json,
                slots: heldSlots(member.number, epoch))
        }
    }

    /// The slots that a member holds a copy of, as ascending runs.
    private static func heldSlots(_ member: Int, _ epoch: RingEpoch) -> [ClosedRange<Int>] {
        var runs: [ClosedRange<Int>] = []
        for arc in epoch.arcs where arc.present.replicas.contains(member) {
            if let last = runs.last, last.upperBound == arc.first - 1 {
                runs[runs.count - 1] = last.lowerBound...arc.last
            } else {
                runs.append(arc.first...arc.last)
            }
        }
        return runs
    }

    /// A random cluster id.
    public static func clusterID() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef")
        return String((0..<32).map { _ in digits[Int.random(in: 0..<16, using: &generator)] })
    }
}
