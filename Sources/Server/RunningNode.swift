import Foundation
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Ring
import ServerCore
import UnixSignals

/// Lends a worker to the thread that reads the log back, and returns it to its event loop.
///
/// Safe because the loop that made the worker does not touch it before it gets it back, and the
/// thread does not touch it afterwards.
private struct Handover: @unchecked Sendable {
    let worker: Worker
}

/// The parts of a running process, and their beginning and end in order.
final class RunningNode: Sendable {
    let options: NodeOptions
    let directory: DataDirectory
    let identity: NodeIdentity
    let process: ProcessContext
    let epoch: RingEpoch
    let logger: Logger
    private let group: MultiThreadedEventLoopGroup
    private let controlGroup: MultiThreadedEventLoopGroup
    private let ringFile: RingFile
    private let vote: Vote?
    /// Where epochs and votes are written and synced.
    private let disk = NIOThreadPool(numberOfThreads: 1)

    /// Reads what the node knows of its cluster.
    ///
    /// - Parameters:
    ///   - options: how it is to run.
    ///   - directory: held by this process, which releases it after ``run()``.
    ///   - logger: for people.
    /// - Throws: why it cannot run, ``NodeFailure/out(name:number:epoch:hasLeft:)`` included.
    init(_ options: NodeOptions, _ directory: DataDirectory, _ logger: Logger) throws {
        self.options = options
        identity = directory.identity
        self.directory = directory
        self.logger = logger
        ringFile = try RingFile(directory.path, owner: LogOwner(directory.identity))
        let member: Member
        do {
            epoch = try RunningNode.lastEpoch(ringFile, directory)
            vote = try ringFile.last(.vote).map {
                try JSONDecoder().decode(Vote.self, from: Data($0))
            }
            member = try RunningNode.member(directory.identity, in: epoch, options)
        } catch {
            ringFile.close()
            throw error
        }
        group = MultiThreadedEventLoopGroup(numberOfThreads: options.threads)
        controlGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        process = ProcessContext(
            options: options, identity: directory.identity, number: member.number,
            loopCount: options.threads, controlLoop: controlGroup.next(),
            events: EventLog(logger: logger))
        if ringFile.cutBytes > 0 {
            process.events.add(
                .warning, node: member.name,
                "a torn tail of \(RingFile.fileName) was cut: \(ringFile.cutBytes) bytes")
        }
    }

    /// This node's line in the epoch; it may be a former member's, whose copies still count.
    private static func member(
        _ identity: NodeIdentity, in epoch: RingEpoch, _ options: NodeOptions
    ) throws(NodeFailure) -> Member {
        guard let member = epoch.everyone.first(where: { $0.id == identity.id }) else {
            // It was about to drop its data when its process ended.
            throw .out(identity, number: epoch.formerNumber(named: identity.name), epoch)
        }
        guard member.host == options.host, member.port == options.port else {
            throw .elsewhere(
                name: member.name, address: "\(member.host):\(member.port)",
                started: "\(options.host):\(options.port)")
        }
        return member
    }

    private static func lastEpoch(
        _ file: RingFile, _ directory: DataDirectory
    ) throws -> RingEpoch {
        guard let body = file.last(.epoch) else {
            throw NodeFailure.damagedEpoch(path: directory.ringPath, reason: "there is none")
        }
        let epoch: RingEpoch
        do {
            epoch = try JSONDecoder().decode(RingEpoch.self, from: Data(body))
        } catch {
            throw NodeFailure.damagedEpoch(path: directory.ringPath, reason: "\(error)")
        }
        if let reason = epoch.validate() {
            throw NodeFailure.damagedEpoch(path: directory.ringPath, reason: reason)
        }
        return epoch
    }

    /// Runs the node until it is told to stop or cannot go on; nothing of it runs afterwards.
    ///
    /// - Throws: why it could not begin or go on.
    func run() async throws {
        do {
            try await serve()
        } catch {
            try await shutDown()
            throw error
        }
        try await shutDown()
    }

    private func shutDown() async throws {
        ringFile.close()
        try await group.shutdownGracefully()
        try await controlGroup.shutdownGracefully()
    }

