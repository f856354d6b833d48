import Testing

@testable import Checker

@Suite("Sets of placed operations")
struct PlacedSetTests {
    @Test("sets have the same name exactly when they are equal, whatever the way they came about")
    func names() {
        var generator = SeededGenerator(seed: 3)
        var set = PlacedSet(capacity: 200)
        var members: Set<Int> = []
        var byName: [[UInt64]: Set<Int>] = [:]
        var byMembers: [Set<Int>: [UInt64]] = [:]
        for round in 0..<12_000 {
            // A search works in a narrow window that wanders up and down.
            let solid = (0..<200).first { !members.contains($0) } ?? 199
            let window = round % 800 < 400 ? -1...4 : -5...1
            let ordinal = max(0, min(199, solid + Int.random(in: window, using: &generator)))
            if members.remove(ordinal) != nil {
                set.remove(ordinal)
            } else {
                members.insert(ordinal)
                set.insert(ordinal)
            }
            #expect(set.contains(ordinal) == members.contains(ordinal))
            var name: [UInt64] = []
            set.appendName(to: &name)
            #expect(byName.updateValue(members, forKey: name) ?? members == members)
            #expect(byMembers.updateValue(name, forKey: members) ?? name == name)
        }
        #expect(byName.keys.contains { ($0.first ?? 0) > 64 })
    }
}
