import Testing

@testable import Server

@Suite("Connections of a node")
struct ConnectionCountTests {
    @Test("when there are as many clients as there may be, some more may speak of the ring")
    func reserve() {
        let count = ConnectionCount()
        for _ in 0..<ServerLimits.connectionsMax { #expect(count.add() == .anything) }
        for _ in 0..<ServerLimits.connectionsReserved { #expect(count.add() == .ringOnly) }
        #expect(count.add() == nil)
        count.remove()
        #expect(count.add() == .ringOnly)
        #expect(count.value == ServerLimits.connectionsMax + ServerLimits.connectionsReserved)
    }
}
