import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A pipelined connection to one node.
final class NodeConnection: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<ReplyHandler>
    private let usability: Usability
    private let numbers = Atomic(0)

    private init(channel: any Channel, handler: ReplyHandler, usability: Usability) {
        self.channel = channel
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        self.usability = usability
    }

    /// Why no connection came about.
    struct Failure: Error, Equatable {
        var text: String
        /// Whether nothing listens there: the surest sign that a node's process is gone.
        var isRefused = false
    }

    static func connect(
        to endpoint: Endpoint, timeout: Duration
    ) async -> Result<NodeConnection, Failure> {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(timeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        do {
            return .success(
                try await bootstrap.connect(host: endpoint.host, port: endpoint.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let usability = Usability()
                        let handler = ReplyHandler(usability: usability)
                        try channel.pipeline.syncOperations.addHandler(handler)
                        return NodeConnection(
                            channel: channel, handler: handler, usability: usability)
                    }
                })
        } catch {
            return .failure(Failure(text: describe(error), isRefused: isRefusal(error)))
        }
    }

    /// Whether further requests make sense.
    var isUsable: Bool { usability.isUsable }

    /// Sends a request and waits for what comes of it; a cancelled task waits no longer.
    ///
    /// - Parameters:
    ///   - words: the command's name and arguments.
    ///   - limit: when it must be answered.
    ///   - silence: how long the connection may be silent meanwhile; nil for as long as that.
    ///   - isAsking: whether `ASKING` goes right before it.
    /// - Returns: what came of it.
    func send(
        _ words: [[UInt8]], before limit: NIODeadline, silence: Duration? = nil,
        isAsking: Bool = false
    ) async -> Exchange {
        if Task.isCancelled { return .notSent("the request was given up") }
        let frame = RequestFrame.encode(words)
        let number = numbers.add(1, ordering: .relaxed).newValue
        let silence = silence.map { TimeAmount($0) }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                channel.eventLoop.execute {
                    if isAsking { self.handler.value.sendUnheard(["ASKING"]) }
                    self.handler.value.send(
                        number: number, frame: frame, limit: limit, silence: silence
                    ) { continuation.resume(returning: $0) }
                }
            }
        } onCancel: {
            channel.eventLoop.execute { self.handler.value.abandon(number) }
        }
    }

    /// Ends the connection; whatever is pending ends with it.
    func close() {
        channel.eventLoop.execute { self.handler.value.close("closed by this client") }
    }
}

/// An error of the network in a few words.
func describe(_ error: any Error) -> String {
    if isRefusal(error) { return "connection refused" }
    switch error {
    case let error as NIOConnectionError:
        if let first = error.connectionErrors.first { return describe(first.error) }
        return "the name \(error.host) has no address"
    case let error as ChannelError:
        if case .connectTimeout(let time) = error {
            return "no connection within \(time.nanoseconds / 1_000_000) ms"
        }
        return "the connection is closed"
    case let error as IOError: return error.description
    default: return "\(error)"
    }
}

private func isRefusal(_ error: any Error) -> Bool {
    switch error {
    case let error as NIOConnectionError:
        !error.connectionErrors.isEmpty
            && error.connectionErrors.allSatisfy { isRefusal($0.error) }
    case let error as IOError: error.errnoCode == ECONNREFUSED
    default: false
    }
}
