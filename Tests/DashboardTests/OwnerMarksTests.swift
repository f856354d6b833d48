import Ring
import Terminal
import Testing

@testable import Dashboard

@Suite("Glyphs and colours of owners")
struct OwnerMarksTests {
    private func member(_ number: Int, _ name: String) -> Member {
        Member(
            number: number, id: Fixture.id(number), name: name, host: "127.0.0.1",
            port: 7_100 + number, tokens: [number], state: .up, incarnation: 1, isVoter: true)
    }

    private func epoch(_ members: [Member], former: [Member] = []) -> RingEpoch {
        var epoch = Fixture.epoch()
        epoch.members = members
        epoch.former = former
        return epoch
    }

    private func isDistinct(_ marks: OwnerMarks, _ numbers: [Int]) -> Bool {
        let looks = numbers.map { "\(marks.glyph($0, isASCII: false)) \(marks.role($0))" }
        return Set(looks).count == numbers.count
    }

    @Test("sixty nodes look different, eleven by their glyphs alone, six by their colours alone")
    func distinct() {
        var marks = OwnerMarks()
        marks.follow(Fixture.epoch(nodes: 60))
        #expect(isDistinct(marks, Array(1...60)))
        #expect(Set((1...11).map { marks.glyph($0, isASCII: false) }).count == 11)
        #expect(Set((1...6).map { marks.role($0) }).count == 6)
        #expect(Set((1...60).map { marks.glyph($0, isASCII: true) }).count == 60)
        for glyph in OwnerMarks.glyphs { #expect(glyph.columnWidth == 1) }
    }

    @Test("who comes takes the place of who went, and nobody else changes")
    func places() {
        var marks = OwnerMarks()
        let first = (1...5).map { member($0, "n\($0)") }
        marks.follow(epoch(first))
        let before = marks
        let second = first.filter { $0.number != 4 } + [member(7, "n7")]
        marks.follow(epoch(second))
        for number in [1, 2, 3, 5] {
            #expect(marks.role(number) == before.role(number))
            #expect(marks.glyph(number, isASCII: false) == before.glyph(number, isASCII: false))
        }
        #expect(marks.role(7) == before.role(4))
        #expect(isDistinct(marks, second.map(\.number)))
    }

    @Test("without UTF-8 a node has the digit of its name, also when it comes again")
    func digits() {
        var marks = OwnerMarks()
        let old = (1...5).map { member($0, "n\($0)") }
        marks.follow(epoch(old))
        let again = old.filter { $0.number != 3 } + [member(9, "n3")]
        marks.follow(epoch(again, former: [old[2]]))
        #expect(marks.glyph(9, isASCII: true) == "3")
        marks.follow(epoch(again + [member(10, "ada"), member(11, "n12")]))
        #expect(marks.glyph(10, isASCII: true) == "6")
        #expect(marks.glyph(11, isASCII: true) == "7")
        // A name that nobody has a digit from does not take one that another has in its name.
        var fresh = OwnerMarks()
        fresh.follow(epoch([member(1, "ada"), member(2, "n1")]))
        #expect(fresh.glyph(2, isASCII: true) == "1")
        #expect(fresh.glyph(1, isASCII: true) == "2")
    }
}
