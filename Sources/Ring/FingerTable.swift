/// The fingers that a token would have on a Chord ring of our tokens.
///
/// For display, beside the one hop that we take: our nodes know every token and need no fingers.
/// Finger i points to the owner of the slot 2ⁱ after the token. After Stoica and others, *Chord*,
/// SIGCOMM 2001, section 4; each token is one of Chord's nodes.
public struct FingerTable: Sendable, Codable, Equatable {
    /// One row.
    public struct Finger: Sendable, Codable, Equatable {
        /// The slot that the finger looks for.
        public var start: Int
        /// The first token at or after it.
        public var token: Int
        /// Whose token that is.
        public var member: Int
    }

    /// As many fingers as a slot number has bits.
    public static let fingerCount = 14

    /// Whose table it is.
    public let member: Int
    /// The token from which the fingers are counted.
    public let token: Int
    /// ``fingerCount`` fingers, nearest first.
    public let fingers: [Finger]

    /// The table of a member's first token; nil when it holds none.
    public init?(of member: Int, in ring: TokenRing) {
        guard let index = ring.holders.firstIndex(of: member) else { return nil }
        self.member = member
        token = ring.positions[index]
        fingers = ring.fingers(of: token)
    }
}

extension TokenRing {
    /// The way that a Chord lookup takes from a holder's first token to a slot: holders, the first
    /// and the owner of the slot included, so that it has one hop less than elements.
    ///
    /// Each step goes to the finger nearest before the slot; steps between two tokens of one
    /// holder are no hops and are left out.
    ///
    /// - Parameters:
    ///   - holder: where the lookup begins.
    ///   - slot: 0 to 16,383.
    /// - Returns: nil when the holder holds no token.
    public func chordPath(from holder: Int, to slot: Int) -> [Int]? {
        guard let start = holders.firstIndex(of: holder), let target = index(owning: slot) else {
            return nil
        }
        var path = [holder]
        var index = start
        while index != target && holders[target] != path[path.count - 1] {
            let next = stepTowards(slot, target: target, from: index)
            if holders[next] != path[path.count - 1] { path.append(holders[next]) }
            index = next
        }
        return path
    }

    /// The token that a Chord lookup asks next.
    private func stepTowards(_ slot: Int, target: Int, from index: Int) -> Int {
        let distance = clockwise(from: positions[index], to: slot)
        for finger in fingers(of: positions[index]).reversed() {
            let reach = clockwise(from: positions[index], to: finger.token)
            if reach > 0, reach < distance, let next = self.index(owning: finger.token) {
                return next
            }
        }
        return target
    }

    fileprivate func fingers(of token: Int) -> [FingerTable.Finger] {
        (0..<FingerTable.fingerCount).compactMap { exponent in
            let start = (token + (1 << exponent)) % Slots.count
            guard let index = index(owning: start) else { return nil }
            return .init(start: start, token: positions[index], member: holders[index])
        }
    }

    private func clockwise(from start: Int, to end: Int) -> Int {
        (end - start + Slots.count) % Slots.count
    }
}
