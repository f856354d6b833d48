/// Events in the order of their times; those of the same time in the order in which they came.
///
/// The heap holds times only: what happens is large, and lies still in a store beside it.
struct EventQueue {
    private struct Entry {
        let time: Int
        let order: Int
        let place: Int

        func isBefore(_ other: Entry) -> Bool {
            time != other.time ? time < other.time : order < other.order
        }
    }

    private var heap: [Entry] = []
    private var actions: [Event.Action?] = []
    private var free: [Int] = []
    private var nextOrder = 0

    var nextTime: Int? { heap.first?.time }

    mutating func add(_ action: Event.Action, at time: Int) {
        let place: Int
        if let reused = free.popLast() {
            place = reused
            actions[place] = action
        } else {
            place = actions.count
            actions.append(action)
        }
        let entry = Entry(time: time, order: nextOrder, place: place)
        nextOrder += 1
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entry.isBefore(heap[parent]) else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = entry
    }

    mutating func popFirst() -> Event? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty { sift(last) }
        guard let action = actions[first.place].take() else { return nil }
        free.append(first.place)
        return Event(time: first.time, action: action)
    }

    /// Puts an entry at the top and lets it sink to where it belongs.
    private mutating func sift(_ entry: Entry) {
        var parent = 0
        while true {
            var least = 2 * parent + 1
            guard least < heap.count else { break }
            let right = least + 1
            if right < heap.count, heap[right].isBefore(heap[least]) { least = right }
            guard heap[least].isBefore(entry) else { break }
            heap[parent] = heap[least]
            parent = least
        }
        heap[parent] = entry
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
        /// A process ends at once, if it is still the same start of it.
        case crash(process: Int, life: Int)
        case restart(process: Int)
        case resume(process: Int)
        case setCut(Bool, from: Int, to: Int)
        case endStall(process: Int)
        /// Whoever operates the cluster sees to it that there are enough members.
        case lookAfterMembers
        /// Somebody changes how reads are answered from copies.
        case switchCoherence
    }

    /// Simulated microseconds.
    let time: Int
    let action: Action
}
