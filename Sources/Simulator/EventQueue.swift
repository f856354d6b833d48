/// Events in the order of their times; those of the same time in the order in which they came.
struct EventQueue {
    private var heap: [Event] = []
    private var nextOrder = 0

    var nextTime: Int? { heap.first?.time }

    mutating func add(_ action: Event.Action, at time: Int) {
        heap.append(Event(time: time, order: nextOrder, action: action))
        nextOrder += 1
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popFirst() -> Event? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            if least == parent { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}

/// Something that happens at a time.
struct Event {
    enum Action {
        /// Something reaches a process, if it is still the same start of it.
        case input(process: Int, life: Int, ProcessInput)
        /// A request that no process took, or a reply, reaches its client.
        case reply(client: Int, operation: Int, [UInt8]?)
        /// A client's patience ends.
        case giveUp(client: Int, operation: Int)
        /// A client asks for something.
        case ask(client: Int)
        case fault
        case restart(process: Int)
        case resume(process: Int)
        case heal(from: Int, to: Int)
        case endStall(process: Int)
    }

    /// Simulated microseconds.
    let time: Int
    let order: Int
    let action: Action

    static func < (left: Event, right: Event) -> Bool {
        (left.time, left.order) < (right.time, right.order)
    }
}
