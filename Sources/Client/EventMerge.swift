import Ring

/// What several nodes saw of the same thing, told once.
///
/// Nodes tell of one another in the forms «… by NAME» and «… by NAME (how)»; such events of one
/// node become one that names all who told. Any other words are the same event only if they are
/// the same words.
struct EventMerge {
    /// Events about one node that lie further apart are two.
    static let windowMilliseconds = 5_000
    /// What nodes tell of one another, before their own name.
    static let sightings = ["suspected by ", "heard again by "]

    /// Takes an event into a list that is ordered by time.
    ///
    /// - Returns: whether an event in the list told it, or was made to tell it, too.
    static func absorb(_ event: EventReport, into events: inout [EventReport]) -> Bool {
        // Only what is recent can be the same; an epoch's news are the same however late they come.
        let isNumbered = event.text.hasPrefix("epoch ")
        for index in events.indices.reversed() where events[index].node == event.node {
            let known = events[index]
            let isNear = known.milliseconds.isWithin(windowMilliseconds, of: event.milliseconds)
            if known.text == event.text, isNear || isNumbered { return true }
            guard isNear, let merged = merged(known.text, event.text) else { continue }
            events[index].text = merged
            return true
        }
        return false
    }

    /// Puts the start of a node's process before what others saw of that process: a viewer looks at
    /// processes from time to time and may notice a start later than the nodes do.
    static func orderStart(of node: String, in events: inout [EventReport]) {
        guard
            let start = events.lastIndex(where: {
                $0.node == node && $0.text.hasPrefix("process started")
            })
        else { return }
        var first: Int?
        for index in events[..<start].indices.reversed() where events[index].node == node {
            let event = events[index]
            guard event.milliseconds.isWithin(windowMilliseconds, of: events[start].milliseconds),
                !event.text.hasPrefix("process ")
            else { break }
            if event.text.hasPrefix("heard again by ") { first = index }
        }
        guard let first else { return }
        var event = events.remove(at: start)
        event.milliseconds = events[first].milliseconds
        events.insert(event, at: first)
    }

    /// One text for two sightings of the same kind; nil for anything else.
    static func merged(_ known: String, _ told: String) -> String? {
        guard let first = Sighting(known), let second = Sighting(told), first.what == second.what
        else { return nil }
        let names = first.names + second.names.filter { !first.names.contains($0) }
        return first.what + names.joined(separator: " ") + first.how
    }

    /// `suspected by n1 n2 (no heartbeat for 1.0 s)` in its parts.
    private struct Sighting {
        var what: String
        var names: [String]
        /// With the blank before it.
        var how: String

        init?(_ text: String) {
            guard let what = EventMerge.sightings.first(where: text.hasPrefix) else { return nil }
            let rest = text.dropFirst(what.count)
            // A name may hold a bracket, but no blank.
            let words = rest.split(separator: " ")
            let names = words.prefix { !$0.hasPrefix("(") }
            guard !names.isEmpty else { return nil }
            self.what = what
            self.names = names.map(String.init)
            how = words.dropFirst(names.count).map { " " + $0 }.joined()
        }
    }
}

extension Int {
    /// Whether another time lies within a distance of this one, whatever a node says it is.
    fileprivate func isWithin(_ limit: Int, of other: Int) -> Bool {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return !overflow && difference.magnitude < UInt(limit)
    }
}
