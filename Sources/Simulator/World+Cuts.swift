/// Faults of the network: which links carry nothing, and for how long.
extension World {
    typealias Way = (from: Int, to: Int)

    func cut(from sender: Int, to receiver: Int) {
        guard sender != receiver else { return }
        links[sender][receiver].cuts += 1
        guard links[sender][receiver].cuts == 1 else { return }
        trace.note(now, "n\(sender) → n\(receiver) cut")
    }

    func heal(from sender: Int, to receiver: Int) {
        guard links[sender][receiver].isCut else { return }
        links[sender][receiver].cuts -= 1
        guard !links[sender][receiver].isCut else { return }
        trace.note(now, "n\(sender) → n\(receiver) healed")
    }

    /// Cuts some directions for a while.
    func cutFor(_ time: Int, _ ways: [Way]) {
        let real = ways.filter { $0.from != $0.to }
        guard !real.isEmpty else { return }
        counts.faults += 1
        for way in real {
            cut(from: way.from, to: way.to)
            schedule(.setCut(false, from: way.from, to: way.to), at: now + time)
        }
    }

    /// Cuts all that one node sends and gets; each direction heals by itself.
    func isolate(_ process: SimulatedProcess) {
        counts.faults += 1
        for other in processes where other.number != process.number {
            for way in [(process.number, other.number), (other.number, process.number)] {
                cut(from: way.0, to: way.1)
                schedule(.setCut(false, from: way.0, to: way.1), at: now + outage())
            }
        }
    }

    /// Two groups that do not hear each other; now and then one of them still hears the other.
    func split() {
        let (left, right) = groups(of: processes.map(\.number))
        cutFor(outage(), ways(left, right, isOneWay: chance(300)))
    }

    /// Two groups that do not hear each other, and one node that both hear.
    func bridge(_ process: SimulatedProcess) {
        let others = processes.map(\.number).filter { $0 != process.number }
        let (left, right) = groups(of: others)
        cutFor(outage(), ways(left, right, isOneWay: false))
    }

    private func groups(of numbers: [Int]) -> ([Int], [Int]) {
        let shuffled = numbers.shuffled(using: &random)
        let count = Int.random(in: 1..<numbers.count, using: &random)
        return (Array(shuffled.prefix(count)), Array(shuffled.dropFirst(count)))
    }

    private func ways(_ left: [Int], _ right: [Int], isOneWay: Bool) -> [Way] {
        left.flatMap { one in
            right.flatMap { other in
                isOneWay ? [(one, other)] : [(one, other), (other, one)]
            }
        }
    }

    /// Stops links one by one in random order, and restores them in another: it finds what depends
    /// on who hears whom first.
    func unravel() {
        counts.faults += 1
        let numbers = processes.map(\.number)
        let all: [Way] = numbers.flatMap { one in
            numbers.filter { $0 != one }.map { (one, $0) }
        }
        let count = Int.random(in: 1...all.count, using: &random)
        let chosen = all.shuffled(using: &random).prefix(count)
        let step = max(1, outage() / count)
        for (place, way) in chosen.enumerated() {
            schedule(.setCut(true, from: way.from, to: way.to), at: now + place * step)
        }
        let restored = now + count * step + outage() / 4
        for (place, way) in chosen.shuffled(using: &random).enumerated() {
            schedule(.setCut(false, from: way.from, to: way.to), at: restored + place * step)
        }
        trace.note(now, "\(count) links stop one by one")
    }
}
