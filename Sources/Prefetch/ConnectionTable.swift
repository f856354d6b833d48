/// Numbers small places for connections; when all are taken, the one that read longest ago loses
/// its own.
struct ConnectionTable: Sendable {
    private struct Link {
        var connection: Int
        /// Place of the next one that read later; `none` at the newest.
        var newer: Int
        /// Place of the next one that read earlier; `none` at the oldest.
        var older: Int
    }

    private static let none = -1

    private let capacity: Int
    private var places: [Int: Int] = [:]
    private var links: [Link] = []
    private var free: [Int] = []
    private var newest = Self.none
    private var oldest = Self.none

    /// Makes an empty table of a number of places, at least one.
    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// The place of a connection, and whether its earlier content is another's or none.
    ///
    /// - Returns: a place from 0 to the capacity, exclusive; a new place is either one given
    ///   before or the next number.
    mutating func place(of connection: Int) -> (place: Int, isNew: Bool) {
        if newest != Self.none, links[newest].connection == connection { return (newest, false) }
        if let place = places[connection] {
            unlink(place)
            linkNewest(place)
            return (place, false)
        }
        let place = makePlace()
        links[place].connection = connection
        places[connection] = place
        linkNewest(place)
        return (place, true)
    }

    /// Takes a connection's place away; answers which it had.
    mutating func forget(_ connection: Int) -> Int? {
        guard let place = places.removeValue(forKey: connection) else { return nil }
        unlink(place)
        free.append(place)
        return place
    }

    private mutating func makePlace() -> Int {
        if let place = free.popLast() { return place }
        if links.count < capacity {
            links.append(Link(connection: 0, newer: Self.none, older: Self.none))
            return links.count - 1
        }
        let place = oldest
        places.removeValue(forKey: links[place].connection)
        unlink(place)
        return place
    }

    private mutating func unlink(_ place: Int) {
        let link = links[place]
        if link.newer == Self.none {
            newest = link.older
        } else {
            links[link.newer].older = link.older
        }
        if link.older == Self.none {
            oldest = link.newer
        } else {
            links[link.older].newer = link.newer
        }
    }

    private mutating func linkNewest(_ place: Int) {
        links[place].newer = Self.none
        links[place].older = newest
        if newest == Self.none { oldest = place } else { links[newest].newer = place }
        newest = place
    }
}
