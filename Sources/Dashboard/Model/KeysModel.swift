/// The Keys screen: the keys found so far, and all that is known of the selected one.
struct KeysModel: Sendable, Equatable {
    /// Keys that the list holds at most; a filter narrows what is looked at.
    static let keysMax = 20_000
    /// Keys asked for at once; a node looks into about so many slots for them.
    static let pageCount = 1_000
    /// Keys that are read beyond the selected one, so that a short list is whole.
    static let aheadCount = 500

    /// Which part has the focus.
    enum Focus: Sendable, Equatable {
        case list, value
    }

    var focus = Focus.list
    var list = ListState()
    var keys: [[UInt8]] = []
    private(set) var known: Set<[UInt8]> = []
    /// Where the next page begins; `"0"` once all were seen.
    var cursor = "0"
    /// The request whose answer is waited for.
    var scanRequest: Int?
    /// Whether the first page was asked for.
    var isStarted = false
    /// Why the last page could not be had.
    var problem: String?
    /// The list being read anew, if it is.
    var refresh: KeysRefresh?
    /// When that or a search began last, on the dashboard's clock, and what was known then.
    var refreshedAt = 0
    var trace: KeysTrace?
    /// What is known of the selected key.
    var detail: KeyDetail?
    var mode = ValueMode.text
    var valueScroll = 0

    /// Whether more keys can be had.
    var hasMore: Bool { isStarted && cursor != "0" && keys.count < Self.keysMax }

    /// The selected key, or nil while there is none.
    var selectedKey: [UInt8]? {
        keys.indices.contains(list.selected) ? keys[list.selected] : nil
    }

    /// Forgets all keys, for a new search.
    mutating func restart() {
        keys = []
        known = []
        cursor = "0"
        problem = nil
        refresh = nil
        isStarted = true
        list.selected = 0
        list.top = 0
    }

    /// Takes a page; keys that came already are left out.
    mutating func take(_ page: KeyPage) {
        for key in page.keys where keys.count < Self.keysMax && known.insert(key).inserted {
            keys.append(key)
        }
        cursor = page.cursor
        problem = nil
    }

    /// Takes the list that was read anew; the selection stays on its key.
    mutating func take(_ refresh: KeysRefresh) {
        let selected = selectedKey
        let offset = list.selected - list.top
        keys = refresh.keys
        known = refresh.known
        cursor = refresh.cursor
        problem = nil
        if let index = selected.flatMap({ keys.firstIndex(of: $0) }) {
            list.selected = index
            list.top = index - offset
        }
        list.settle(count: keys.count, page: list.page)
    }

    /// Adds or removes one key that this screen itself wrote.
    mutating func note(_ key: [UInt8], isPresent: Bool) {
        guard isStarted else { return }
        // It may have passed the key already.
        refresh = nil
        if isPresent {
            if known.insert(key).inserted { keys.insert(key, at: 0) }
        } else if known.remove(key) != nil {
            keys.removeAll { $0 == key }
            list.settle(count: keys.count, page: list.page)
        }
    }

    /// The pattern that the filter stands for: itself if it is one, else anything around it.
    var pattern: [UInt8]? {
        guard let filter = list.filter, !filter.isEmpty else { return nil }
        let bytes = Array(filter.utf8)
        let special: Set<UInt8> = [
            UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "\\"),
        ]
        if bytes.contains(where: special.contains) { return bytes }
        return [UInt8(ascii: "*")] + bytes + [UInt8(ascii: "*")]
    }
}

/// What was learnt of one key.
struct KeyDetail: Sendable, Equatable {
    enum Value: Sendable, Equatable {
        case loading
        case found([UInt8])
        case missing(String)
    }

    var key: [UInt8]
    var value = Value.loading
    var placements: [KeyPlacement]?
    /// The requests whose answers are waited for.
    var valueRequest: Int?
    var placementRequest: Int?
    var isComplete: Bool { valueRequest == nil && placementRequest == nil }
}
