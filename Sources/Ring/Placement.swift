/// Chooses tokens.
///
/// Tokens are chosen, not drawn: a ring with few tokens per node is then even, can be drawn, and a
/// join moves little more than it must. The functions are deterministic and use integers only, so
/// that every proposer of an epoch finds the same tokens.
///
/// A node is here its place in the list; `tokens[n]` are the tokens of node n, ascending.
public enum Placement {
    /// Tokens of a node when nothing else is asked for.
    public static let tokensPerNode = 16
    /// The most nodes that can found a ring together.
    public static let nodesMax = 1_024

    /// The tokens of nodes that found a ring together: equal arcs.
    ///
    /// The nodes follow one another in one cyclic order, run through forwards in the first half of
    /// the ring and backwards in the second. The order being one, there are hardly more replica
    /// sets than nodes, which survives double failures best; its direction being two, what a dead
    /// node was home of is shared by both its neighbours.
    ///
    /// - Parameters:
    ///   - nodes: how many, 1 to ``nodesMax``.
    ///   - tokenCount: tokens of each, at least 1; as many as fit when they do not.
    /// - Returns: the tokens of each node.
    public static func founding(nodes: Int, tokenCount: Int = tokensPerNode) -> [[Int]] {
        precondition((1...nodesMax).contains(nodes) && tokenCount > 0)
        let rounds = min(tokenCount, Slots.count / nodes)
        let total = nodes * rounds
        var tokens = [[Int]](repeating: [], count: nodes)
        for index in 0..<total {
            let (round, place) = index.quotientAndRemainder(dividingBy: nodes)
            let isForward = round < (rounds + 1) / 2
            let node = isForward ? place : (nodes - place) % nodes
            tokens[node].append((index + 1) * Slots.count / total - 1)
        }
        return tokens
    }

    /// Everyone's tokens once one more node has joined; the joining node's come last.
    ///
    /// A slot changes its owner only towards the joining node: where an old node's token moves, it
    /// moves back, and the joining node takes what it leaves.
    ///
    /// - Parameters:
    ///   - existing: the tokens of the nodes so far; none gives the first node of a ring.
    ///   - replicas: the replication factor for which copies are spread evenly.
    ///   - tokenCount: tokens wanted for the joining node.
    /// - Returns: one element more than `existing`; the last is shorter than asked for, at worst
    ///   empty, when the arcs are too small to be cut.
    public static func tokens(
        joining existing: [[Int]], replicas: Int, tokenCount: Int = tokensPerNode
    ) -> [[Int]] {
        guard existing.contains(where: { !$0.isEmpty }) else {
            return existing + founding(nodes: 1, tokenCount: tokenCount)
        }
        var search = PlacementSearch(existing: existing, replicas: replicas)
        search.run(tokenCount: tokenCount)
        return search.tokens()
    }

    /// The figures of a ring that grows from one node, one join at a time.
    ///
    /// - Parameters:
    ///   - nodes: the size to grow to, at least 1.
    ///   - replicas: the replication factor.
    /// - Returns: one element for each size, from 1.
    public static func growth(to nodes: Int, replicas: Int = 3) -> [PlacementFigures] {
        var tokens = founding(nodes: 1)
        var figures = [PlacementFigures(tokens: tokens, replicas: replicas)]
        while tokens.count < nodes {
            let before = tokens
            tokens = Self.tokens(joining: before, replicas: replicas)
            figures.append(PlacementFigures(tokens: tokens, before: before, replicas: replicas))
        }
        return figures
    }
}
