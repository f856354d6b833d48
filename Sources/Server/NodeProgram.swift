import Foundation
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Ring
import ServerCore
import UnixSignals

/// One server process, from its directory to its end.
public enum NodeProgram {
    /// Runs a node until it is told to stop by SIGTERM or SIGINT, or cannot go on.
    ///
    /// - Parameter options: how it is to run.
    /// - Throws: `StorageFailure` or ``NodeFailure`` in words for people.
    public static func run(_ options: NodeOptions) async throws {
        let logger = Logger(label: "ringmaster") { StreamLogHandler.standardError(label: $0) }
        guard options.isLoopback else { throw NodeFailure.notLoopback(host: options.host) }
        if options.found { try foundAlone(options) }
        try await joinIfVacant(options, logger)
        while try await serve(options, logger) {
            guard try await joinAgain(options, logger) else { return }
        }
    }

    /// Runs the node that the directory holds, until it ends.
    ///
    /// - Returns: whether the node is out and should join anew; its directory is vacant then.
    private static func serve(_ options: NodeOptions, _ logger: Logger) async throws -> Bool {
        var directory = try DataDirectory(
            options.directory, fsync: options.fsync, host: options.host, port: options.port,
            bootID: options.log.bootID)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: options.threads)
        let controlGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await RunningNode(options, directory, group, controlGroup, logger).run()
            try directory.close()
        } catch let end as NodeFailure {
            guard case .out(_, let number, _, let hasLeft) = end else {
                try await release(directory, group, controlGroup)
                throw end
            }
            logger.notice("\(end); its data is dropped")
            if hasLeft {
                try directory.forget()
            } else {
                try becomeVacant(directory, formerNumber: number)
            }
            try await group.shutdownGracefully()
            try await controlGroup.shutdownGracefully()
            return !hasLeft
        } catch {
            try await release(directory, group, controlGroup)
            throw error
        }
        try await group.shutdownGracefully()
        try await controlGroup.shutdownGracefully()
        return false
    }

    /// Gives up what a node that ended with an error still holds.
    private static func release(
        _ directory: DataDirectory, _ groups: MultiThreadedEventLoopGroup...
    ) async throws {
        directory.release()
        for group in groups { try await group.shutdownGracefully() }
    }

    /// Founds a cluster of one where there is no node yet.
    private static func foundAlone(_ options: NodeOptions) throws {
        do {
            try Founding.found(
                clusterID: Founding.clusterID(), clusterName: options.clusterName, replicas: 3,
                nodes: [
                    Founding.Node(
                        name: "n1", directory: options.directory, host: options.host,
                        port: options.port)
                ])
        } catch StorageFailure.nodeExists {
            return
        }
    }
}

/// Lends a worker to the thread that reads the log back, and returns it to its event loop.
///
/// Safe because the loop that made the worker does not touch it before it gets it back, and the
/// thread does not touch it afterwards.
private struct Handover: @unchecked Sendable {
    let worker: Worker
}

/// The parts of a running process, and their beginning and end in order.
private final class RunningNode: Sendable {
    private let options: NodeOptions
    private let directory: DataDirectory
    private let identity: NodeIdentity
    private let group: MultiThreadedEventLoopGroup
    private let controlGroup: MultiThreadedEventLoopGroup
    private let process: ProcessContext
    private let ringFile: RingFile
    private let epoch: RingEpoch
    private let vote: Vote?
    private let logger: Logger

    init(
        _ options: NodeOptions, _ directory: DataDirectory, _ group: MultiThreadedEventLoopGroup,
        _ controlGroup: MultiThreadedEventLoopGroup, _ logger: Logger
    ) throws {
        self.options = options
        identity = directory.identity
        self.directory = directory
        self.group = group
        self.controlGroup = controlGroup
        self.logger = logger
        ringFile = try RingFile(directory.path, owner: LogOwner(directory.identity))
        epoch = try RunningNode.lastEpoch(ringFile, directory)
        vote = try ringFile.last(.vote).map {
            try JSONDecoder().decode(Vote.self, from: Data($0))
        }
        guard let member = epoch.member(id: directory.identity.id) else {
            throw NodeFailure.notMember(
                name: directory.identity.name, path: directory.ringPath)
        }
        process = ProcessContext(
            options: options, identity: directory.identity, number: member.number,
            loopCount: options.threads, controlLoop: controlGroup.next(),
            events: EventLog(logger: logger))
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

    func run() async throws {
        let workers = try await makeLoops()
        let listener = try await listen()
        let store = try replay(into: workers.map(\.worker))
        try await start(workers, store)
        logger.info(
            "\(identity.name) serves on \(options.host):\(options.port), epoch \(epoch.number)")
        let failure = await waitForEnd()
        try await stop(listener, store)
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

    /// Reads the log back into the workers, while the port already says that it is loading.
    private func replay(into workers: [Worker]) throws -> LogStore {
        let process = process
        var settings = LogStore.Settings(policy: options.fsync)
        settings.segmentBytesMax = options.log.segmentBytesMax
        let replay = LogStore.Replay(
            progress: { share in process.loaded.withLockedValue { $0 = min(share, 0.999) } },
            damage: { slot in for worker in workers { worker.markDamaged(slot: slot) } },
            record: { record in
                if record.kind.hasKey {
                    workers[process.owner(ofPartition: record.slot >> 10)].restore(record)
                } else {
                    for worker in workers { worker.restore(record) }
                }
            })
        let (store, report) = try LogStore.open(
            directory.logPath, owner: LogOwner(identity), settings: settings,
            isDoubtful: directory.mayHaveForgotten, replay: replay, listener: listener())
        if directory.mayHaveForgotten { try directory.noteStart() }
        tell(report)
        return store
    }

    /// What the log's thread tells the event loops.
    private func listener() -> LogStore.Listener {
        let process = process
        let name = identity.name
        return LogStore.Listener(
            onDurable: { ticket in
                for loop in 0..<process.loopCount {
                    process.onLoop(loop) { $0.onDurable(ticket) }
                }
            },
            onFailure: { failure in
                process.events.add(
                    .error, node: name,
                    "the log has failed, no more writes until a restart: \(failure)")
                for loop in 0..<process.loopCount {
                    process.onLoop(loop) { $0.onLogFailure("\(failure)") }
                }
                process.onControl { $0.handOver() }
            },
            onFull: { failure in
                process.events.add(
                    failure == nil ? .info : .error, node: name,
                    failure.map { "the disk is full, no writes until there is room: \($0)" }
                        ?? "the disk has room again, writes go on")
                for loop in 0..<process.loopCount {
                    process.onLoop(loop) { $0.onLogFull(failure.map { "\($0)" }) }
                }
            })
    }

    private func tell(_ report: ReplayReport) {
        let name = identity.name
        if let tail = report.tail {
            process.events.add(.warning, node: name, "a torn tail was cut: \(tail)")
        }
        for damage in report.damage {
            process.events.add(.error, node: name, "damage in the log: \(damage)")
        }
        if report.damageCount > 0 { process.compactor.noteDamage() }
        if directory.mayHaveForgotten {
            process.events.add(
                .warning, node: name,
                "the machine stopped while records were not synced (fsync "
                    + "\(directory.before.fsync.rawValue)): its copies count for nothing until they "
                    + "are level with their peers")
        }
        logger.info("\(name): replayed \(report.records) records, \(report.bytes) bytes")
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
        let disk = NIOThreadPool(numberOfThreads: 1)
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
        process.onControl { $0.end() }
        try store.close()
        ringFile.close()
    }
}