    private func serve() async throws {
        let workers = try await makeLoops()
        let listener = try await listen()
        let store = try replay(into: workers.map(\.worker))
        try await start(workers, store)
        logger.info(
            "\(identity.name) serves on \(options.host):\(options.port), epoch \(epoch.number)")
        let failure = await waitForEnd()
        do {
            try await stop(listener, store)
        } catch {
            // What ended the node says what is to be done; that its log had failed was told before.
            throw failure ?? error
        }
        if let failure { throw failure }
    }

    /// Makes the loops' hosts, and workers that are not yet theirs.
    private func makeLoops() async throws -> [Handover] {
        var generator = SystemRandomNumberGenerator()
        let lease = epoch.settings.leaseMilliseconds * 1_000
        let quietUntil = identity.incarnation > 1 ? Clock.monotonic() + lease : 0
        var hosts: [NIOLoopBound<LoopHost>] = []
        var workers: [Handover] = []
        for number in 0..<options.threads {
            let loop = group.next()
            let process = process
            let epoch = epoch
            let configuration = WorkerConfiguration(
                number: process.number, incarnation: identity.incarnation, worker: number,
                partitions: process.partitions(ofLoop: number),
                isDurableAtFlush: options.fsync != .always, quietUntil: quietUntil,
                seed: generator.next())
            let (host, worker) = try await loop.submit {
                let host = LoopHost(number: number, eventLoop: loop, process: process)
                let worker = Worker(configuration, epoch: epoch, output: host)
                return (NIOLoopBound(host, eventLoop: loop), Handover(worker: worker))
            }.get()
            hosts.append(host)
            workers.append(worker)
        }
        process.set(loops: hosts)
        return workers
    }

    private func listen() async throws -> any Channel {
        let process = process
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 64 << 10)
            )
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: ServerLimits.outputBytes, high: 4 * ServerLimits.outputBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let host = process.host(of: channel.eventLoop) else {
                        throw ChannelError.operationUnsupported
                    }
                    try channel.pipeline.syncOperations.addHandler(ConnectionHandler(host: host))
                }
            }
        do {
            return try await bootstrap.bind(host: options.host, port: options.port).get()
        } catch {
            throw NodeFailure.cannotListen(
                host: options.host, port: options.port, reason: "\(error)")
        }
    }

    private func start(_ workers: [Handover], _ store: LogStore) async throws {
        process.set(store: store)
        let process = process
        for (number, host) in process.hosts.enumerated() {
            try await host.eventLoop.submit {
                host.value.begin(workers[number].worker, store)
            }.get()
        }
        process.loaded.withLockedValue { $0 = 1 }
        let node = Node(
            number: process.number, incarnation: identity.incarnation, epoch: epoch,
            vote: vote, now: Clock.monotonic(), seed: UInt64(bitPattern: Int64(process.startedAt)))
        let file = ringFile
        let disk = disk
        disk.start()
        let loop = process.controlLoop
        try await loop.submit {
            let control = NodeHost(node: node, process: process, ringFile: file, disk: disk)
            process.set(control: NIOLoopBound(control, eventLoop: loop))
            control.start()
        }.get()
    }

    /// Waits for a signal or a failure.
    ///
    /// - Returns: why it has to end; nil for a signal.
    private func waitForEnd() async -> NodeFailure? {
        await withTaskGroup(of: NodeFailure?.self) { group in
            group.addTask {
                let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
                for await _ in signals { return nil }
                return nil
            }
            group.addTask { [process] in await process.failure() }
            let reason = await group.next() ?? nil
            group.cancelAll()
            return reason
        }
    }

    private func stop(_ listener: any Channel, _ store: LogStore) async throws {
        let stopped = process.controlLoop.makePromise(of: Void.self)
        process.onControl { $0.stop().cascade(to: stopped) }
        try await stopped.futureResult.get()
        try await listener.close()
        for host in process.hosts {
            try await host.eventLoop.submit {
                host.value.end()
            }.get()
        }
        try await process.controlLoop.submit { [process] in process.endControl() }.get()
        process.forgetLoops()
        // A line that waits for room on the disk is given up with it.
        ringFile.close()
        try await disk.shutdownGracefully()
        try store.close()
    }
}
