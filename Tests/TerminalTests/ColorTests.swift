import Testing

@testable import Terminal

@Suite("Colour reduction")
struct ColorTests {
    @Test("exact palette colours are found again")
    func exact() {
        for index in UInt8(16)...255 {
            let (red, green, blue) = Color.components(of: index)
            let color = Color.rgb(red: UInt8(red), green: UInt8(green), blue: UInt8(blue))
            guard case .palette(let found) = color.reduced(to: .palette256) else {
                return #expect(Bool(false))
            }
            #expect(Color.components(of: found) == Color.components(of: index))
        }
    }

    @Test("plain colours keep their names in 16 colours")
    func sixteen() {
        #expect(Color.rgb(red: 250, green: 5, blue: 5).reduced(to: .palette16) == .palette(9))
        #expect(Color.rgb(red: 0, green: 0, blue: 0).reduced(to: .palette16) == .palette(0))
        #expect(Color.palette(196).reduced(to: .palette16) == .palette(9))
        #expect(Color.palette(3).reduced(to: .palette16) == .palette(3))
    }

    @Test("without colour all is the terminal's own")
    func none() {
        #expect(Color.rgb(red: 1, green: 2, blue: 3).reduced(to: .none) == .standard)
        #expect(Color.palette(3).reduced(to: .none) == .standard)
        #expect(Color.standard.reduced(to: .palette256) == .standard)
    }
}
