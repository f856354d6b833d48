import NIOConcurrencyHelpers
import NIOCore
import Ring
import ServerCore

/// What all loops of a node's process share.
final class ProcessContext: Sendable {
    let options: NodeOptions
    let identity: NodeIdentity
    let number: Int
    let startedAt: Int
    let connectionCount = ConnectionCount()
    let clients = ClientRegister()
    let events: EventLog
    let loaded = NIOLockedValueBox(0.0)
    private let loops = NIOLockedValueBox<[NIOLoopBound<LoopHost>]>([])
    private let bounds: [Int]
    /// The control plane's own event loop: epochs, votes, heartbeats.
    let controlLoop: any EventLoop
    private let control = NIOLockedValueBox<NIOLoopBound<NodeHost>?>(nil)
    private let store: NIOLockedValueBox<LogStore?>
    let compactor: Compactor

    init(
        options: NodeOptions, identity: NodeIdentity, number: Int, loopCount: Int,
        controlLoop: any EventLoop, events: EventLog
    ) {
        self.controlLoop = controlLoop
        self.options = options
        self.identity = identity
        self.number = number
        self.events = events
        startedAt = Clock.monotonic()
        store = NIOLockedValueBox(nil)
        compactor = Compactor(loopCount: loopCount, limits: options.log.compaction)
        bounds = (0..<Worker.partitionCount).map { $0 * loopCount / Worker.partitionCount }
    }

    // MARK: Loops

    var hosts: [NIOLoopBound<LoopHost>] { loops.withLockedValue { $0 } }

    var loopCount: Int { hosts.count }

    /// The host of an event loop; only on that loop.
    func host(of eventLoop: any EventLoop) -> LoopHost? {
        hosts.first { $0.eventLoop === eventLoop }?.value
    }

    func set(loops hosts: [NIOLoopBound<LoopHost>]) {
        loops.withLockedValue { $0 = hosts }
    }

    func owner(ofPartition partition: Int) -> Int { bounds[partition] }

    func partitions(ofLoop loop: Int) -> [Int] {
        bounds.indices.filter { bounds[$0] == loop }
    }

    /// Runs on one loop; at once when that is the present one.
    func onLoop(_ number: Int, _ body: @escaping @Sendable (LoopHost) -> Void) {
        let hosts = hosts
        guard number < hosts.count else { return }
        let host = hosts[number]
        host.eventLoop.execute { body(host.value) }
    }

    // MARK: The control plane

    func set(control host: NIOLoopBound<NodeHost>) {
        control.withLockedValue { $0 = host }
    }

    /// Ends the control plane; only on its event loop.
    func endControl() {
        let host = control.withLockedValue { control in
            defer { control = nil }
            return control
        }
        host?.value.end()
    }

    /// Runs on the control plane's event loop, once the node has begun.
    func onControl(_ body: @escaping @Sendable (NodeHost) -> Void) {
        guard let host = control.withLockedValue({ $0 }) else { return }
        controlLoop.execute { body(host.value) }
    }

    /// What the node suspects, and in how many milliseconds down members lose their place; nothing
    /// before it has begun.
    func opinions() -> EventLoopFuture<(suspects: [Int], evictions: [Int: Int])> {
        guard let host = control.withLockedValue({ $0 }) else {
            return controlLoop.makeSucceededFuture(([], [:]))
        }
        return controlLoop.submit {
            let node = host.value.node
            let due = node.evictionsDue(now: Clock.monotonic())
            return (node.suspects, due.mapValues { $0 / 1_000 })
        }
    }

    /// Asks for a change of the ring or of a setting.
    ///
    /// - Returns: what became of it; nil when that is not known in time.
    func request(_ request: ChangeRequest) -> EventLoopFuture<AnsweredRequest?> {
        guard let host = control.withLockedValue({ $0 }) else {
            return controlLoop.makeSucceededFuture(nil)
        }
        return controlLoop.flatSubmit { host.value.request(request) }
    }

    // MARK: Every loop

    /// Runs on every loop and gathers what each returns, in the order of the loops.
    func onEveryLoop<Answer: Sendable>(
        on eventLoop: any EventLoop, _ body: @escaping @Sendable (LoopHost) -> Answer
    ) -> EventLoopFuture<[Answer]> {
        let answers = hosts.map { host in host.eventLoop.submit { body(host.value) } }
        return EventLoopFuture.whenAllSucceed(answers, on: eventLoop)
    }

    /// Lets go of what has ended: it holds the process, and would else outlive it in a node that
    /// joins anew.
    func forgetLoops() {
        loops.withLockedValue { $0 = [] }
        store.withLockedValue { $0 = nil }
    }

    // MARK: The log

    func set(store newStore: LogStore) {
        store.withLockedValue { $0 = newStore }
    }

    var logStore: LogStore? { store.withLockedValue { $0 } }

    // MARK: The end

    private let ends = AsyncStream.makeStream(of: NodeFailure.self)

    /// The process cannot go on.
    func fail(_ reason: String) { end(.stopped(reason: reason)) }

    /// The process has no reason to go on.
    func end(_ failure: NodeFailure) { ends.continuation.yield(failure) }

    /// Waits for the first reason to end; nil when waiting was cancelled.
    func failure() async -> NodeFailure? {
        for await failure in ends.stream { return failure }
        return nil
    }
}

/// Connections of the process, over all loops.
final class ConnectionCount: Sendable {
    private let count = NIOLockedValueBox(0)

    /// What a new connection may do.
    enum Admission {
        case anything
        /// There are as many as there may be: it is for commands of the ring, so that nodes find
        /// each other however many clients there are.
        case ringOnly
    }

    /// Counts one more; nil when there are too many.
    func add() -> Admission? {
        count.withLockedValue { count in
            let surplus = count - ServerLimits.connectionsMax
            guard surplus < ServerLimits.connectionsReserved else { return nil }
            count += 1
            return surplus < 0 ? .anything : .ringOnly
        }
    }

    func remove() { count.withLockedValue { $0 -= 1 } }

    var value: Int { count.withLockedValue { $0 } }
}
