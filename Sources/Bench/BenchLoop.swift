import NIOCore

/// One event loop of a bench with the connections that live on it.
struct BenchLoop: Sendable {
    private let crew: NIOLoopBound<BenchCrew>

    private var eventLoop: any EventLoop { crew.eventLoop }

    /// Makes an event loop's part of a bench, without connections yet.
    ///
    /// - Parameters:
    ///   - eventLoop: where its connections live.
    ///   - servers: where to.
    /// - Returns: the part.
    /// - Throws: that the event loop has ended.
    static func make(on eventLoop: any EventLoop, servers: BenchServers) async throws -> BenchLoop {
        try await eventLoop.submit {
            let crew = BenchCrew(on: eventLoop, servers: servers)
            return BenchLoop(crew: NIOLoopBound(crew, eventLoop: eventLoop))
        }.get()
    }

    /// Opens one more connection, to the first server in turn that accepts it.
    ///
    /// - Parameter client: its number in the whole bench, from 0.
    /// - Throws: ``BenchError/connect(_:_:)`` when none does.
    func open(client: Int) async throws {
        try await eventLoop.flatSubmit { [crew] in crew.value.open(client: client) }.get()
    }

    /// Carries out a load on all connections of this loop.
    func run(_ load: Load) async throws -> PhaseOutcome {
        try await eventLoop.flatSubmit { [crew] in crew.value.run(load) }.get()
    }

    /// Asks for nothing more; the load ends when what is under way is answered.
    func finish() {
        eventLoop.execute { [crew] in crew.value.finish() }
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

    /// The servers that did not accept a connection, or lost one.
    func lost() async throws -> [BenchAddress] {
        try await eventLoop.submit { [crew] in crew.value.lost }.get()
    }

    /// Closes all connections.
    func close() async throws {
        try await eventLoop.submit { [crew] in crew.value.close() }.get()
    }
}
