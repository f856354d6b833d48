/// What a set of clients asked of a store and what they were told, in the order seen by one
/// observer.
///
/// The order in which calls and returns are recorded is what is checked: an operation that
/// completed before another began must also take effect before it. Record a call before the
/// request can reach the store, and a return after the answer has arrived.
public struct History: Sendable {
    /// The operations in the order of their calls; an operation's id is its index.
    public private(set) var operations: [Operation] = []
    private var events = 0

    /// Makes an empty history.
    public init() {}

    /// Records that a client asks for something.
    ///
    /// - Parameters:
    ///   - client: who asks.
    ///   - key: the key, any bytes.
    ///   - action: what is asked.
    ///   - time: the recorder's clock, for people.
    /// - Returns: the operation's id, for ``complete(_:_:at:)``.
    public mutating func begin(
        client: Int, key: [UInt8], _ action: Action, at time: Int
    ) -> Int {
        operations.append(
            Operation(
                client: client, key: key, action: action, callTime: time, returnTime: nil,
                outcome: .unknown, callIndex: events, returnIndex: nil))
        events += 1
        return operations.count - 1
    }

    /// Records what came of an operation; one that is never completed counts as unknown.
    ///
    /// - Parameters:
    ///   - id: what ``begin(client:key:_:at:)`` returned; each may be completed once.
    ///   - outcome: what came of it.
    ///   - time: the recorder's clock, for people.
    public mutating func complete(_ id: Int, _ outcome: Outcome, at time: Int) {
        precondition(operations[id].returnTime == nil, "an operation completes once")
        operations[id].returnTime = time
        operations[id].outcome = outcome
        if case .answered = outcome { operations[id].returnIndex = events }
        events += 1
    }

    /// The operations that can matter to a verdict, by key, each list in the order of the calls.
    ///
    /// What certainly was not done is left out, and so are reads without an answer; a key of which
    /// nothing is left is listed all the same.
    func relevantByKey() -> [(key: [UInt8], operations: [Operation])] {
        var places: [[UInt8]: Int] = [:]
        var groups: [(key: [UInt8], operations: [Operation])] = []
        for operation in operations {
            let place = places[operation.key] ?? groups.count
            if place == groups.count {
                places[operation.key] = place
                groups.append((operation.key, []))
            }
            if operation.isRelevant { groups[place].operations.append(operation) }
        }
        return groups
    }
}

extension Operation {
    /// Whether a verdict can depend on it.
    var isRelevant: Bool {
        switch outcome {
        case .answered: true
        case .notDone: false
        case .unknown: !action.isRead
        }
    }

    /// Whether its answer says that it changed nothing.
    var hasNoEffect: Bool {
        switch (action, outcome) {
        case (_, .notDone), (_, .answered(.flag(false))), (_, .answered(.refused)): true
        case (.take, .answered(.value(nil))): true
        default: action.isRead
        }
    }

    /// Whether the value before it matters to what it does or to the answer that it got.
    var dependsOnValue: Bool {
        switch (action, outcome) {
        case (.set, _), (.delete, .unknown): false
        case (.exchange, .unknown), (.exchange, .answered(.done)): false
        case (.take, .unknown), (.take, .answered(.done)): false
        default: true
        }
    }
}
