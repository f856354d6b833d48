import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Servers that hold the same keys, so that one can do another's part.
struct BenchServers: Sendable {
    /// Where they listen, at least one.
    var addresses: [BenchAddress]
    /// Requests that each connection keeps under way at most.
    var pipeline: Int
    /// Connections of all event loops together.
    var clients: Int
}

/// The connections of one event loop, and what they count; confined to that loop.
///
/// A connection whose server dies goes on at another one with what is left of its share. What was
/// under way on it is unknown. Only when no other server is left, the load ends.
final class BenchCrew {
    /// How long a connection may take to come about.
    private static let connectTimeout = TimeAmount.seconds(5)

    /// One client's place, whichever server it is connected to.
    private final class Seat {
        let client: Int
        var connection: BenchConnection?
        /// Servers in a row that were lost before they had answered anything.
        var fruitless = 0

        init(client: Int) { self.client = client }
    }

    private let eventLoop: any EventLoop
    private let servers: BenchServers
    private var seats: [Seat] = []
    private var isFinishing = false
    /// Those that were lost and have not been reached again.
    private var down: Set<BenchAddress> = []
    /// All that were lost at some time, in that order.
    private(set) var lost: [BenchAddress] = []
    /// Who counts the present load; nil between loads.
    private(set) var tally: PhaseTally?

    init(on eventLoop: any EventLoop, servers: BenchServers) {
        self.eventLoop = eventLoop
        self.servers = servers
    }

    /// Opens one more connection, to the first server in turn that accepts it.
    func open(client: Int) -> EventLoopFuture<Void> {
        let seat = Seat(client: client)
        return connect(seat, toOneOf: candidates(for: seat)).assumeIsolated().map {
            self.seats.append(seat)
        }.nonisolated()
    }

    /// Carries a load out on all connections.
    func run(_ load: Load) -> EventLoopFuture<PhaseOutcome> {
        let over = eventLoop.makePromise(of: Void.self)
        let tally = PhaseTally(load, connections: seats.count, over: over)
        self.tally = tally
        isFinishing = false
        let now = NIODeadline.now()
        for seat in seats {
            let pace = load.rate.map {
                Pace(start: now, client: seat.client, clients: servers.clients, rate: $0)
            }
            start(
                LoadShare(requests: load.requests(seat.client), tally: tally, pace: pace), seat)
        }
        return over.futureResult.assumeIsolated().map { () -> PhaseOutcome in
            for seat in self.seats { seat.connection?.stop() }
            self.tally = nil
            return tally.outcome
        }.nonisolated()
    }

    /// Asks for nothing more.
    func finish() {
        isFinishing = true
        for seat in seats { seat.connection?.finish() }
    }

    /// Closes all connections.
    func close() {
        for seat in seats { seat.connection?.close() }
    }

    // MARK: - Going on elsewhere

    private func start(_ share: LoadShare, _ seat: Seat) {
        guard !share.tally.isOver else { return }
        var share = share
        if isFinishing { share.requests.cut() }
        seat.connection?.start(share)
    }

    /// A connection was lost in the middle of its share.
    private func move(_ share: LoadShare, _ seat: Seat, from address: BenchAddress, why: String) {
        note(lost: address)
        seat.fruitless = seat.connection?.hasAnswered == true ? 0 : seat.fruitless + 1
        let others = candidates(for: seat).filter { $0 != address }
        guard !others.isEmpty, seat.fruitless < servers.addresses.count else {
            return share.tally.fail(why)
        }
        connect(seat, toOneOf: others).assumeIsolated().whenComplete { result in
            switch result {
            case .success: self.start(share, seat)
            case .failure: share.tally.fail("\(why), and no other server accepts a connection")
            }
        }
    }

    private func note(lost address: BenchAddress) {
        down.insert(address)
        if !lost.contains(address) { lost.append(address) }
    }

    /// All servers, beginning with a client's own; those that are down last.
    private func candidates(for seat: Seat) -> [BenchAddress] {
        let all = servers.addresses
        let first = seat.client % all.count
        let turned = all[first...] + all[..<first]
        return turned.filter { !down.contains($0) } + turned.filter { down.contains($0) }
    }

    private func connect(
        _ seat: Seat, toOneOf candidates: [BenchAddress]
    ) -> EventLoopFuture<Void> {
        connect(seat, to: candidates[0]).assumeIsolated().flatMapError { error in
            self.note(lost: candidates[0])
            guard candidates.count > 1 else { return self.eventLoop.makeFailedFuture(error) }
            return self.connect(seat, toOneOf: Array(candidates.dropFirst()))
        }.nonisolated()
    }

    private func connect(_ seat: Seat, to address: BenchAddress) -> EventLoopFuture<Void> {
        let connection = BenchConnection(address: address, pipeline: servers.pipeline) {
            share, why in self.move(share, seat, from: address, why: why)
        }
        let bound = NIOLoopBound(connection, eventLoop: eventLoop)
        return ClientBootstrap(group: eventLoop)
            .connectTimeout(Self.connectTimeout)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 64 << 10)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
            .connect(host: address.host, port: address.port)
            .assumeIsolated()
            .map { _ in
                seat.connection = connection
                self.down.remove(address)
            }
            .flatMapErrorThrowing { error in
                throw BenchError.connect(address, connectFailureWords(error))
            }
            .nonisolated()
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
