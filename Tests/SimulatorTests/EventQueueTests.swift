import ServerCore
import Testing

@testable import Simulator

@Suite("The order of events")
struct EventQueueTests {
    @Test("events come by their times, those of one time in the order in which they were added")
    func order() {
        var random = SplitMix64(seed: 1)
        var queue = EventQueue()
        var added: [(time: Int, order: Int)] = []
        var taken: [(time: Int, order: Int)] = []
        func takeFirst() {
            guard let event = queue.popFirst(), case .ask(let order) = event.action else { return }
            taken.append((event.time, order))
        }
        for order in 0..<500 {
            let time = (taken.last?.time ?? 0) + Int.random(in: 0...9, using: &random)
            added.append((time, order))
            queue.add(.ask(client: order), at: time)
            if order % 3 == 0 { takeFirst() }
        }
        while queue.nextTime != nil { takeFirst() }
        #expect(taken.count == added.count)
        #expect(
            zip(taken, taken.dropFirst()).allSatisfy { $0.0 < $1.0 || $0.0 == $1.0 && $0.1 < $1.1 })
    }
}
