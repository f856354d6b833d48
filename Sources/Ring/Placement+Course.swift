extension Placement {
    /// The figures of a ring that grows from one node, one join at a time.
    ///
    /// - Parameters:
    ///   - nodes: the size to grow to, at least 1.
    ///   - replicas: the replication factor.
    /// - Returns: one element for each size, from 1.
    public static func growth(to nodes: Int, replicas: Int = 3) -> [PlacementFigures] {
        course(to: nodes, downTo: nodes, replicas: replicas) { _ in 0 }
    }

    /// The figures of a ring that grows from one node, one join at a time, and then shrinks, one
    /// leave at a time.
    ///
    /// - Parameters:
    ///   - peak: the size to grow to, at least 1.
    ///   - floor: the size to shrink to, at least 1; from `peak` on, the ring only grows.
    ///   - replicas: the replication factor.
    ///   - leaver: which node leaves next, given how many there are: a number below that.
    /// - Returns: one element for each size on the way up, from 1, and then for each on the way
    ///   down.
    public static func course(
        to peak: Int, downTo floor: Int, replicas: Int, leaver: (Int) -> Int
    ) -> [PlacementFigures] {
        precondition(peak > 0 && floor > 0)
        var tokens = founding(nodes: 1)
        var figures = [PlacementFigures(tokens: tokens, replicas: replicas)]
        while tokens.count < peak {
            let before = tokens
            tokens = Self.tokens(joining: before, replicas: replicas)
            figures.append(PlacementFigures(tokens: tokens, before: before, replicas: replicas))
        }
        while tokens.count > floor {
            let before = tokens
            let node = leaver(before.count)
            tokens = Self.tokens(leaving: node, from: before, replicas: replicas)
            figures.append(PlacementFigures(tokens: tokens, before: before, replicas: replicas))
            tokens.remove(at: node)
        }
        return figures
    }
}
