import ArgumentParser
import Client

/// `ringmaster discover`.
struct DiscoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discover", abstract: "Look for nodes on a range of addresses and ports.",
        discussion: """
            RANGE is HOST,…:PORT,FIRST-LAST,… and may leave out either: 7100-7355, \
            127.0.0.1:7000-7999, 127.0.0.0/30:7101,7102, [::1]:7101. Without one it is \
            127.0.0.1:7100-7355. Each port is asked RING STATUS and INFO server, which change nothing. \
            With --json: {"range", "scanned", "milliseconds", "servers": [{"host", "port", "kind", \
            "product", "version", "greeting", "node": {"cluster", "clusterID", "id", "name", "epoch", \
            "incarnation", "state", "loaded"}}]}, where kind is ringmaster, redis, locked, tls, other or \
            silent, and what does not apply is left out. Exit code 1: no node of Ringmaster's was found.
            """)

    @Argument(
        help: ArgumentHelp("Where to look.", valueName: "range"),
        transform: { try DiscoveryRange(parsing: $0) })
    var range: DiscoveryRange = .standard

    @Option(
        help: ArgumentHelp("How long one port may take, in milliseconds.", valueName: "ms"))
    var timeout = 600

    @Flag(help: "Look on other machines too; then at most 200 ports a second.")
    var beyondLoopback = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (10...60_000).contains(timeout) else {
            throw ValidationError("--timeout is 10 to 60000 milliseconds")
        }
        guard range.isLoopback || beyondLoopback else {
            throw ValidationError(
                "\(range) is not on this machine alone; say --beyond-loopback to mean it")
        }
    }

    func run() async throws {
        var options = Discovery.Options()
        options.timeout = .milliseconds(timeout)
        let clock = ContinuousClock()
        let begin = clock.now
        let line = ScanLine()
        let found = await Discovery(range, options: options).scan { line.show($0) }
        line.clear()
        let took = clock.now - begin
        if output.json {
            StandardOutput.line(
                try JSONText.of(DiscoveryReport(range, found, took: took)))
        } else {
            show(found, took)
        }
        if !found.contains(where: { $0.node != nil }) { throw Failure(.no, "") }
    }

    private func show(_ found: [FoundServer], _ took: Duration) {
        let scanned =
            "\(Shown.number(range.count)) \(range.count == 1 ? "port" : "ports") in \(milliseconds(took)) ms"
        guard !found.isEmpty else {
            return StandardOutput.line("nothing listens on \(range): \(scanned)")
        }
        var table = Columns("ADDRESS", "KIND", "CLUSTER", "ID", "NODE", "EPOCH", "STATE")
        for server in found {
            if let node = server.node {
                table.add(
                    "\(server.endpoint)", "ringmaster", plain(node.clusterName),
                    plain(String(node.clusterID.prefix(8))), plain(node.name), "\(node.epoch)",
                    server.state)
            } else {
                table.add("\(server.endpoint)", server.words)
            }
        }
        StandardOutput.line(table.text)
        let clusters = FoundCluster.all(found).count
        StandardOutput.line(
            "\(clusters) \(clusters == 1 ? "cluster" : "clusters"), "
                + "\(found.count) \(found.count == 1 ? "server" : "servers"), \(scanned)")
    }

    private func plain(_ text: String) -> String { Shown.text(Array(text.utf8), limit: 64) }
}

/// The scan's progress, on one line of a terminal.
private struct ScanLine: Sendable {
    private let isTerminal = StandardError.isTerminal
    /// Ports between two times that the line is drawn.
    private static let step = 32

    func show(_ progress: Discovery.Progress) {
        guard isTerminal, progress.done % Self.step == 0 else { return }
        StandardError.write(
            "\r\(progress.done) of \(progress.total) ports, \(progress.found) servers\u{1B}[K")
    }

    func clear() {
        if isTerminal { StandardError.write("\r\u{1B}[K") }
    }
}

private func milliseconds(_ duration: Duration) -> Int {
    Int(duration / .milliseconds(1))
}

extension FoundServer {
    /// The state of a node in one word.
    fileprivate var state: String {
        guard let node else { return "" }
        if node.loaded < 1 { return "loading \(Int(node.loaded * 100)) %" }
        return node.state?.rawValue ?? "no member"
    }

    /// What a server is that is no node.
    fileprivate var words: String {
        switch kind {
        case .ringmaster: "ringmaster"
        case .redis(let product, let version): "\(product) \(version)"
        case .locked: "redis, wants a password"
        case .tls: "wants TLS"
        case .other(let greeting): greeting.isEmpty ? "other" : "other: \(greeting)"
        case .silent: "says nothing"
        }
    }
}

/// What `discover --json` prints.
private struct DiscoveryReport: Encodable {
    struct Server: Encodable {
        var host: String
        var port: Int
        var kind: String
        var product: String?
        var version: String?
        var greeting: String?
        var node: Node?

        init(_ server: FoundServer) {
            host = server.endpoint.host
            port = server.endpoint.port
            switch server.kind {
            case .ringmaster(let node):
                kind = "ringmaster"
                self.node = Node(node)
            case .redis(let product, let version):
                kind = "redis"
                self.product = product
                self.version = version
            case .locked: kind = "locked"
            case .tls: kind = "tls"
            case .other(let greeting):
                kind = "other"
                self.greeting = greeting
            case .silent: kind = "silent"
            }
        }
    }

    struct Node: Encodable {
        var cluster: String
        var clusterID: String
        var id: String
        var name: String
        var epoch: Int
        var incarnation: Int
        var state: String?
        var loaded: Double

        init(_ node: FoundNode) {
            cluster = node.clusterName
            clusterID = node.clusterID
            id = node.id.description
            name = node.name
            epoch = node.epoch
            incarnation = node.incarnation
            state = node.state?.rawValue
            loaded = node.loaded
        }
    }

    var range: String
    var scanned: Int
    var milliseconds: Int
    var servers: [Server]

    init(_ range: DiscoveryRange, _ found: [FoundServer], took: Duration) {
        self.range = range.description
        scanned = range.count
        milliseconds = Int(took / .milliseconds(1))
        servers = found.map(Server.init)
    }
}
