import ServerCore

/// Something bad that happens to one node or a few links of a cluster, and ends after a while.
enum NemesisFault: Sendable, CustomStringConvertible {
    /// SIGKILL, and a new start after so many milliseconds.
    case kill(String, milliseconds: Int)
    /// SIGTERM, and a new start after so many milliseconds.
    case stop(String, milliseconds: Int)
    /// SIGSTOP, and SIGCONT after so many milliseconds.
    case pause(String, milliseconds: Int)
    /// What some nodes send to others is held or lost for so many milliseconds.
    case cut(
        [LoopbackProxy.Way], LoopbackProxy.Fault, CutShape, milliseconds: Int)
    /// What a node sends and gets is late by up to a few heartbeats, for so many milliseconds.
    case delay([LoopbackProxy.Way], by: Int64, milliseconds: Int)
    /// All links of a node are reset, after so many more bytes each; 0 for at once.
    case reset([LoopbackProxy.Way], afterBytes: Int)
    /// A node leaves the ring and, after so many milliseconds, joins it again as an empty one.
    case leave(String, milliseconds: Int)

    /// Which links a cut is of.
    enum CutShape: String, Sendable, CaseIterable {
        /// Nobody hears the node.
        case mute
        /// The node hears nobody.
        case deaf
        /// Both.
        case alone
        /// Two nodes on one side, the others on the other.
        case split
        /// One node does not hear one other.
        case oneWayPair
        /// Two nodes do not hear each other, and everybody else hears both.
        case pair
    }

    /// A kind of faults that a run may be made of.
    enum Family: String, Sendable, CaseIterable {
        /// Deaths and stops, with restarts.
        case kill
        /// Pauses.
        case pause
        /// Everything that the proxy does.
        case cut
        /// Leaving and joining.
        case leave
    }

    /// The fault in words.
    var description: String {
        switch self {
        case .kill(let node, let time): "kill \(node), start after \(time) ms"
        case .stop(let node, let time): "stop \(node), start after \(time) ms"
        case .pause(let node, let time): "pause \(node) for \(time) ms"
        case .cut(let ways, let fault, let shape, let time):
            "cut (\(shape.rawValue), \(fault)) \(Self.listed(ways)) for \(time) ms"
        case .delay(let ways, let delay, let time):
            "delay by \(delay) ms \(Self.listed(ways)) for \(time) ms"
        case .reset(let ways, let count): "reset \(Self.listed(ways)) after \(count) bytes"
        case .leave(let node, let time): "\(node) leaves, and joins after \(time) ms"
        }
    }

    private static func listed(_ ways: [LoopbackProxy.Way]) -> String {
        ways.map(\.description).joined(separator: " ")
    }
}

/// Draws faults; the same seed and the same victims to choose from give the same ones.
struct NemesisPlan: Sendable {
    private let families: [NemesisFault.Family]
    private let names: [String]
    private var random: SplitMix64

    init(seed: UInt64, families: [NemesisFault.Family], names: [String]) {
        self.families = families
        self.names = names
        random = SplitMix64(seed: seed)
    }

    /// How long to leave the cluster alone before the next fault, in milliseconds.
    mutating func rest() -> Int { Int.random(in: 300...1_200, using: &random) }

    /// Whether a second fault comes while the first one lasts.
    mutating func doubles() -> Bool { Int.random(in: 0..<5, using: &random) == 0 }

    /// Draws the next fault, which hits one of some nodes; of those there must be one.
    mutating func next(among victims: [String]) -> NemesisFault {
        let family = families[Int.random(in: 0..<families.count, using: &random)]
        let node = victims[Int.random(in: 0..<victims.count, using: &random)]
        switch family {
        case .kill:
            let time = Int.random(in: 0...3_000, using: &random)
            let isKill = Int.random(in: 0..<4, using: &random) > 0
            return isKill
                ? .kill(node, milliseconds: time) : .stop(node, milliseconds: time)
        case .pause:
            return .pause(node, milliseconds: Int.random(in: 500...5_000, using: &random))
        case .cut:
            return cut(around: node)
        case .leave:
            return .leave(node, milliseconds: Int.random(in: 0...1_000, using: &random))
        }
    }

    private mutating func cut(around node: String) -> NemesisFault {
        let others = names.filter { $0 != node }
        let around = ways([node], others) + ways(others, [node])
        let time = Int.random(in: 1_500...5_000, using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
            let delay = Int64.random(in: 20...300, using: &random)
            return .delay(around, by: delay, milliseconds: time)
        case 1:
            return .reset(around, afterBytes: Int.random(in: 0...2_000, using: &random))
        default:
            let fault: LoopbackProxy.Fault = Bool.random(using: &random) ? .hold : .swallow
            let shape = drawShape()
            return .cut(ways(of: shape, node, others), fault, shape, milliseconds: time)
        }
    }

    /// Shapes that nobody can miss come more often than those of two nodes only.
    private mutating func drawShape() -> NemesisFault.CutShape {
        let shapes: [NemesisFault.CutShape] = [
            .mute, .mute, .mute, .alone, .alone, .alone, .split, .split, .deaf, .deaf,
            .oneWayPair, .pair,
        ]
        return shapes[Int.random(in: 0..<shapes.count, using: &random)]
    }

    private mutating func ways(
        of shape: NemesisFault.CutShape, _ node: String, _ others: [String]
    ) -> [LoopbackProxy.Way] {
        let second = others[Int.random(in: 0..<others.count, using: &random)]
        switch shape {
        case .mute: return ways([node], others)
        case .deaf: return ways(others, [node])
        case .alone: return ways([node], others) + ways(others, [node])
        case .split:
            let rest = others.filter { $0 != second }
            return ways([node, second], rest) + ways(rest, [node, second])
        case .oneWayPair: return ways([node], [second])
        case .pair: return ways([node], [second]) + ways([second], [node])
        }
    }

    private func ways(_ from: [String], _ to: [String]) -> [LoopbackProxy.Way] {
        from.flatMap { from in to.map { LoopbackProxy.Way(from: from, to: $0) } }
    }
}
