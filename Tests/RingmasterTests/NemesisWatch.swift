import Client
import NIOConcurrencyHelpers
import Ring

/// Follows a cluster through its faults: who is well, and how often others took a node's slots
/// over.
final class NemesisWatch: Sendable {
    fileprivate struct State {
        var epoch: RingEpoch?
        /// The last epoch in which each node was up.
        var lastUp: [String: RingEpoch] = [:]
        var well: Set<String> = []
        var isLevel = false
        var takeovers = 0
    }

    private let monitor: ClusterMonitor
    private let state = NIOLockedValueBox(State())

    init(_ cluster: TestCluster) {
        monitor = ClusterMonitor(seeds: cluster.endpoints, clusterName: cluster.name)
    }

    /// Follows until the task is cancelled.
    func run() async {
        for await snapshot in monitor.snapshots() {
            guard let epoch = snapshot.epoch, let status = ClusterStatus(snapshot) else { continue }
            state.withLockedValue { $0.take(epoch, status) }
        }
    }

    /// Nodes that are up and answer.
    var well: Set<String> { state.withLockedValue { $0.well } }

    /// Whether all nodes are up, all slots settled, and no copy lacks anything.
    var isLevel: Bool { state.withLockedValue { $0.isLevel } }

    /// Epochs in which others became home of a member's slots because it was not up any more; of
    /// several epochs between two looks only one counts.
    var takeovers: Int { state.withLockedValue { $0.takeovers } }

    /// The keys that a node is home of or, when it is not up, was home of when it last was.
    func keys(at node: String, among keys: [[UInt8]]) -> [[UInt8]] {
        guard let epoch = state.withLockedValue({ $0.lastUp[node] }),
            let member = epoch.member(named: node)
        else { return [] }
        return keys.filter { key in
            key.withUnsafeBytes { epoch.home(of: Slots.slot(of: $0)) } == member.number
        }
    }

    /// Whether the newest epoch lists a node.
    func isMember(_ node: String) -> Bool {
        state.withLockedValue { $0.epoch?.member(named: node) != nil }
    }

    /// The number of the newest epoch.
    var epoch: Int { state.withLockedValue { $0.epoch?.number ?? 0 } }
}

extension NemesisWatch.State {
    fileprivate mutating func take(_ new: RingEpoch, _ status: ClusterStatus) {
        well = Set(
            status.nodes.filter { $0.state == .up && $0.contact == "reachable" }.map(\.name))
        isLevel =
            well.count == status.nodes.count && status.slots.settled == Slots.count
            && status.slots.underReplicated == 0 && status.slots.unavailable == 0
        guard new.number != epoch?.number else { return }
        if let epoch, Self.isTakeover(from: epoch, to: new) { takeovers += 1 }
        epoch = new
        for member in new.members where member.state == .up { lastUp[member.name] = new }
    }

    /// Whether slots went from a member to another that is home in its stead.
    private static func isTakeover(from old: RingEpoch, to new: RingEpoch) -> Bool {
        new.arcs.contains { arc in
            guard let before = old.home(of: arc.first), let now = arc.present.home else {
                return false
            }
            return now != before && new.member(number: before)?.state != .up
        }
    }
}
