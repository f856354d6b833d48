import Ring

@testable import ServerCore

/// A text that explains by example: comments, commands, and below each command what happened.
///
/// ```
/// # A comment, for the reader.
/// > send n1 SET user:42 x
///   0.50  n1 → n2  stream: user:42 = x as (1, 1)
/// ```
///
/// | command | meaning |
/// | --- | --- |
/// | `cluster 3 user:42` | three nodes are founded; only the slot of that key is told of |
/// | `send n1 SET user:42 x` | a client sends a command to a node |
/// | `tick 100` | so many milliseconds pass, everywhere at once |
/// | `crash n1` · `start n1` | a process ends at once · starts on what its disk holds |
/// | `cut n1 n2` · `heal` | nothing arrives between two nodes · everything does again |
/// | `lose n1 n2` | what the first sends to the second is lost, unnoticed, until `heal` |
/// | `stall n1` · `resume n1` | a disk completes nothing · completes all that it was given |
/// | `join n4` · `leave n4` | somebody asks for the change |
/// | `config coherence invalidate` | somebody asks for another value of a setting |
/// | `copies` | what each node has of the slot |
struct Script {
    /// Why a script cannot be played.
    enum Failure: Error {
        case unknownCommand(String)
    }

    /// The script as it should be.
    static func play(_ text: String) throws(Failure) -> String {
        var cluster: ScriptCluster?
        var result: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("  ") { continue }
            result.append(String(line))
            guard line.hasPrefix("> ") else { continue }
            let words = line.dropFirst(2).split(separator: " ").map(String.init)
            if words[0] == "cluster", words.count == 3, let nodes = Int(words[1]) {
                cluster = ScriptCluster(nodes: nodes, key: words[2])
            } else {
                guard let cluster else { throw .unknownCommand(String(line)) }
                try perform(words, on: cluster)
            }
            result += (cluster?.takeLines() ?? []).map { "  \($0)" }
        }
        return result.joined(separator: "\n")
    }

    private static func perform(
        _ words: [String], on cluster: ScriptCluster
    ) throws(Failure) {
        let nodes = words.dropFirst().compactMap { $0.hasPrefix("n") ? Int($0.dropFirst()) : nil }
        switch (words[0], nodes.count) {
        case ("send", 1...): cluster.submit(Array(words.dropFirst(2)), to: nodes[0])
        case ("tick", 0): cluster.advance(milliseconds: words.last.flatMap { Int($0) } ?? 0)
        case ("crash", 1...): for node in nodes { cluster.crash(node) }
        case ("start", 1...): for node in nodes { cluster.start(node) }
        case ("cut", 2): cluster.cut(nodes[0], nodes[1])
        case ("lose", 2): cluster.losses.insert(nodes)
        case ("heal", 0): cluster.heal()
        case ("stall", 1): cluster.disks[nodes[0]]?.isStalled = true
        case ("resume", 1): cluster.disks[nodes[0]]?.isStalled = false
        case ("join", 1): cluster.join(nodes[0])
        case ("leave", 1): cluster.request(.leave(member: nodes[0]), at: cluster.running[0])
        case ("config", 0) where words.count == 3:
            cluster.request(.set(name: words[1], value: words[2]), at: cluster.running[0])
        case ("copies", 0): cluster.tellCopies()
        default: throw .unknownCommand(words.joined(separator: " "))
        }
        cluster.run()
    }
}

extension ScriptCluster {
    func heal() {
        cuts = []
        losses = []
    }

    func crash(_ number: Int) {
        disks[number]?.unsynced = []
        disks[number]?.isStalled = false
        remove(number)
    }

    /// Starts a process; one of a node that joins needs an epoch that knows it.
    func start(_ number: Int) {
        if disks[number] == nil, let epoch = newestEpoch {
            disks[number] = ScriptDisk(joining: epoch)
        }
        launch(number)
    }

    /// A node that is to have that number, as the next one does, asks to join.
    func join(_ number: Int) {
        request(
            .join(
                id: nodeID(number), name: "n\(number)", host: "127.0.0.1", port: 7_100 + number),
            at: running[0])
    }

    func tellCopies() {
        for number in running {
            guard let process = processes[number],
                let copy = process.worker.copyReports(slot...slot).first
            else { continue }
            let home = process.worker.epoch.home(of: slot) == number ? ", home" : ""
            let what =
                copy.base == 0
                ? "\(copy.keys) key\(copy.keys == 1 ? "" : "s"), which count for nothing"
                : "(\(copy.base), \(copy.position)) with \(copy.keys) key\(copy.keys == 1 ? "" : "s")"
            tell("n\(number)       \(what)\(home)")
        }
    }
}
