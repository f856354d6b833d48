import Testing

@testable import Prefetch

@Suite struct GuessWindowTests {
    @Test("the window doubles each time half of it is used up, until it is as wide as the reach")
    func doubling() {
        var window = GuessWindow()
        var batches: [String] = []
        for _ in 0..<40 {
            var pace = Pace(reach: 16, room: 100)
            if let steps = window.take(&pace, first: 4) {
                batches.append("\(steps)\(pace.isAtReach ? " at reach" : "")")
            }
            window.advance(by: 1)
        }
        #expect(
            batches.prefix(4) == ["1...4", "3...8", "5...16 at reach", "9...16 at reach"])
    }

    @Test("a batch that was cut short is carried on before the window grows")
    func shortRoom() {
        var window = GuessWindow()
        var pace = Pace(reach: 16, room: 3)
        #expect(window.take(&pace, first: 8) == 1...3)
        pace.room = 0
        #expect(window.take(&pace, first: 8) == nil)
        pace.room = 100
        #expect(window.take(&pace, first: 8) == 4...8)
        #expect(window.size == 8)
    }

    @Test("a broken run begins again with half the window")
    func breaks() {
        var window = GuessWindow()
        var pace = Pace(reach: 64, room: 100)
        _ = window.take(&pace, first: 32)
        window.onBreak()
        #expect(window.size == 16)
        #expect(window.guessed == 0)
    }

    @Test("a reader that overtakes its guesses is guessed ahead of anew")
    func overtaken() {
        var window = GuessWindow()
        var pace = Pace(reach: 64, room: 100)
        _ = window.take(&pace, first: 4)
        window.advance(by: 50)
        #expect(window.take(&pace, first: 4) == 1...8)
    }
}

@Suite struct ConnectionTableTests {
    @Test("the connection that read longest ago loses its place")
    func leastRecent() {
        var table = ConnectionTable(capacity: 2)
        #expect(table.place(of: 10) == (0, true))
        #expect(table.place(of: 20) == (1, true))
        #expect(table.place(of: 10) == (0, false))
        #expect(table.place(of: 30) == (1, true))
        #expect(table.place(of: 10) == (0, false))
        #expect(table.place(of: 20) == (1, true))
    }

    @Test("a forgotten connection's place is given to the next one")
    func forgetting() {
        var table = ConnectionTable(capacity: 3)
        for connection in 0..<3 { _ = table.place(of: connection) }
        #expect(table.forget(1) == 1)
        #expect(table.forget(1) == nil)
        #expect(table.place(of: 7) == (1, true))
        #expect(table.place(of: 8) == (0, true))
    }

    @Test("it agrees with a plain list of connections by age")
    func model() {
        var random = SeededRandom(3)
        var table = ConnectionTable(capacity: 5)
        var byAge: [Int] = []
        var places: [Int: Int] = [:]
        for _ in 0..<5000 {
            let connection = Int.random(in: 0..<9, using: &random)
            if Int.random(in: 0..<5, using: &random) == 0 {
                #expect(table.forget(connection) == places.removeValue(forKey: connection))
                byAge.removeAll { $0 == connection }
                continue
            }
            let (place, isNew) = table.place(of: connection)
            #expect(isNew == (places[connection] == nil))
            if isNew, byAge.count == 5 { places[byAge.removeFirst()] = nil }
            if let known = places[connection] { #expect(known == place) }
            places[connection] = place
            byAge.removeAll { $0 == connection }
            byAge.append(connection)
            #expect(Set(places.values).count == places.count)
        }
    }
}
