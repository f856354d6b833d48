/// The search for an order in which the operations of one key can have taken effect.
///
/// Depth first, as Wing and Gong have it (1993), with the configurations met remembered, as Lowe
/// adds (2017). A configuration is the set of operations placed and the value they leave. Four
/// cuts keep it small, and none loses an order:
///
/// - A read, or a write that was refused, comes next where it can: whatever order exists from here
///   still exists with that operation moved to its front. (A write that happens to leave the value
///   as it is may not be moved so: it is there to undo another.)
/// - Of unknown operations that ask for the same thing, the one called first is used first; none of
///   them has to be over before anything.
/// - An unknown operation is used only where what comes right after it depends on the value that it
///   leaves: an order with any other still holds without that one.
/// - A configuration that has used more unknown operations than a like one is not explored.
struct KeySearch {
    /// How a search ended.
    enum Result {
        /// There is an order.
        case placed
        /// There is none.
        case blocked(DeadEnd)
        /// The limit of steps was reached first.
        case exhausted
    }

    /// The configuration that got furthest.
    struct DeadEnd {
        /// Indexes of the operations placed, in order.
        var order: [Int] = []
        /// The value that they leave.
        var value: KeyModel.Value = nil
        /// Index of the operation that had to be over by then and cannot be placed.
        var blocked = 0
        /// Where in the history that operation returned.
        var returnIndex = -1
    }

    private struct Candidate {
        let index: Int
        let kind: Int
        let callIndex: Int
        /// Whether it changes nothing wherever its answer is right.
        let isInert: Bool
        /// Whether the value before it matters to what it does or answers.
        let isDependent: Bool
        /// The unknown operation before this one that asks for the same.
        var twin: Int?
    }

    /// What is to be tried next in a configuration.
    private struct Cursor {
        var entry: Timeline.Entry
        var unknown = 0
        var mayBeForced = true
    }

    private struct Move {
        let ordinal: Int
        let isAnswered: Bool
        /// Whether nothing else has to be tried in its place.
        let isForced: Bool
        let valueBefore: Int
        /// What is to be tried when this move is taken back.
        let cursor: Cursor
    }

    private var answered: [Candidate] = []
    private var unknown: [Candidate] = []
    private var table = TransitionTable()
    private var timeline: Timeline
    private var cache = SearchCache()
    private var placedAnswered: PlacedSet
    private var placedUnknown: PlacedSet
    private var value = TransitionTable.absent
    private var moves: [Move] = []
    private var cursor: Cursor
    private var deadEnd = DeadEnd()

    /// Prepares a search; the key is absent at first.
    ///
    /// - Parameter operations: of one key, relevant ones only, in the order of their calls.
    init(_ operations: [Operation]) {
        var spans: [(call: Int, return: Int)] = []
        var latest: [Int: Int] = [:]
        for (index, operation) in operations.enumerated() {
            let kind = table.number(of: operation)
            var candidate = Candidate(
                index: index, kind: kind, callIndex: operation.callIndex,
                isInert: operation.hasNoEffect, isDependent: operation.dependsOnValue)
            if let returnIndex = operation.returnIndex {
                spans.append((operation.callIndex, returnIndex))
                answered.append(candidate)
            } else {
                candidate.twin = latest.updateValue(unknown.count, forKey: kind)
                unknown.append(candidate)
            }
        }
        timeline = Timeline(spans)
        cursor = Cursor(entry: timeline.first)
        placedAnswered = PlacedSet(capacity: answered.count)
        placedUnknown = PlacedSet(capacity: unknown.count)
    }

    /// Searches until an order is found, none is left to try, or the steps are used up.
    ///
    /// - Parameter steps: how many more operations may be placed; counted down.
    /// - Returns: how it ended.
    mutating func run(steps: inout Int) -> Result {
        while timeline.first != timeline.end {
            if let move = nextMove() {
                guard steps > 0 else { return .exhausted }
                steps -= 1
                make(move)
            } else {
                noteDeadEnd()
                guard takeBack() else { return .blocked(deadEnd) }
            }
        }
        return .placed
    }

    // MARK: - Moves

