import NIOCore
import RESP
import Ring

/// A client of a whole cluster: routes each key to its home, tries again what is safe to try again,
/// and says «unknown» where it cannot know.
///
/// Any number of operations may run at once; those to one node share a pipelined connection.
public actor ClusterClient {
    /// How it connects, waits and tries again.
    public nonisolated let options: ClientOptions
    private let seeds: [Endpoint]
    private var known: ClusterTopology?
    private var learning: Task<Result<ClusterTopology, NodeConnection.Failure>, Never>?
    private var connections: [Endpoint: Task<Result<NodeConnection, NodeConnection.Failure>, Never>]
    private var generator = SystemRandomNumberGenerator()

    /// Makes a client; nothing is sent before the first operation.
    ///
    /// - Parameters:
    ///   - seeds: nodes of the cluster, of which one must answer.
    ///   - options: how to connect, wait and try again.
    public init(seeds: [Endpoint], options: ClientOptions = ClientOptions()) {
        self.seeds = seeds
        self.options = options
        connections = [:]
    }

    /// Closes all connections.
    ///
    /// Operations that are under way end with what is then known of them.
    public func close() async {
        let open = connections.values
        connections = [:]
        for task in open {
            if case .success(let connection) = await task.value { connection.close() }
        }
    }

    /// What the client knows of the cluster, asked for when it knows nothing yet.
    public func topology() async -> Outcome<ClusterTopology> {
        switch await currentTopology() {
        case .success(let topology): .done(topology)
        case .failure(let failure): .notDone(failure.text)
        }
    }

    /// What the client knows of the cluster after having asked for it anew.
    public func newestTopology() async -> Outcome<ClusterTopology> {
        switch await learn() {
        case .success(let topology): .done(topology)
        case .failure(let failure): .notDone(failure.text)
        }
    }

    /// Asks one certain node, once.
    public func ask(_ endpoint: Endpoint, _ words: [[UInt8]]) async -> Outcome<RESPValue> {
        let limit = NIODeadline.now() + TimeAmount(options.deadline)
        let exchange = await exchange(with: endpoint, words, before: limit)
        switch Judgement.of(exchange, isRead: false) {
        case .answer(let value): return .done(value)
        case .again(let reason, _), .refused(let reason): return .notDone(reason)
        case .unknown(let reason): return .unknown(reason)
        }
    }

    /// Carries a request out wherever its slot is served.
    ///
    /// - Parameters:
    ///   - request: what to do.
    ///   - deadline: how long it may take, where that is not what the options say.
    /// - Returns: the server's answer, or what became of the request.
    func perform(_ request: Request, deadline: Duration? = nil) async -> Outcome<RESPValue> {
        var options = options
        if let deadline { options.deadline = deadline }
        var attempts = Attempts(options: options, isRead: request.isRead)
        while true {
            let endpoint: Endpoint
            switch await nextEndpoint(for: request, &attempts) {
            case .success(let next): endpoint = next
            case .failure(let failure):
                // Where nothing listens nothing will; but a node that is busy or loading may answer.
                if failure.isRefused { return .notDone(failure.text) }
                attempts.failed(at: nil, failure.text, .relearn)
                if let end = await pause(&attempts) { return end }
                continue
            }
            let exchange = await exchange(
                with: endpoint, request.words, before: attempts.limit, silence: attempts.silence,
                isAsking: attempts.isAsking)
            switch Judgement.of(exchange, isRead: request.isRead) {
            case .answer(let value): return .done(value)
            case .refused(let reason): return .notDone(reason)
            case .unknown(let reason): return .unknown("\(endpoint): \(reason)")
            case .again(let reason, let redirection):
                attempts.failed(at: endpoint, reason, redirection)
                if let end = await pause(&attempts) { return end }
            }
        }
    }

    private func nextEndpoint(
        for request: Request, _ attempts: inout Attempts
    ) async -> Result<Endpoint, NodeConnection.Failure> {
        if let redirected = attempts.takeRedirection() { return .success(redirected) }
        // A ring that led astray is asked for anew; while nobody answers, the old one must do.
        let learnt = attempts.count == 0 ? await currentTopology() : await learn()
        let topology: ClusterTopology
        switch learnt {
        case .success(let current): topology = current
        case .failure(let failure):
            guard let known else { return .failure(failure) }
            topology = known
        }
        guard let next = attempts.choose(among: topology.candidates(forSlot: request.slot)) else {
            return .failure(NodeConnection.Failure(text: "no node serves this slot"))
        }
        return .success(next)
    }

    /// Waits before the next try; an outcome when there is no time for one.
    private func pause(_ attempts: inout Attempts) async -> Outcome<RESPValue>? {
        let wait = attempts.wait(using: &generator)
        // A try without time for its answer would only turn «not done» into «unknown».
        guard NIODeadline.now() + TimeAmount(wait + options.deadline / 10) < attempts.limit else {
            return .notDone(attempts.summary)
        }
        guard wait > .zero else { return nil }
        do {
            try await Task.sleep(for: wait)
            return nil
        } catch {
            return .notDone("given up")
        }
    }

    // MARK: Connections

    private func exchange(
        with endpoint: Endpoint, _ words: [[UInt8]], before limit: NIODeadline,
        silence: Duration? = nil, isAsking: Bool = false
    ) async -> Exchange {
        switch await connection(to: endpoint) {
        case .success(let connection):
            return await connection.send(
                words, before: limit, silence: silence, isAsking: isAsking)
        case .failure(let failure):
            return failure.isRefused
                ? .refused("\(endpoint): \(failure.text)")
                : .notSent("\(endpoint): \(failure.text)")
        }
    }

    /// A connection that takes requests; callers that come meanwhile share the one being made.
    private func connection(
        to endpoint: Endpoint
    ) async -> Result<NodeConnection, NodeConnection.Failure> {
        if let present = connections[endpoint] {
            let result = await present.value
            if case .success(let connection) = result, connection.isUsable { return result }
            // Whoever comes first replaces it; the others find the new one.
            if connections[endpoint] == present { connections[endpoint] = nil }
            if let newer = connections[endpoint] { return await newer.value }
        }
        let timeout = options.connectTimeout
        let task = Task { await NodeConnection.connect(to: endpoint, timeout: timeout) }
        connections[endpoint] = task
        return await task.value
    }

    // MARK: The ring

    private func currentTopology() async -> Result<ClusterTopology, NodeConnection.Failure> {
        if let known { return .success(known) }
        return await learn()
    }

    /// Asks for the ring; callers that come meanwhile share the answer.
    private func learn() async -> Result<ClusterTopology, NodeConnection.Failure> {
        if let learning { return await learning.value }
        let task = Task { await learnNow() }
        learning = task
        let result = await task.value
        learning = nil
        return result
    }

    private func learnNow() async -> Result<ClusterTopology, NodeConnection.Failure> {
        var endpoints = (known?.nodes ?? []).shuffled(using: &generator)
        for seed in seeds where !endpoints.contains(seed) { endpoints.append(seed) }
        guard !endpoints.isEmpty else {
            return .failure(NodeConnection.Failure(text: "no node's address is known"))
        }
        let result = await firstTopology(of: endpoints)
        if case .success(let topology) = result { adopt(topology) }
        if let known { return .success(known) }
        return result
    }

    /// Asks the nodes one after the other, each a little after the one before, so that a hung one
    /// costs little, and takes the first ring that is told.
    private func firstTopology(
        of endpoints: [Endpoint]
    ) async -> Result<ClusterTopology, NodeConnection.Failure> {
        await withTaskGroup(
            of: Result<ClusterTopology, NodeConnection.Failure>.self
        ) { group in
            for (index, endpoint) in endpoints.prefix(ClientOptions.nodesMax).enumerated() {
                group.addTask {
                    do {
                        try await Task.sleep(for: .milliseconds(50 * index))
                    } catch {
                        return .failure(NodeConnection.Failure(text: "given up"))
                    }
                    return await self.askTopology(endpoint)
                }
            }
            var failures: [String] = []
            var isRefused = true
            for await result in group {
                switch result {
                case .success:
                    group.cancelAll()
                    return result
                case .failure(let failure):
                    failures.append(failure.text)
                    isRefused = isRefused && failure.isRefused
                }
            }
            let shown = failures.prefix(5).joined(separator: "; ")
            let more = failures.count > 5 ? "; and \(failures.count - 5) more" : ""
            return .failure(
                NodeConnection.Failure(
                    text: "no node answers: \(shown)\(more)", isRefused: isRefused))
        }
    }

    private func adopt(_ topology: ClusterTopology) {
        if let old = known?.epoch, let new = topology.epoch,
            old.clusterID == new.clusterID, old.number > new.number
        {
            return
        }
        known = topology
    }

    /// Asks one node for the ring: in Ringmaster's words, and if it has not those, in Redis's.
    private func askTopology(
        _ endpoint: Endpoint
    ) async -> Result<ClusterTopology, NodeConnection.Failure> {
        let limit = NIODeadline.now() + TimeAmount(options.connectTimeout)
        func ask(_ words: String...) async -> Exchange {
            await exchange(
                with: endpoint, words.map { Array($0.utf8) }, before: limit)
        }
        let topology: ClusterTopology?
        switch await ask("RING", "EPOCH") {
        case .reply(.error(let text)) where text.hasPrefix("ERR "):
            switch await ask("CLUSTER", "SLOTS") {
            // What a Redis server says that is no cluster's: ERR This instance has cluster …
            case .reply(.error(let text)) where text.hasPrefix("ERR "):
                topology = ClusterTopology(single: endpoint)
            case .reply(let value):
                topology = ClusterTopology(clusterSlots: value, from: endpoint)
            case let other: return failure(of: other, at: endpoint)
            }
        case .reply(.error(let text)):
            return .failure(NodeConnection.Failure(text: "\(endpoint): \(text)"))
        case .reply(let value):
            topology = value.decoded(as: RingEpoch.self).flatMap { ClusterTopology($0) }
        case let other: return failure(of: other, at: endpoint)
        }
        guard let topology else {
            return .failure(NodeConnection.Failure(text: "\(endpoint) tells no valid ring"))
        }
        return .success(topology)
    }

    private func failure(
        of exchange: Exchange, at endpoint: Endpoint
    ) -> Result<ClusterTopology, NodeConnection.Failure> {
        let text =
            switch exchange {
            case .reply(let value): "\(endpoint): \(value)"
            case .refused(let reason), .notSent(let reason): reason
            case .lost(let reason): "\(endpoint): \(reason)"
            case .timedOut: "\(endpoint): no answer in time"
            }
        let isRefused = if case .refused = exchange { true } else { false }
        return .failure(NodeConnection.Failure(text: text, isRefused: isRefused))
    }
}
