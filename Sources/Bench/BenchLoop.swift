import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// One event loop of a bench with the connections that live on it.
struct BenchLoop: Sendable {
    /// How long a connection may take to come about.
    private static let connectTimeout = TimeAmount.seconds(5)

    private let eventLoop: any EventLoop
    private let crew: NIOLoopBound<Crew>

    /// Makes an event loop's part of a bench, without connections yet.
    ///
    /// - Parameters:
    ///   - eventLoop: where its connections live.
    ///   - clients: connections of all loops together.
    /// - Returns: the part.
    /// - Throws: that the event loop has ended.
    static func make(on eventLoop: any EventLoop, clients: Int) async throws -> BenchLoop {
        try await eventLoop.submit {
            BenchLoop(
                eventLoop: eventLoop,
                crew: NIOLoopBound(Crew(clients: clients), eventLoop: eventLoop))
        }.get()
    }

    /// Opens one more connection.
    ///
    /// - Parameters:
    ///   - client: its number in the whole bench, from 0.
    ///   - address: where to.
    ///   - pipeline: how many requests it keeps under way.
    /// - Throws: ``BenchError/connect(_:_:)``.
    func connect(client: Int, to address: BenchAddress, pipeline: Int) async throws {
        let crew = crew
        do {
            _ = try await ClientBootstrap(group: eventLoop)
                .connectTimeout(Self.connectTimeout)
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
                .channelOption(
                    .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 64 << 10)
                )
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let connection = BenchConnection(address: address, pipeline: pipeline)
                        try channel.pipeline.syncOperations.addHandler(connection)
                        crew.value.members.append((client, connection))
                    }
                }
                .connect(host: address.host, port: address.port).get()
        } catch {
            throw BenchError.connect(address, connectFailureWords(error))
        }
    }

    /// Carries out a load on all connections of this loop.
    func run(_ load: Load) async throws -> PhaseOutcome {
        let crew = crew
        return try await eventLoop.flatSubmit { crew.value.run(load, on: crew.eventLoop) }.get()
    }

    /// Asks for nothing more; the load ends when what is under way is answered.
    func finish() {
        eventLoop.execute { [crew] in
            for (_, connection) in crew.value.members { connection.finish() }
        }
    }

    /// Ends the load that runs, if one does.
    ///
    /// - Parameter reason: why, in words.
    func stop(_ reason: String) {
        eventLoop.execute { [crew] in crew.value.tally?.fail(reason) }
    }

    /// What this loop's connections have counted in the present load: answers and errors.
    func counts() async throws -> (done: Int, errors: Int) {
        try await eventLoop.submit { [crew] in
            guard let outcome = crew.value.tally?.outcome else { return (done: 0, errors: 0) }
            return (done: outcome.operations + outcome.errorCount, errors: outcome.errorCount)
        }.get()
    }

    /// Closes all connections.
    func close() async throws {
        try await eventLoop.submit { [crew] in
            for (_, connection) in crew.value.members { connection.close() }
        }.get()
    }
}

/// The connections of one event loop, and what they count; confined to that loop.
private final class Crew {
    let clients: Int
    var members: [(client: Int, connection: BenchConnection)] = []
    private(set) var tally: PhaseTally?

    init(clients: Int) {
        self.clients = clients
    }

    func run(_ load: Load, on eventLoop: any EventLoop) -> EventLoopFuture<PhaseOutcome> {
        let over = eventLoop.makePromise(of: Void.self)
        let tally = PhaseTally(load, connections: members.count, over: over)
        self.tally = tally
        let now = NIODeadline.now()
        for (client, connection) in members {
            let pace = load.rate.map {
                Pace(start: now, client: client, clients: clients, rate: $0)
            }
            connection.start(load.requests(client), tally, pace)
        }
        return over.futureResult.assumeIsolated().map { () -> PhaseOutcome in
            for (_, connection) in self.members { connection.stop() }
            self.tally = nil
            return tally.outcome
        }.nonisolated()
    }
}

/// Why a connection did not come about, without the words that only a programmer wants.
func connectFailureWords(_ error: any Error) -> String {
    guard let failure = error as? NIOConnectionError else { return "\(error)" }
    if let dns = failure.dnsAError ?? failure.dnsAAAAError, failure.connectionErrors.isEmpty {
        return "the name is not known (\(dns))"
    }
    guard let first = failure.connectionErrors.first?.error as? IOError else {
        return failure.connectionErrors.first.map { "\($0.error)" } ?? "\(failure)"
    }
    return String(cString: strerror(first.errnoCode))
}
