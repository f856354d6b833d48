import Foundation
import Glibc
import NIOCore
import NIOPosix
import RESP
import ServerCore

/// The receiving end of another node's control link.
///
/// Event loops that own partitions may be busy with a large value for a while; heartbeats must not
/// wait for that. So the socket of a control link moves, after its handshake, to the control
/// plane's own event loop, where nothing takes long.
final class InboundControl: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let member: Int
    private let process: ProcessContext
    private let parser = RequestParser(limits: .peer)
    private let answer: [UInt8]
    private var channel: (any Channel)?
    private var input: ByteBuffer?

    private init(
        member: Int, answer: [UInt8], rest: ByteBuffer, process: ProcessContext
    ) {
        self.member = member
        self.answer = answer
        self.process = process
        input = rest
    }

    /// Takes a connection over from the event loop that accepted it.
    ///
    /// - Parameters:
    ///   - socket: a descriptor of its own; closed with the link.
    ///   - member: who is at the other end.
    ///   - answer: what completes the handshake.
    ///   - rest: what has come behind the handshake already.
    ///   - process: the process.
    static func take(
        _ socket: NIOBSDSocket.Handle, member: Int, answer: [UInt8], rest: ByteBuffer,
        _ process: ProcessContext
    ) {
        let taken = ClientBootstrap(group: process.controlLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        InboundControl(
                            member: member, answer: answer, rest: rest, process: process))
                }
            }
            .withConnectedSocket(socket)
        taken.whenFailure { error in
            process.events.logger.error("a control link could not be taken: \(error)")
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        channel = context.channel
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        channel = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        let answer = context.channel.allocator.buffer(bytes: answer)
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        parseInput(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if input == nil {
            input = bytes
        } else {
            input?.writeBuffer(&bytes)
        }
        parseInput(context)
    }

    private func parseInput(_ context: ChannelHandlerContext) {
        guard var all = input else { return }
        input = nil
        let isGood = all.withUnsafeReadableBytes { parse($0) }
        all.moveReaderIndex(forwardBy: parser.consumed)
        parser.didDrop(parser.consumed)
        if all.readableBytes > 0 { input = all }
        if !isGood { context.close(promise: nil) }
    }

    private func parse(_ bytes: UnsafeRawBufferPointer) -> Bool {
        while true {
            switch parser.next(bytes) {
            case .request:
                guard receive(parser.arguments) else { return false }
            case .needMore:
                return true
            case .failure:
                return false
            }
        }
    }

    private func receive(_ frame: Arguments) -> Bool {
        guard frame.count == 2, frame.text(0) == PeerFrame.node.rawValue else { return false }
        do {
            let message = try JSONDecoder().decode(NodeMessage.self, from: Data(frame[1]))
            process.onControl { [channel, member] host in
                // Who is out is told so at its next handshake.
                if !host.receive(message, from: member) { channel?.close(promise: nil) }
            }
            return true
        } catch {
            process.events.logger.warning(
                "a message of member \(member) is malformed: \(error)")
            return false
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
