import Bytes
import NIOCore
import RESP
import Ring
import ServerCore

/// The CLUSTER commands, in the form that Redis Cluster clients expect. Only homes are listed:
/// clients that see replicas there take them for primaries.
extension NodeAnswers {
    func cluster(_ arguments: Arguments) -> NodeAnswer {
        let name = arguments.text(1).lowercased()
        if name == "keyslot", arguments.count == 3 {
            let slot = Slots.slot(of: arguments[2])
            return .now { $0.integer(slot) }
        }
        if name == "myid", arguments.count == 2 {
            let id = host.process.identity.id.description
            return .now { $0.bulk(id) }
        }
        guard let epoch = host.worker?.epoch else { return .error(StatusTexts.loading) }
        let me = host.process.number
        switch (name, arguments.count) {
        case ("slots", 2): return .now { ClusterView(epoch, me).writeSlots($0) }
        case ("shards", 2): return .now { ClusterView(epoch, me).writeShards($0) }
        case ("nodes", 2):
            return .now { $0.verbatim(ClusterView(epoch, me).nodesText) }
        case ("info", 2):
            return clusterInfo(epoch)
        case ("countkeysinslot", 3):
            guard let slot = parseDecimal(arguments[2]) else {
                return .error("ERR value is not an integer or out of range")
            }
            guard (0..<Slots.count).contains(slot) else { return .error("ERR Invalid slot") }
            return countKeys(slot)
        default:
            return unknownSubcommand(.cluster, arguments)
        }
    }

    private func countKeys(_ slot: Int) -> NodeAnswer {
        let counts = host.process.onEveryLoop(on: host.eventLoop) { host in
            host.worker?.keyCount(slot: slot) ?? 0
        }
        return .later(counts.map { Array(":\($0.reduce(0, +))\r\n".utf8) })
    }

    private func clusterInfo(_ epoch: RingEpoch) -> NodeAnswer {
        let hasAllHomes = epoch.arcs.allSatisfy { $0.present.home != nil }
        let served = epoch.arcs.reduce(0) { $0 + ($1.present.home == nil ? 0 : $1.slotCount) }
        let text = [
            "cluster_enabled:1",
            "cluster_state:\(hasAllHomes ? "ok" : "fail")",
            "cluster_slots_assigned:\(Slots.count)",
            "cluster_slots_ok:\(served)",
            "cluster_slots_pfail:0",
            "cluster_slots_fail:\(Slots.count - served)",
            "cluster_known_nodes:\(epoch.members.count)",
            "cluster_size:\(epoch.members.filter(\.canBeHome).count)",
            "cluster_current_epoch:\(epoch.number)",
            "cluster_my_epoch:\(epoch.number)",
        ].joined(separator: "\r\n")
        return .now { $0.verbatim(text + "\r\n") }
    }
}

/// An epoch as Redis Cluster's replies.
struct ClusterView {
    let epoch: RingEpoch
    let me: Int

    init(_ epoch: RingEpoch, _ me: Int) {
        self.epoch = epoch
        self.me = me
    }

    /// Runs of slots with the same home, ascending; slots without one are left out.
    private var runs: [(first: Int, last: Int, home: Member)] {
        var runs: [(first: Int, last: Int, home: Member)] = []
        for arc in epoch.arcs {
            guard let home = arc.present.home.flatMap({ epoch.member(number: $0) }) else {
                continue
            }
            if let last = runs.last, last.home.number == home.number, last.last == arc.first - 1 {
                runs[runs.count - 1].last = arc.last
            } else {
                runs.append((arc.first, arc.last, home))
            }
        }
        return runs
    }

    func writeSlots(_ writer: ReplyWriter) {
        let runs = runs
        writer.array(runs.count)
        for run in runs {
            writer.array(3)
            writer.integer(run.first)
            writer.integer(run.last)
            writer.array(4)
            writer.bulk(run.home.host)
            writer.integer(run.home.port)
            writer.bulk(run.home.id.description)
            writer.array(0)
        }
    }

    func writeShards(_ writer: ReplyWriter) {
        let homes = epoch.members.filter { member in
            epoch.arcs.contains { $0.present.home == member.number }
        }
        let runs = runs
        writer.array(homes.count)
        for home in homes {
            let own = runs.filter { $0.home.number == home.number }
            writer.map(2)
            writer.bulk("slots")
            writer.array(own.count * 2)
            for run in own {
                writer.integer(run.first)
                writer.integer(run.last)
            }
            writer.bulk("nodes")
            writer.array(1)
            writer.map(7)
            writer.bulk("id")
            writer.bulk(home.id.description)
            writer.bulk("port")
            writer.integer(home.port)
            writer.bulk("ip")
            writer.bulk(home.host)
            writer.bulk("endpoint")
            writer.bulk(home.host)
            writer.bulk("role")
            writer.bulk("master")
            writer.bulk("replication-offset")
            writer.integer(0)
            writer.bulk("health")
            writer.bulk("online")
        }
    }

    var nodesText: String {
        let runs = runs
        return epoch.members.map { member in
            var flags = member.number == me ? "myself,master" : "master"
            if !member.canBeHome { flags += ",fail" }
            let ranges = runs.filter { $0.home.number == member.number }.map { run in
                run.first == run.last ? " \(run.first)" : " \(run.first)-\(run.last)"
            }
            return "\(member.id) \(member.host):\(member.port)@\(member.port),\(member.name) "
                + "\(flags) - 0 0 \(epoch.number) \(member.canBeHome ? "connected" : "disconnected")"
                + ranges.joined() + "\n"
        }.joined()
    }
}
