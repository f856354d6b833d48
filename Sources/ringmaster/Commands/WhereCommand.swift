import ArgumentParser
import Client
import Ring

/// `ringmaster where`.
struct WhereCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "where", abstract: "Say which slot, home and successors a key has.",
        discussion: """
            With --json: {"slot", "generation", "epoch", "home": {"name", "host", "port"} or null, \
            "successors": […], "down": […]} and the key in "key" or "keyBase64".
            """)

    @Argument(help: "The key, whether it exists or not: any bytes.")
    var key: ByteArgument

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let topology = try await cluster.withClient { try await $0.newestTopology().get() }
        let place = KeyPlace(of: key.bytes, in: topology)
        StandardOutput.line(output.json ? try JSONText.of(place) : place.text)
    }
}

/// Where a key belongs.
struct KeyPlace: Encodable {
    struct Node: Encodable {
        var name: String
        var host: String
        var port: Int

        init(_ member: Member) {
            name = member.name
            host = member.host
            port = member.port
        }

        init(_ endpoint: Endpoint) {
            name = endpoint.description
            host = endpoint.host
            port = endpoint.port
        }
    }

    var key: String?
    var keyBase64: String?
    var slot: Int
    var epoch: Int?
    var generation: Int?
    var home: Node?
    var successors: [Node]
    /// Members of the replica set that are down.
    var down: [Node]

    init(of bytes: [UInt8], in topology: ClusterTopology) {
        (key, keyBase64) = KeyReportLine.fields(bytes)
        slot = bytes.withUnsafeBytes { Slots.slot(of: $0) }
        guard let ring = topology.epoch else {
            let nodes = topology.endpoints(servingSlot: slot)
            home = nodes.first.map(Node.init)
            successors = []
            down = []
            return
        }
        epoch = ring.number
        generation = ring.generation(of: slot)
        let homeNumber = ring.home(of: slot)
        let members = ring.replicas(of: slot).compactMap { ring.member(number: $0) }
        home = members.first { $0.number == homeNumber }.map(Node.init)
        successors = members.filter { $0.number != homeNumber && $0.canBeHome }.map(Node.init)
        down = members.filter { !$0.canBeHome }.map(Node.init)
    }

    var text: String {
        var words = ["slot \(Shown.number(slot)) → home \(home?.name ?? "none")"]
        if let home, epoch != nil {
            words[0] += " (\(Endpoint(host: home.host, port: home.port)))"
        }
        if !successors.isEmpty {
            words.append("successors " + successors.map(\.name).joined(separator: " "))
        }
        if !down.isEmpty { words.append("down " + down.map(\.name).joined(separator: " ")) }
        if let generation { words.append("generation \(generation)") }
        return words.joined(separator: ", ")
    }
}
