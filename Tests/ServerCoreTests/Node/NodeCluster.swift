import Ring

@testable import ServerCore

/// Nodes that talk at once and lose nothing, as long as they run.
final class NodeCluster {
    private(set) var nodes: [Int: Node] = [:]
    private var frozen: [Int: Node] = [:]
    /// What each member's disk holds.
    private var epochs: [Int: RingEpoch] = [:]
    private var votes: [Int: Vote] = [:]
    /// All epochs that any node adopted, by number.
    private(set) var adopted: [Int: [RingEpoch]] = [:]
    /// Members that every home calls level.
    var level: Set<Int>
    /// The change for which every home says that all is copied.
    var copied = 0
    private(set) var now = 10_000_000
    private var queue: [(message: NodeMessage, from: Int, to: Int)] = []

    init(_ count: Int, replicas: Int = 3) {
        let epoch = founded(count, replicas: replicas)
        level = Set(1...count)
        for number in 1...count {
            epochs[number] = epoch
            start(number, incarnation: 1)
        }
    }

    subscript(number: Int) -> Node {
        guard let node = nodes[number] else { preconditionFailure("n\(number) does not run") }
        return node
    }

    /// What the running nodes agree on; nil when they differ.
    var epoch: RingEpoch? {
        let all = nodes.values.map(\.epoch)
        return all.allSatisfy { $0 == all[0] } ? all.first : nil
    }

    func state(of member: Int) -> MemberState? { epoch?.member(number: member)?.state }

    func start(_ number: Int, incarnation: Int) {
        guard let epoch = epochs[number] else { return }
        nodes[number] = Node(
            number: number, incarnation: incarnation, epoch: epoch, vote: votes[number], now: now,
            seed: UInt64(number))
    }

    /// Starts a node on the newest epoch, as one that joins does.
    func startJoiner(_ number: Int) {
        epochs[number] = nodes.values.map(\.epoch).max { $0.number < $1.number }
        start(number, incarnation: 1)
    }

    func ask(_ number: Int, _ wish: ChangeRequest.Wish, id: String = "r") {
        askTogether([(number, wish, id)])
    }

    /// Asks several nodes before any hears of another's request.
    func askTogether(_ requests: [(node: Int, wish: ChangeRequest.Wish, id: String)]) {
        for (node, wish, id) in requests {
            carryOut(
                nodes[node]?.onRequest(ChangeRequest(id: id, wish: wish), now: now), of: node)
        }
        deliver()
    }

    /// Holds a node where it is; what is sent to it is lost.
    func freeze(_ number: Int) {
        frozen[number] = nodes.removeValue(forKey: number)
    }

    func thaw(_ number: Int) {
        nodes[number] = frozen.removeValue(forKey: number)
    }

    func kill(_ number: Int) {
        nodes[number] = nil
        queue.removeAll { $0.from == number }
    }

    func refuse(_ member: Int, to number: Int) {
        carryOut(nodes[number]?.onRefused(member, now: now), of: number)
        deliver()
    }

    func stop(_ number: Int) {
        carryOut(nodes[number]?.onStop(now: now), of: number)
        deliver()
    }

    /// Time passes, in ticks of ten milliseconds.
    func advance(milliseconds: Int) {
        for _ in 0..<(milliseconds / 10) {
            now += 10_000
            for number in nodes.keys.sorted() {
                let epoch = nodes[number]?.epoch.number ?? 0
                nodes[number]?.onSlotReport(
                    SlotReport(
                        epoch: epoch, unsettled: [], level: level.sorted(), copied: copied))
                carryOut(nodes[number]?.onTick(now: now), of: number)
            }
            deliver()
        }
    }

    private func deliver() {
        while !queue.isEmpty {
            let next = queue.removeFirst()
            carryOut(
                nodes[next.to]?.onMessage(next.message, from: next.from, now: now), of: next.to)
        }
    }

    private func carryOut(_ directives: [NodeDirective]?, of number: Int) {
        for directive in directives ?? [] {
            switch directive {
            case .persist(let vote): votes[number] = vote
            case .adopt(let epoch):
                epochs[number] = epoch
                if adopted[epoch.number]?.contains(epoch) != true {
                    adopted[epoch.number, default: []].append(epoch)
                }
            case .send(let message, let member): queue.append((message, number, member))
            case .leases, .note: break
            }
        }
    }
}
