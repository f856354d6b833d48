import FoundationEssentials
import NIOCore
import NIOPosix
import RESP
import Ring

/// One look at one port.
enum DiscoveryProbe {
    /// The longest answer that is read, in bytes.
    static let answerBytesMax = 4 << 20
    /// The most characters of what an unknown server said.
    static let greetingMax = 40

    /// Looks what listens on a port.
    ///
    /// - Parameters:
    ///   - endpoint: where.
    ///   - limit: how long all of it may take.
    /// - Returns: what is there; nil when nothing is.
    static func look(at endpoint: Endpoint, within limit: Duration) async -> FoundServer? {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let kind = loop.makePromise(of: FoundServer.Kind.self)
        let end = NIODeadline.now() + TimeAmount(limit)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(limit))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ProbeHandler(until: end, kind: kind))
                }
            }
        do {
            let channel = try await bootstrap.connect(host: endpoint.host, port: endpoint.port)
                .get()
            let found = try await withTaskCancellationHandler {
                try await kind.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
            return FoundServer(endpoint: endpoint, kind: found)
        } catch {
            // Refused, unreachable or no answer: nothing that a scan could show.
            kind.succeed(.silent)
            return nil
        }
    }

    /// The printable beginning of what a server said, up to the first line's end.
    static func greeting(_ bytes: some Sequence<UInt8>) -> String {
        let line = bytes.prefix { $0 != 10 && $0 != 13 }.prefix(greetingMax)
        return String(decoding: line.filter { (32..<127).contains($0) }, as: UTF8.self)
    }

    /// Product and version by the text of `INFO server`.
    static func product(inInfo text: String) -> FoundServer.Kind {
        var fields: [Substring: Substring] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        let known = [("valkey", "valkey_version"), ("ringmaster", "ringmaster_version")]
        for (product, field) in known {
            if let version = fields[Substring(field)] { return redis(product, version) }
        }
        guard let version = fields["redis_version"] else { return .other("INFO without a version") }
        return redis("redis", version)
    }

    private static func redis(_ product: String, _ version: Substring) -> FoundServer.Kind {
        .redis(product: product, version: greeting(version.utf8))
    }
}

/// Asks the two questions, one after the other, and judges what comes.
private final class ProbeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let questions = [["RING", "STATUS"], ["INFO", "server"]]

    private let end: NIODeadline
    private let kind: EventLoopPromise<FoundServer.Kind>
    private var parser: ReplyParser
    private var received = ByteBuffer()
    private var question = 0
    private var isJudged = false

    init(until end: NIODeadline, kind: EventLoopPromise<FoundServer.Kind>) {
        self.end = end
        self.kind = kind
        var limits = ReplyLimits()
        limits.bulkBytesMax = DiscoveryProbe.answerBytesMax
        limits.totalBytesMax = DiscoveryProbe.answerBytesMax
        limits.elementsMax = 1_024
        parser = ReplyParser(limits: limits)
    }

    func channelActive(context: ChannelHandlerContext) {
        context.eventLoop.assumeIsolated().scheduleTask(deadline: end) {
            self.judge(self.unanswered(.silent), context)
        }
        ask(context)
    }

    private func ask(_ context: ChannelHandlerContext) {
        let words = Self.questions[question].map { Array($0.utf8) }
        context.writeAndFlush(wrapOutboundOut(RequestFrame.encode(words)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isJudged else { return }
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        switch received.withUnsafeReadableBytes({ parser.next($0) }) {
        case .needMore:
            // An alert has no line's end that could be waited for.
            if unanswered(.silent) == .tls { judge(.tls, context) }
        case .failure: judge(unanswered(.other("")), context)
        case .value(let value, let count):
            received.moveReaderIndex(forwardBy: count)
            take(value, context)
        }
    }

    private func take(_ value: RESPValue, _ context: ChannelHandlerContext) {
        switch value {
        case .error(let text) where text.hasPrefix("NOAUTH"):
            judge(.locked, context)
        case .error where question + 1 < Self.questions.count:
            question += 1
            ask(context)
        case .bulk(let bytes), .verbatim(_, let bytes):
            if question > 0 {
                let text = String(decoding: bytes, as: UTF8.self)
                judge(DiscoveryProbe.product(inInfo: text), context)
            } else if let report = value.decoded(as: NodeReport.self) {
                judge(.ringmaster(FoundNode(report)), context)
            } else {
                judge(.other("RING STATUS is not understood"), context)
            }
        case .error(let text):
            judge(.other(DiscoveryProbe.greeting(text.utf8)), context)
        default:
            judge(.other("an answer without sense"), context)
        }
    }

    /// What bytes mean that are no answer; `nothing` when there are none.
    private func unanswered(_ nothing: FoundServer.Kind) -> FoundServer.Kind {
        let bytes = received.readableBytesView
        guard let first = bytes.first else { return nothing }
        // A TLS server answers what is no TLS with an alert: type 21, version 3.x.
        let isAlert = first == 21 && bytes.dropFirst().first == 3
        return isAlert ? .tls : .other(DiscoveryProbe.greeting(bytes))
    }

    func channelInactive(context: ChannelHandlerContext) {
        judge(unanswered(.other("")), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        judge(unanswered(.other("")), context)
    }

    private func judge(_ found: FoundServer.Kind, _ context: ChannelHandlerContext) {
        guard !isJudged else { return }
        isJudged = true
        kind.succeed(found)
        context.close(promise: nil)
    }
}
