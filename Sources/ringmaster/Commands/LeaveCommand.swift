import ArgumentParser
import Client
import LocalCluster
import Ring

/// `ringmaster leave`.
struct LeaveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leave",
        abstract: "Let a node hand its slots over to the others, and go.",
        discussion: """
            The others copy its slots while it serves them; then they take over in one step, the \
            node drops its data and its process ends. A local node's folder is then removed. ^C ends \
            the wait, not the change.

            With --json: {"change", "kind", "node", "outcome", "reason", "epoch"}, where outcome is \
            done, cancelled, failed or underWay. With --plan --json: {"kind", "node", "epoch", \
            "moves": [{"from", "to", "amount": {"slots", "keys", "bytes"}}], "total", "least", \
            "seconds", "loads": [{"node", "homeSlots": {"before", "after"}, "homeKeys", \
            "copySlots", "copyBytes"}], "replicas", "waitsBehind", "warnings"}.
            """)

    @Argument(help: "The node's name.")
    var node: String

    @OptionGroup var change: ChangeOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let run = ChangeRun(cluster: cluster, change: change, output: output)
        try await cluster.withClient { client in
            if try await forgetGone(client) { return }
            let plan = try await run.plan(.leave(node), by: client)
            if try run.isPlanOnly(plan) { return }
            try run.confirm("\(node) hands its slots over, and its process ends")
            try await noteLeaving(true)
            let report: ChangeReport
            do {
                report = try await run.carryOut(.leave(node), plan, by: client)
            } catch let failure as Failure where failure.status == .no {
                try await noteLeaving(false)
                throw failure
            }
            switch report.outcome {
            case "done": try await LocalNodeEnd(local: try cluster.local()).seeOff(node)
            case "underWay": break
            default: try await noteLeaving(false)
            }
            try run.finish(report, done: "\(node) has left")
        }
    }

    /// A local node that is no member any more needs no change of the ring.
    private func forgetGone(_ client: ClusterClient) async throws -> Bool {
        let local = try cluster.local()
        guard let manifest = try local.folder.manifest(),
            let entry = manifest.nodes.first(where: { $0.name == node })
        else { return false }
        let epoch = try await client.newestEpoch().get()
        // One that has never joined is its own `join`'s business.
        guard epoch.clusterID == manifest.id, epoch.member(named: node) == nil,
            entry.isJoining != true || entry.isLeaving == true
        else { return false }
        // Until all its slots are settled without it, its data may be the newest that there are.
        if !epoch.isForgotten(node) {
            throw Failure(
                .no,
                "\(node) is no member any more, and some slots are still being settled without it: "
                    + "its data are kept until then; `ringmaster status` shows it, wait and try again"
            )
        }
        if change.plan { throw Failure(.no, "\(node) is no member; only its folder is left") }
        let gone = try local.processes().first { $0.name == node }
        if gone?.isAlive == true {
            throw Failure(.no, "\(node) is no member, and its process still runs")
        }
        try ChangeRun(cluster: cluster, change: change, output: output).confirm(
            "\(node) is no member; this removes what is left in its folder")
        try await local.forget(node)
        try ChangeRun(cluster: cluster, change: change, output: output).finish(
            ChangeReport(change: nil, kind: "leave", node: node, outcome: "done"),
            done: "\(node) was no member any more; its folder is removed")
        return true
    }

    private func noteLeaving(_ isLeaving: Bool) async throws {
        let local = try cluster.local()
        guard try local.folder.manifest() != nil else { return }
        try await local.note(leaving: isLeaving, of: node)
    }
}

extension RingEpoch {
    /// Whether no node of that name is a member, or a former one that a slot's history still names.
    func isForgotten(_ name: String) -> Bool { !everyone.contains { $0.name == name } }
}
