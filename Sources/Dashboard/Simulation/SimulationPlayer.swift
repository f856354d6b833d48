import Client
import Ring
import Terminal

/// Plays a run in the dashboard's own model: how fast, whether at all, and what of it is drawn.
struct SimulationPlayer {
    /// Simulated time over real time, as a power of two.
    static let speeds = -10...3
    /// Messages that are drawn at once; of more, the newest.
    static let spokesMax = 24
    /// Simulated microseconds of one frame, at most: a slow frame does not make the next one long.
    static let frameMicrosecondsMax = 2_000_000

    var model: Model
    private(set) var isPaused = false
    /// One sixteenth of real time: a heartbeat every one and a half seconds.
    private(set) var speed = -4
    private(set) var isOver = false
    /// Real microseconds that were too few for a simulated one.
    private var rest = 0
    /// Messages that are still to be seen.
    private var messages: [Spoke] = []
    private var caption = ""
    private var microseconds = 0

    init(model: Model) {
        self.model = model
    }

    /// Takes a key that is about playing; false when it is for the dashboard.
    mutating func take(_ input: InputEvent) -> Bool {
        guard model.overlay == nil, model.prompt == nil, case .key(let key) = input else {
            return false
        }
        switch key {
        case .character(" "): isPaused.toggle()
        case .character("+"), .character("="): speed = min(speed + 1, Self.speeds.upperBound)
        case .character("-"): speed = max(speed - 1, Self.speeds.lowerBound)
        default: return false
        }
        caption(at: model.now)
        return true
    }

    /// How much simulated time passes in so many real milliseconds.
    mutating func microseconds(in milliseconds: Int) -> Int {
        guard !isPaused, !isOver else { return 0 }
        let real = milliseconds * 1_000 + rest
        guard speed < 0 else { return min(real << speed, Self.frameMicrosecondsMax) }
        let whole = real >> -speed
        rest = real - whole << -speed
        return min(whole, Self.frameMicrosecondsMax)
    }

    /// Shows how things stand.
    mutating func show(_ scene: SimulationScene, at now: Int) {
        var snapshot = scene.snapshot
        if scene.isOver { snapshot.stopTraffic() }
        _ = model.update(.snapshot(snapshot), at: now)
        // What clients ask is drawn of a real cluster; here it is what the nodes say.
        let places = scene.snapshot.epoch?.spreadPlaces ?? [:]
        let sent = scene.messages.suffix(Self.spokesMax).compactMap { message -> Spoke? in
            guard let target = places[message.receiver], let start = places[message.sender] else {
                return nil
            }
            return Spoke(
                entry: message.sender, slot: target, isWrite: false, began: now, start: start)
        }
        messages = Array((messages + sent).suffix(Self.spokesMax))
        messages.removeAll { now - $0.began >= Spoke.lifeMilliseconds }
        model.spokes = messages
        caption = scene.caption
        microseconds = scene.microseconds
        isOver = scene.isOver
        caption(at: now)
    }

    /// The line below the picture.
    private mutating func caption(at now: Int) {
        guard model.overlay == nil, model.prompt == nil else { return }
        let rate = speed < 0 ? "speed 1/\(1 << -speed)" : "speed \(1 << speed)"
        let pace = isOver ? "over" : isPaused ? "paused" : rate
        let milliseconds = microseconds / 1_000
        let fraction = String(milliseconds % 1_000 + 1_000).dropFirst()
        model.toast = Toast(
            kind: .note,
            text: "\(milliseconds / 1_000).\(fraction) s, \(pace): \(caption)   "
                + "(space pause, + - speed, q quit)", began: now)
    }
}

extension ClusterSnapshot {
    /// Lets nothing be asked any more: a run that is over stands still, and so do its rates.
    fileprivate mutating func stopTraffic() {
        for index in members.indices {
            guard var earlier = members[index].latest else { continue }
            earlier.milliseconds -= 1_000
            members[index].earlier = earlier
        }
    }
}

extension RingEpoch {
    /// One token of each member, by member number, such that they lie all around the ring.
    var spreadPlaces: [Int: Int] {
        var places: [Int: Int] = [:]
        for (index, member) in members.enumerated() where !member.tokens.isEmpty {
            places[member.number] = member.tokens[index * member.tokens.count / members.count]
        }
        return places
    }
}
