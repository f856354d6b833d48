import Ring
import Terminal

/// Which glyph, colour and ASCII character stand for which member.
///
/// Each member gets the first place that no other member holds, and keeps it while it is a member.
/// So the marks stay distinct as long as there are enough of them, whatever numbers the members have
/// after others have come and gone.
struct OwnerMarks: Sendable, Equatable {
    /// Glyphs and colours are taken in turns: eleven and six meet again only after 66 places.
    static let glyphs: [Unicode.Scalar] = [
        "●", "◆", "▲", "■", "✚", "★", "▼", "♠", "♣", "✦", "◗",
    ]
    private static let characters = Array(
        "123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".unicodeScalars)

    /// From 0, by member number.
    private var places: [Int: Int] = [:]
    private var characters: [Int: Unicode.Scalar] = [:]

    /// Gives new members their marks and forgets those of nodes that are gone for good.
    mutating func follow(_ epoch: RingEpoch) {
        let kept = Set(epoch.everyone.map(\.number))
        places = places.filter { kept.contains($0.key) }
        characters = characters.filter { kept.contains($0.key) }
        let present = Set(epoch.members.map(\.number))
        // Those with a digit in their name first, so that nobody else takes it.
        let isNamed = { (member: Member) in Self.digit(of: member) != nil }
        let ordered =
            epoch.members.filter(isNamed) + epoch.members.filter { !isNamed($0) } + epoch.former
        for member in ordered where characters[member.number] == nil {
            let taken = Set(characters.filter { present.contains($0.key) }.values)
            let wanted = [Self.digit(of: member)].compactMap(\.self) + Self.characters
            characters[member.number] = wanted.first { !taken.contains($0) } ?? "?"
        }
        for member in epoch.members + epoch.former where places[member.number] == nil {
            let taken = Set(places.filter { present.contains($0.key) }.values)
            places[member.number] = (0...taken.count).first { !taken.contains($0) }
        }
    }

    /// The glyph of a member, so that colour is never the only sign.
    func glyph(_ number: Int, isASCII: Bool) -> Unicode.Scalar {
        isASCII
            ? characters[number] ?? "?" : Self.glyphs[place(of: number) % Self.glyphs.count]
    }

    /// The colour of a member.
    func role(_ number: Int) -> ThemeRole {
        ThemeRole.owners[place(of: number) % ThemeRole.owners.count]
    }

    private func place(of number: Int) -> Int { places[number] ?? max(0, number &- 1) }

    /// The digit in a name like `n4`.
    private static func digit(of member: Member) -> Unicode.Scalar? {
        let scalars = Array(member.name.unicodeScalars)
        guard scalars.count == 2, scalars[0] == "n", ("1"..."9").contains(scalars[1]) else {
            return nil
        }
        return scalars[1]
    }
}
