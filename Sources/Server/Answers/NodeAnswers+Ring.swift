import Bytes
import Foundation
import NIOCore
import RESP
import Ring
import ServerCore

/// The RING commands: Ringmaster's own. Each answers with one JSON document as a bulk string.
extension NodeAnswers {
    func ring(_ arguments: Arguments) -> NodeAnswer {
        let name = arguments.text(1).lowercased()
        if name == "peer" { return PeerHandshake.answer(arguments, host) }
        if name == "status", arguments.count == 2 {
            return json(host.process.report(on: host.eventLoop))
        }
        if name == "events", arguments.count <= 3 {
            let since = arguments.count == 3 ? parseDecimal(arguments[2]) : 0
            guard let since else { return .error("ERR RING EVENTS takes a sequence number") }
            return json(host.eventLoop.makeSucceededFuture(host.process.events.since(since)))
        }
        guard let worker = host.worker else { return .error(StatusTexts.loading) }
        switch (name, arguments.count) {
        case ("epoch", 2):
            return json(host.eventLoop.makeSucceededFuture(worker.epoch))
        case ("where", 3):
            return json(
                host.eventLoop.makeSucceededFuture(
                    WhereReport(slot: Slots.slot(of: arguments[2]), epoch: worker.epoch)))
        case ("key", 3):
            let key = arguments.array(2)
            let reports = host.process.onEveryLoop(on: host.eventLoop) { host in
                key.withUnsafeBytes { host.worker?.keyReport($0) }
            }
            return json(reports.map { $0.compactMap { $0 }.first })
        case ("copies", 4):
            guard let first = parseDecimal(arguments[2]), let last = parseDecimal(arguments[3]),
                first >= 0, first <= last, last < Slots.count
            else { return .error("ERR RING COPIES takes a first and a last slot, 0 to 16383") }
            let reports = host.process.onEveryLoop(on: host.eventLoop) { host in
                host.worker?.copyReports(first...last) ?? []
            }
            return json(reports.map { $0.flatMap { $0 }.sorted { $0.slot < $1.slot } })
        case ("prefetch", 3...):
            let asked = worker.prefetch(
                (2..<arguments.count).map(arguments.array), clock: Clock.read())
            host.scheduleFlush()
            return .now { $0.integer(asked) }
        default:
            return ringRequest(name, arguments) ?? unknownSubcommand(.ring, arguments)
        }
    }

    private func json<Body: Encodable & Sendable>(
        _ body: EventLoopFuture<Body>
    ) -> NodeAnswer {
        .later(
            body.flatMapThrowing { body in
                let data = try JSONEncoder().encode(body)
                let buffer = OutputBuffer(capacity: data.count + 32)
                defer { buffer.deallocate() }
                ReplyWriter(buffer).bulk([UInt8](data))
                return buffer.array()
            })
    }
}

/// Where a key lives: the answer to `RING WHERE key`.
struct WhereReport: Codable, Sendable {
    let slot: Int
    /// The home's name; absent while there is none.
    let home: String?
    /// The names of the other members of the replica set, clockwise.
    let successors: [String]
    let epoch: Int

    init(slot: Int, epoch: RingEpoch) {
        self.slot = slot
        self.epoch = epoch.number
        let era = epoch.arc(of: slot).present
        home = era.home.flatMap { epoch.member(number: $0)?.name }
        successors = era.replicas.filter { $0 != era.home }.compactMap {
            epoch.member(number: $0)?.name
        }
    }
}
