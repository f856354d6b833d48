/// Who stands before and after one token of a node.
public struct TokenNeighbours: Sendable, Codable, Equatable {
    /// The token.
    public var token: Int
    /// The member whose token is the nearest before it that is not of the same node.
    public var predecessor: Int
    /// The member whose token is the nearest after it that is not of the same node.
    public var successor: Int

    /// Makes a row.
    public init(token: Int, predecessor: Int, successor: Int) {
        self.token = token
        self.predecessor = predecessor
        self.successor = successor
    }
}

extension TokenRing {
    /// The holders in one ring order: by the first token of each.
    public var order: [Int] {
        var seen: Set<Int> = []
        return holders.filter { seen.insert($0).inserted }
    }

    /// The holder before another in the ring ``order``; nil when it holds no token or is alone.
    public func predecessor(of holder: Int) -> Int? { neighbour(of: holder, by: -1) }

    /// The holder after another in the ring ``order``; nil when it holds no token or is alone.
    public func successor(of holder: Int) -> Int? { neighbour(of: holder, by: 1) }

    /// Who stands before and after each token of a holder, by ascending token; empty when it holds
    /// none or is alone.
    public func neighbours(of holder: Int) -> [TokenNeighbours] {
        holders.indices.compactMap { index in
            guard holders[index] == holder, let before = otherHolder(from: index, by: -1),
                let after = otherHolder(from: index, by: 1)
            else { return nil }
            return TokenNeighbours(token: positions[index], predecessor: before, successor: after)
        }
    }

    private func neighbour(of holder: Int, by step: Int) -> Int? {
        let order = self.order
        guard order.count > 1, let index = order.firstIndex(of: holder) else { return nil }
        return order[(index + step + order.count) % order.count]
    }

    private func otherHolder(from index: Int, by step: Int) -> Int? {
        var next = index
        for _ in 1..<count {
            next = (next + step + count) % count
            if holders[next] != holders[index] { return holders[next] }
        }
        return nil
    }
}
