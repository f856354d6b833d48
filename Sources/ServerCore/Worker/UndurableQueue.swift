import DequeModule

/// What may only be said or counted once a batch of the log is durable.
enum UndurableEffect {
    /// This node's own copy of a slot that it leads counts up to here.
    case own(slot: Int, generation: Int, position: Int)
    /// A successor's acknowledgement to the slot's home.
    case acknowledge(home: Int, slot: Int, generation: Int, position: Int)
    /// The answer to a Collect.
    case copy(home: Int, slot: Int, generation: Int, CopyState)
}

/// Effects in the order of the batches that they wait for.
struct UndurableQueue {
    private var effects: Deque<(batch: Int, effect: UndurableEffect)> = []

    mutating func append(_ effect: UndurableEffect, after batch: Int) {
        effects.append((batch, effect))
    }

    /// The next effect whose batch is durable.
    mutating func next(durable batch: Int) -> UndurableEffect? {
        guard let first = effects.first, first.batch <= batch else { return nil }
        effects.removeFirst()
        return first.effect
    }
}
