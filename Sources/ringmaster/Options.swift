import ArgumentParser
import Client
import FoundationEssentials
import LocalCluster

/// Which cluster a command is about.
struct ClusterOptions: ParsableArguments {
    /// What the cluster is called when nothing is said.
    static let defaultName = "demo"

    @Option(
        help: ArgumentHelp(
            "The cluster's name; its folder is ringmaster/NAME in your data folder.",
            valueName: "name"))
    var cluster: String = defaultName

    @Option(help: ArgumentHelp("The cluster's folder.", valueName: "folder"))
    var dir: String?

    @Option(
        help: ArgumentHelp("Any node of the cluster, here or elsewhere.", valueName: "host:port"))
    var at: Endpoint?

    @Option(
        help: ArgumentHelp("How long an operation may take, in seconds.", valueName: "seconds"))
    var timeout: Double = 5

    func validate() throws {
        if let why = LocalName.complaint(about: cluster) {
            throw ValidationError("--cluster: \(why)")
        }
        if dir?.isEmpty == true { throw ValidationError("--dir: name a folder") }
        guard timeout > 0, timeout <= 3_600 else {
            throw ValidationError("--timeout is more than 0 and at most 3600 seconds")
        }
    }

    /// The folder of the cluster on this machine.
    func folder() throws -> ClusterFolder {
        if let dir { return ClusterFolder(path: dir) }
        return try ClusterFolder(
            clusterNamed: cluster, environment: ProcessInfo.processInfo.environment)
    }

    /// The cluster's processes on this machine.
    func local() throws -> LocalCluster { LocalCluster(folder: try folder()) }

    /// Nodes to begin with: the one that was named, else all that the folder lists.
    func seeds() throws -> [Endpoint] {
        if let at { return [at] }
        let manifest = try local().manifest()
        return manifest.nodes.map { Endpoint(host: manifest.host, port: $0.port) }
    }

    /// That no node tells of the cluster, and what to do.
    var nobodyAnswers: Failure {
        if let at { return Failure(.notDone, "no node of Ringmaster's answers at \(at)") }
        return Failure(.notDone, "no node of \(cluster) answers; `ringmaster up` starts them")
    }

    /// A client of the cluster.
    func client() throws -> ClusterClient {
        var options = ClientOptions()
        options.deadline = .milliseconds(Int(timeout * 1_000))
        return ClusterClient(seeds: try seeds(), options: options)
    }

    /// Gives a client to work with and closes it afterwards.
    ///
    /// - Parameter work: what to do with it.
    /// - Returns: what the work returns.
    /// - Throws: what the work throws; or that no cluster was found.
    func withClient<Result>(_ work: (ClusterClient) async throws -> Result) async throws -> Result {
        let client = try client()
        do {
            let result = try await work(client)
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }
}

/// How a command's report looks.
struct OutputOptions: ParsableArguments {
    /// When to use colour.
    enum Color: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never, truecolor
        case palette256 = "256"
        case palette16 = "16"
    }

    @Flag(help: "Report as JSON.")
    var json = false

    @Option(help: "When to use colour; NO_COLOR is honoured.")
    var color: Color = .auto
}

extension Endpoint: ExpressibleByArgument {
    /// Reads `HOST:PORT`.
    public init?(argument: String) { self.init(argument) }
}
