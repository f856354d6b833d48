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
    /// Tokens that a node is not given more than when it inherits from one that leaves.
    public static let tokensMax = 32
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

    /// Everyone's tokens once a node has left.
    ///
    /// The leaver's slots go to the nodes on either side of its arcs, and to a few more nodes where
    /// those would carry too much. Slots move between nodes that stay only as far as a load would
    /// be beyond what is wanted otherwise, and at most a fifth of what the leaver owned.
    ///
    /// - Parameters:
    ///   - node: the place of the leaving node in `existing`.
    ///   - existing: the tokens of the nodes so far. A node without tokens is not counted and gets
    ///     none.
    ///   - replicas: the replication factor for which copies are spread evenly.
    /// - Returns: as many elements as `existing`; the leaver's is empty. All are empty when nobody
    ///   else holds a token.
    public static func tokens(
        leaving node: Int, from existing: [[Int]], replicas: Int
    ) -> [[Int]] {
        precondition(existing.indices.contains(node) && replicas > 0)
        let ring = TokenRing(nodes: existing)
        var unchanged = existing
        unchanged[node] = []
        guard ring.holders.contains(node) else { return unchanged }
        guard ring.holders.contains(where: { $0 != node }) else {
            return existing.map { _ in [] }
        }
        var heirs = PlacementHeirs(existing: existing, leaver: node, replicas: replicas)
        heirs.run()
        return heirs.draft.tokens(keeping: tokensPerNode)
    }

    /// Everyone's tokens once no node carries more than is wanted, as far as that can be had, with
    /// as few slots moved as that takes.
    ///
    /// Boundaries of the most loaded nodes move, a little at a time. Where that does not help, a
    /// node with little load gets more tokens.
    ///
    /// - Parameters:
    ///   - existing: the tokens of the nodes. A node without tokens is not counted and gets none.
    ///   - replicas: the replication factor for which copies are spread evenly.
    /// - Returns: as many elements as `existing`; `existing` itself when the loads are as wanted,
    ///   or could be improved by less than a hundredth of the mean.
    public static func rebalanced(_ existing: [[Int]], replicas: Int) -> [[Int]] {
        precondition(replicas > 0)
        let ring = TokenRing(nodes: existing)
        guard ring.count > 0 else { return existing }
        var draft = PlacementDraft(ring: ring, places: existing.count, replicas: replicas)
        let overload = draft.loads.overload
        draft.relieve(slotsMax: Slots.count, addsTokens: true)
        guard overload - draft.loads.overload >= noticeable else { return existing }
        return draft.tokens(keeping: tokensPerNode)
    }

    /// What an improvement of the loads is worth moving slots for, in thousandths of the mean.
    private static let noticeable = 10
}
