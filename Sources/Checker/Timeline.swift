/// The calls and returns of the answered operations that are not placed yet, in the order of the
/// history: a doubly linked list from which an operation is lifted and to which it is put back.
///
/// The operations that may take effect next are those called before the first return.
struct Timeline {
    /// A place in the list: `2n` is the call and `2n + 1` the return of the operation with ordinal
    /// n; the end of the list is ``end``.
    typealias Entry = Int

    private var next: [Entry]
    private var previous: [Entry]
    private let eventIndexes: [Int]
    /// The mark behind the last entry and before the first.
    let end: Entry

    /// Makes the list of operations with these call and return indexes.
    init(_ spans: [(call: Int, return: Int)]) {
        end = spans.count * 2
        eventIndexes = spans.flatMap { [$0.call, $0.return] }
        next = Array(repeating: end, count: end + 1)
        previous = next
        var last = end
        let indexes = eventIndexes
        for entry in (0..<end).sorted(by: { indexes[$0] < indexes[$1] }) {
            next[last] = entry
            previous[entry] = last
            last = entry
        }
        next[last] = end
        previous[end] = last
    }

    var first: Entry { next[end] }

    func entry(after entry: Entry) -> Entry { next[entry] }

    /// The ordinal of the operation whose call this is; nil for a return and for the end.
    func callee(_ entry: Entry) -> Int? { entry % 2 == 0 && entry != end ? entry / 2 : nil }

    /// Where in the history an entry is.
    func eventIndex(_ entry: Entry) -> Int { eventIndexes[entry] }

    /// The first return in the list.
    var firstReturn: Entry {
        var entry = first
        while callee(entry) != nil { entry = next[entry] }
        return entry
    }

    /// Takes an operation out.
    mutating func lift(_ ordinal: Int) {
        for entry in [2 * ordinal, 2 * ordinal + 1] {
            next[previous[entry]] = next[entry]
            previous[next[entry]] = previous[entry]
        }
    }

    /// Puts the operation back that was lifted last.
    mutating func putBack(_ ordinal: Int) {
        for entry in [2 * ordinal + 1, 2 * ordinal] {
            next[previous[entry]] = entry
            previous[next[entry]] = entry
        }
    }
}
