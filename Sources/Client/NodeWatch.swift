import NIOCore
import RESP
import Ring

/// What one round of questions to one node brought.
enum WatchResult: Sendable {
    /// It answered; with a newer epoch, if it has one, and the events since the last round.
    case heard(NodeReport, epoch: RingEpoch?, events: [EventReport])
    /// Nothing listens there.
    case refused
    /// It does not answer, or not in Ringmaster's words.
    case silent(String)
}

/// Asks one node again and again, over a connection that no operation uses.
struct NodeWatch {
    /// How long one answer may take.
    static let patience: Duration = .seconds(1)

    let endpoint: Endpoint
    private var connection: NodeConnection?

    init(_ endpoint: Endpoint) { self.endpoint = endpoint }

    /// Asks for state, newer epoch and new events.
    ///
    /// - Parameters:
    ///   - epoch: the number of the newest epoch that is known; 0 for none.
    ///   - sequence: the number of the last event had from it.
    ///   - process: the process that this event came from; a new one counts from 1 again.
    /// - Returns: what it told.
    mutating func ask(
        newerThan epoch: Int, eventsAfter sequence: Int, of process: Int?
    ) async -> WatchResult {
        switch await connected() {
        case .failure(let failure):
            return failure.isRefused ? .refused : .silent(failure.text)
        case .success(let connection):
            let report: NodeReport
            switch await question(connection, "STATUS", as: NodeReport.self) {
            case .success(let told): report = told
            case .failure(let failure): return .silent(failure.text)
            }
            var newer: RingEpoch?
            if report.epoch > epoch,
                case .success(let told) = await question(connection, "EPOCH", as: RingEpoch.self)
            {
                newer = told
            }
            let since = report.pid == process ? sequence : 0
            // Events that do not come this time come with the next answer.
            let events = await question(connection, "EVENTS \(since)", as: [EventReport].self)
            return .heard(report, epoch: newer, events: (try? events.get()) ?? [])
        }
    }

    /// Ends the connection.
    mutating func close() {
        connection?.close()
        connection = nil
    }

    private mutating func connected() async -> Result<NodeConnection, NodeConnection.Failure> {
        if let connection, connection.isUsable { return .success(connection) }
        let result = await NodeConnection.connect(to: endpoint, timeout: Self.patience)
        connection = try? result.get()
        return result
    }

    private func question<Answer: Decodable>(
        _ connection: NodeConnection, _ words: String, as type: Answer.Type
    ) async -> Result<Answer, NodeConnection.Failure> {
        let request = ["RING"] + words.split(separator: " ").map(String.init)
        let exchange = await connection.send(
            request.map { Array($0.utf8) }, before: .now() + TimeAmount(Self.patience))
        switch exchange {
        case .reply(.error(let text)): return .failure(NodeConnection.Failure(text: text))
        case .reply(let value):
            guard let answer = value.decoded(as: type) else {
                return .failure(NodeConnection.Failure(text: "RING \(words): not understood"))
            }
            return .success(answer)
        case .refused(let reason), .notSent(let reason), .lost(let reason):
            return .failure(NodeConnection.Failure(text: reason))
        case .timedOut: return .failure(NodeConnection.Failure(text: "no answer in time"))
        }
    }
}