    private mutating func nextMove() -> Move? {
        if cursor.mayBeForced {
            cursor.mayBeForced = false
            if let forced = forcedMove() { return forced }
        }
        while let ordinal = timeline.callee(cursor.entry) {
            cursor.entry = timeline.entry(after: cursor.entry)
            let transition = table.transition(kind: answered[ordinal].kind, from: value)
            guard transition.isLegal else { continue }
            return move(ordinal, isAnswered: true)
        }
        return nextUnknownMove()
    }

    /// An inert operation that may come next.
    private mutating func forcedMove() -> Move? {
        var entry = timeline.first
        while let ordinal = timeline.callee(entry) {
            let candidate = answered[ordinal]
            if candidate.isInert, table.transition(kind: candidate.kind, from: value).isLegal {
                return move(ordinal, isAnswered: true, isForced: true)
            }
            entry = timeline.entry(after: entry)
        }
        return nil
    }

    /// An operation of unknown fate that was called before the first return, changes the value, and
    /// changes it to something that another operation can use.
    private mutating func nextUnknownMove() -> Move? {
        let limit = timeline.eventIndex(timeline.firstReturn)
        while cursor.unknown < unknown.count, unknown[cursor.unknown].callIndex < limit {
            let ordinal = cursor.unknown
            cursor.unknown += 1
            if placedUnknown.contains(ordinal) { continue }
            if let twin = unknown[ordinal].twin, !placedUnknown.contains(twin) { continue }
            let next = table.transition(kind: unknown[ordinal].kind, from: value).value
            if next != value, isUsable(next, before: limit) {
                return move(ordinal, isAnswered: false)
            }
        }
        return nil
    }

    /// Whether an operation that may come next depends on the value before it and can follow this
    /// one.
    private mutating func isUsable(_ value: Int, before limit: Int) -> Bool {
        var entry = timeline.first
        while let ordinal = timeline.callee(entry) {
            let user = answered[ordinal]
            if user.isDependent, table.transition(kind: user.kind, from: value).isLegal {
                return true
            }
            entry = timeline.entry(after: entry)
        }
        return unknown.indices.contains { ordinal in
            let user = unknown[ordinal]
            return user.isDependent && user.callIndex < limit && !placedUnknown.contains(ordinal)
                && table.transition(kind: user.kind, from: value).value != value
        }
    }

    private func move(_ ordinal: Int, isAnswered: Bool, isForced: Bool = false) -> Move {
        Move(
            ordinal: ordinal, isAnswered: isAnswered, isForced: isForced, valueBefore: value,
            cursor: cursor)
    }

    private func candidate(of move: Move) -> Candidate {
        move.isAnswered ? answered[move.ordinal] : unknown[move.ordinal]
    }

    /// Places an operation; takes it back at once when the configuration is an old one.
    private mutating func make(_ move: Move) {
        let kind = candidate(of: move).kind
        if move.isAnswered {
            placedAnswered.insert(move.ordinal)
            timeline.lift(move.ordinal)
        } else {
            placedUnknown.insert(move.ordinal)
        }
        value = table.transition(kind: kind, from: value).value
        moves.append(move)
        cursor = Cursor(entry: timeline.first)
        let isNew = cache.insert(answered: placedAnswered, unknown: placedUnknown, value: value)
        if !isNew { _ = takeBack() }
    }

    /// Goes back to the last configuration in which there is something left to try.
    ///
    /// - Returns: false when there is none.
    private mutating func takeBack() -> Bool {
        while let move = moves.popLast() {
            if move.isAnswered {
                placedAnswered.remove(move.ordinal)
                timeline.putBack(move.ordinal)
            } else {
                placedUnknown.remove(move.ordinal)
            }
            value = move.valueBefore
            cursor = move.cursor
            if !move.isForced { return true }
        }
        return false
    }

    // MARK: - The way of the search

    /// Keeps this configuration if no other got as far in the history.
    private mutating func noteDeadEnd() {
        let entry = timeline.firstReturn
        let returnIndex = timeline.eventIndex(entry)
        guard returnIndex > deadEnd.returnIndex else { return }
        deadEnd = DeadEnd(
            order: moves.map { candidate(of: $0).index },
            value: table.value(value), blocked: answered[entry / 2].index, returnIndex: returnIndex)
    }
}
