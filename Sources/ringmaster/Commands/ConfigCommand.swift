import ArgumentParser
import Client
import Ring

/// `ringmaster config`.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show or change the settings of the whole cluster.",
        discussion: """
            Settings are decided by vote and hold for all nodes at once. Times take units (2s, \
            500ms, 1m), rates too (12M). `config replicas N` changes the number of copies, which \
            copies slots: --plan shows what, and `ringmaster moves` how far it is.

            With --json: {"epoch", "settings": [{"name", "value", "default", "unit", "meaning", \
            "isFixed"}]}, where unit is milliseconds, bytes or null; of one setting that object alone; after a change {"name", "value"}, of \
            replicas as `leave`.
            """)

    @Argument(help: "The setting's name.")
    var name: String?
    @Argument(help: "Its new value.")
    var value: String?

    @OptionGroup var change: ChangeOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var epoch: Int
        var settings: [SettingText.Line]
    }

    func run() async throws {
        guard let value else { return try await show() }
        let name = (name ?? "").lowercased()
        let number = try SettingText.value(value, of: name)
        guard name == "replicas" else {
            if change.plan { throw Failure(.usage, "only a change of replicas has a plan") }
            return try await SettingChange(cluster: cluster, output: output).set(
                name, number, done: "\(name) is \(number)")
        }
        if let replicas = Int(number) { try await setReplicas(replicas) }
    }

    private func show() async throws {
        let epoch = try await cluster.withClient { try await $0.newestEpoch().get() }
        let lines = SettingText.lines(of: epoch.settings)
        guard let name else {
            let report = Report(epoch: epoch.number, settings: lines)
            return StandardOutput.line(output.json ? try JSONText.of(report) : text(lines))
        }
        guard let line = lines.first(where: { $0.name == name.lowercased() }) else {
            throw SettingText.noSetting(name)
        }
        StandardOutput.line(output.json ? try JSONText.of(line) : line.shown(line.value))
    }

    private func text(_ lines: [SettingText.Line]) -> String {
        var table = Columns("NAME", "VALUE", "DEFAULT", "MEANING")
        for line in lines {
            table.add(line.name, line.shown(line.value), line.shown(line.default), line.meaning)
        }
        return table.text
    }

    private func setReplicas(_ count: Int) async throws {
        let run = ChangeRun(cluster: cluster, change: change, output: output)
        let wish = RingRequest.set(name: "replicas", value: "\(count)")
        try await cluster.withClient { client in
            let plan = try await run.plan(wish, by: client)
            if try run.isPlanOnly(plan) { return }
            if plan.replicas.after < plan.replicas.before {
                try run.confirm("each key has \(count) copies then, and the others are dropped")
            }
            let report = try await run.carryOut(replicas: count, plan, by: client)
            try run.finish(
                report, done: count == 1 ? "each key has 1 copy" : "each key has \(count) copies")
        }
    }
}
