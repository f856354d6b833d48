import Checker
import RESP
import ServerCore

/// A client with at most one operation under way.
struct SimulatedClient {
    let number: Int
    /// The operation that it waits for, by its id in the history.
    var waitsFor: Int?
    /// The node that it has asked.
    var node = 0
    var action = Action.get
    /// The removal that the operation's time to live may bring about, by its id in the history.
    var expiry: Int?
}

extension World {
    private static let thinking = 2_000...60_000
    private static let patience = [300_000, 1_000_000, 6_000_000]
    /// Milliseconds that a value with a time to live has.
    private static let timesToLive = 1...600
    /// Of the questions about the key that all ask for, those that only read it.
    private static let hotReadPermille = 700
    /// What the removal of an expired key is ascribed to.
    private static let time = -2

    func startClients() {
        for client in clients.indices { schedule(.ask(client: client), at: now + client * 1_000) }
    }

    /// A client asks a random node for something.
    func ask(_ client: Int) {
        guard isAsking else { return }
        var key = keys[Int.random(in: 0..<keys.count, using: &random)]
        var action = action(on: key)
        if isAboutHotKey {
            key = keys[0]
            let isRead = Int.random(in: 0..<1_000, using: &copying) < World.hotReadPermille
            action = isRead ? .get : self.action(on: key)
        }
        let present = processes.filter { !$0.isGone }
        let node = present[Int.random(in: 0..<present.count, using: &random)].number
        let patience = World.patience[Int.random(in: 0..<3, using: &random)]
        var timeToLive: Int?
        if case .set = action, chance(plan.expiryPermille) {
            timeToLive = Int.random(in: World.timesToLive, using: &random)
        }
        begin(
            action, key, client: client, node: node, patience: patience, timeToLive: timeToLive)
    }

    func begin(
        _ action: Action, _ key: WatchedKey, client: Int, node: Int, patience: Int,
        timeToLive: Int? = nil
    ) {
        let operation = history.begin(client: client, key: key.bytes, action, at: now)
        counts.operations += 1
        clients[client].waitsFor = operation
        clients[client].node = node
        clients[client].action = action
        var command = action.command(on: key.bytes)
        if let timeToLive {
            command += [Array("PX".utf8), Array(String(timeToLive).utf8)]
            // It may end at any time from now on: clocks differ, and are set.
            clients[client].expiry = history.begin(
                client: World.time, key: key.bytes, .delete, at: now)
        }
        let target = process(node)
        giveHint(to: target)
        let arrival = now + Int.random(in: plan.latency, using: &random)
        guard target.isAlive else {
            schedule(.reply(client: client, operation: operation, nil), at: arrival)
            return
        }
        schedule(
            .input(
                process: node, life: target.life,
                .request(client: client, operation: operation, command)),
            at: arrival)
        schedule(.giveUp(client: client, operation: operation), at: now + patience)
    }

    /// Whether the next question is about the key that all ask for.
    private var isAboutHotKey: Bool {
        plan.hotPermille > 0 && Int.random(in: 0..<1_000, using: &copying) < plan.hotPermille
    }

    /// Tells a node which key may be read there soon.
    private func giveHint(to target: SimulatedProcess) {
        guard plan.hintPermille > 0, target.isAlive,
            Int.random(in: 0..<1_000, using: &copying) < plan.hintPermille,
            let key = keys.randomElement(using: &copying)
        else { return }
        schedule(
            .input(process: target.number, life: target.life, .hint(key.bytes)), at: now)
    }

    private func action(on key: WatchedKey) -> Action {
        let new = key.isCounter ? String(Int.random(in: 0..<50, using: &random)) : newText()
        let value = Array(new.utf8)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<34: return .get
        case 34..<50: return .set(value)
        case 50..<58: return .create(value)
        case 58..<64: return .update(value)
        case 64..<73: return .delete
        case 73..<80: return .compareAndSet(old: guess(key), new: value)
        case 80..<84: return .exists
        case 84..<86: return .take
        case 86..<88: return .exchange(value)
        default: return key.isCounter ? .increment(1) : .append(Array(new.suffix(2).utf8))
        }
    }

    /// Values tell who wrote them: no two sets are alike.
    private func newText() -> String {
        let name = "v\(history.operations.count)"
        guard plan.paddingMax > 0, chance(500) else { return name }
        let padding = Int.random(in: 0...plan.paddingMax, using: &random)
        return name + String(repeating: ".", count: padding)
    }

    /// A value that the key may well have: one of those written last.
    private func guess(_ key: WatchedKey) -> [UInt8] {
        for operation in history.operations.suffix(40).reversed() where operation.key == key.bytes {
            switch operation.action {
            case .set(let value), .create(let value), .compareAndSet(_, let value): return value
            default: continue
            }
        }
        return []
    }

    // MARK: Replies

    func sendReply(_ bytes: [UInt8], _ token: RequestToken) {
        let arrival = now + Int.random(in: plan.latency, using: &random)
        schedule(
            .reply(client: token.owner, operation: token.sequence, bytes), at: arrival)
    }

    /// A reply arrives; nil when the node's port refused, so that nothing was done.
    func onReply(client: Int, operation: Int, _ bytes: [UInt8]?) {
        guard clients[client].waitsFor == operation else { return }
        trace.fold(bytes ?? [])
        let outcome = bytes.map { clients[client].action.outcome($0) } ?? .notDone
        end(client, outcome)
    }

    func onGiveUp(client: Int, operation: Int) {
        guard clients[client].waitsFor == operation else { return }
        end(client, .unknown)
    }

    /// Connections to a process that has ended are closed: what was asked there may be done.
    func loseRequests(at node: Int) {
        for client in clients.indices where clients[client].node == node {
            if clients[client].waitsFor != nil { end(client, .unknown) }
        }
    }

    private func describe(_ operation: Operation, via node: Int) -> String {
        "\(String(decoding: operation.key, as: UTF8.self)) via n\(node): \(operation)"
    }

    private func end(_ client: Int, _ outcome: Outcome) {
        guard let operation = clients[client].waitsFor else { return }
        clients[client].waitsFor = nil
        history.complete(operation, outcome, at: now)
        if let expiry = clients[client].expiry {
            clients[client].expiry = nil
            history.complete(expiry, outcome == .notDone ? .notDone : .unknown, at: now)
        }
        switch outcome {
        case .answered(let answer):
            counts.completed += 1
            if clients[client].action.isAcknowledgedWrite(answer) { counts.acknowledgedWrites += 1 }
        case .unknown: counts.unknown += 1
        case .notDone: counts.notDone += 1
        }
        trace.note(now, describe(history.operations[operation], via: clients[client].node))
        guard isAsking else { return }
        schedule(
            .ask(client: client), at: now + Int.random(in: World.thinking, using: &random))
    }
}
