import ArgumentParser
import LocalCluster

/// `ringmaster ps`.
struct PsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps", abstract: "List the local nodes and their processes.",
        discussion: """
            With --json: [{"name", "host", "port", "pid", "state", "log"}], where state is running, \
            paused, exited or never started, and pid is null without a process.
            """)

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    private struct Line: Encodable {
        var name: String
        var host: String
        var port: Int
        var pid: Int?
        var state: String
        var log: String

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: Keys.self)
            try fields.encode(name, forKey: .name)
            try fields.encode(host, forKey: .host)
            try fields.encode(port, forKey: .port)
            try fields.encode(pid, forKey: .pid)
            try fields.encode(state, forKey: .state)
            try fields.encode(log, forKey: .log)
        }

        private enum Keys: CodingKey { case name, host, port, pid, state, log }
    }

    func run() async throws {
        let local = try cluster.local()
        try local.findUnrecorded()
        let processes = try local.processes()
        if output.json {
            let lines = processes.map {
                Line(
                    name: $0.name, host: $0.host, port: $0.port, pid: $0.pid,
                    state: word($0.state), log: $0.log)
            }
            return StandardOutput.line(try JSONText.of(lines))
        }
        var table = Columns("NODE", "ADDRESS", "PID", "STATE", "LOG")
        for process in processes {
            table.add(
                process.name, "\(process.host):\(process.port)",
                process.pid.map(String.init) ?? "–", state(process.state), process.log)
        }
        StandardOutput.line(table.text)
    }

    private func word(_ state: NodeProcess.State) -> String {
        switch state {
        case .running: "running"
        case .paused: "paused"
        case .exited: "exited"
        case .never: "never started"
        }
    }

    private func state(_ state: NodeProcess.State) -> String {
        if case .exited(let end?) = state { return "exited (\(end))" }
        return word(state)
    }
}
