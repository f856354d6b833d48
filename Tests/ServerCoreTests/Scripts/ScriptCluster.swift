import Bytes
import Log
import RESP
import Ring

@testable import ServerCore

/// A small cluster of the production core that a script drives by hand: its clock stands still
/// until the script lets it go on, messages arrive at once, and all that happens is told in words.
///
/// Only the partition of one key is there, and only the slot of that key is told of.
final class ScriptCluster {
    /// Ten milliseconds: how far time goes in one step.
    private static let step = 10_000
    private static let start = 10_000_000

    let key: String
    let slot: Int
    private(set) var now = ScriptCluster.start
    private(set) var lines: [String] = []
    private(set) var processes: [Int: ScriptProcess] = [:]
    var disks: [Int: ScriptDisk] = [:]
    /// Pairs of nodes, by ascending number, between which nothing arrives.
    var cuts: Set<[Int]> = []
    /// Senders and receivers between which all is lost without anybody noticing.
    var losses: Set<[Int]> = []
    /// Links that are up, by sender and receiver.
    private var links: Set<[Int]> = []
    private var messages: [(message: NodeMessage, from: Int, to: Int)] = []
    private var heartbeats: Set<[Int]> = []
    private var toldHeartbeats: Set<[Int]> = []
    private var asked = 0

    init(nodes: Int, key: String) {
        self.key = key
        slot = Slots.slot(of: key)
        for number in 1...nodes {
            disks[number] = ScriptDisk(founding: founded(nodes), number: number)
            launch(number)
        }
        run()
        lines = []
        let era = founded(nodes).arc(of: slot).present
        let set = era.replicas.map { "n\($0)" }.joined(separator: " ")
        tell("\(key) lies in slot \(slot), kept by \(set); home n\(era.home ?? 0)")
    }

    var clock: Clock { Clock(now: now, wall: 1_700_000_000_000 + now / 1_000) }
    var running: [Int] { processes.keys.sorted() }

    func takeLines() -> [String] {
        defer { lines = [] }
        return lines
    }

    /// Adds a line with the time in seconds since the cluster was founded.
    func tell(_ text: String) {
        let hundredths = (now - ScriptCluster.start) / 10_000
        let seconds =
            "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "")
            + "\(hundredths % 100)"
        lines.append(
            String(repeating: " ", count: max(0, 6 - seconds.count)) + seconds + "  " + text)
    }

    func tell(from sender: Int, to receiver: Int, _ text: String) {
        tell("n\(sender) → n\(receiver)  \(text)")
    }

    // MARK: Processes

    func launch(_ number: Int) {
        disks[number]?.incarnation += 1
        guard let disk = disks[number] else { preconditionFailure("n\(number) has no disk") }
        let process = ScriptProcess(number: number, disk: disk, cluster: self)
        processes[number] = process
        process.begin()
    }

    /// The process is gone; whoever has a link to it sees that end, and is refused a new one.
    func remove(_ number: Int) {
        processes[number] = nil
        messages.removeAll { $0.from == number || $0.to == number }
        for other in running {
            unlink(other, number)
            links.remove([number, other])
            processes[other]?.refuse(number)
        }
    }

    /// Nothing arrives any more between two nodes; their links break.
    func cut(_ first: Int, _ second: Int) {
        cuts.insert([first, second].sorted())
        unlink(first, second)
        unlink(second, first)
    }

    private func unlink(_ sender: Int, _ receiver: Int) {
        guard links.remove([sender, receiver]) != nil else { return }
        processes[sender]?.worker.onLink(to: receiver, isUp: false, clock: clock)
    }

    func isCut(_ first: Int, _ second: Int) -> Bool {
        cuts.contains([first, second].sorted())
    }

    private func connect() {
        for sender in running {
            for receiver in processes[sender]?.worker.linkedMembers ?? []
            where processes[receiver] != nil && !isCut(sender, receiver) {
                guard links.insert([sender, receiver]).inserted else { continue }
                processes[sender]?.worker.onLink(to: receiver, isUp: true, clock: clock)
            }
        }
    }

    /// The newest epoch that any process has adopted.
    var newestEpoch: RingEpoch? {
        processes.values.map(\.node.epoch).max { $0.number < $1.number }
    }

    // MARK: Time

    func advance(milliseconds: Int) {
        heartbeats = []
        for _ in 0..<max(1, milliseconds * 1_000 / ScriptCluster.step) {
            now += ScriptCluster.step
            for number in running { processes[number]?.tick() }
            run()
        }
        guard heartbeats != toldHeartbeats else { return }
        toldHeartbeats = heartbeats
        let pairs = heartbeats.map { "n\($0[0])–n\($0[1])" }.sorted().joined(separator: ", ")
        tell("heartbeats and leases now pass between \(pairs.isEmpty ? "nobody" : pairs)")
    }

    /// Messages, frames, batches and syncs, until nothing moves.
    func run() {
        connect()
        var isMoving = true
        while isMoving {
            isMoving = false
            while !messages.isEmpty {
                isMoving = true
                let next = messages.removeFirst()
                processes[next.to]?.take(next.message, from: next.from)
            }
            connect()
            for number in running where processes[number]?.endTick() == true { isMoving = true }
        }
    }

    // MARK: Messages

    func send(_ message: NodeMessage, from sender: Int, to receiver: Int) {
        guard processes[receiver] != nil, !isCut(sender, receiver) else { return }
        if losses.contains([sender, receiver]) { return }
        if case .heartbeatReply = message { heartbeats.insert([sender, receiver].sorted()) }
        if case .epoch(let epoch) = message, let known = processes[receiver]?.node.epoch.number,
            known >= epoch.number
        {
            return
        }
        if let words = message.scriptWords { tell(from: sender, to: receiver, words) }
        messages.append((message, sender, receiver))
    }

    func send(_ bytes: [UInt8], from sender: Int, to receiver: Int) {
        guard let target = processes[receiver], links.contains([sender, receiver]) else { return }
        for words in FrameWords(slot: slot).lines(bytes) {
            tell(from: sender, to: receiver, words)
        }
        if losses.contains([sender, receiver]) { return tell("           … which is lost") }
        target.take(bytes, from: sender)
    }

    /// A client sends a command to a node.
    func submit(_ command: [String], to number: Int) {
        asked += 1
        tell("client → n\(number)  \(command.joined(separator: " "))    (request \(asked))")
        processes[number]?.submit(command, request: asked)
        run()
    }

    /// Somebody asks a node for a change of the ring.
    func request(_ wish: ChangeRequest.Wish, at number: Int) {
        asked += 1
        processes[number]?.request(ChangeRequest(id: "request-\(asked)", wish: wish))
        run()
    }
}
