import Terminal

/// Where a key works.
enum KeyContext: String, Sendable, CaseIterable {
    case ring = "Ring"
    case nodes = "Nodes"
    case replication = "Replication"
    case lists = "Lists"
    case value = "Value"
    case keys = "Keys screen"
    case caches = "Caches screen"
    case bench = "Bench screen"
    case main = "Main screen"
    case everywhere = "Everywhere"
    case help = "Help"
    case dialog = "Question"
    case form = "Dialog"
    case prompt = "Line of input"
    case choice = "Menu"
    case node = "Node popup"
    case popup = "Popup"
}

/// One line of the table: keys, what they do, and how that is said.
struct KeyBinding: Sendable {
    var keys: [Key]
    var action: Action
    /// A word for the bar at the bottom; nil keeps it out of there.
    var bar: String?
    /// A line for the help.
    var help: String
}

/// The one table behind dispatch, the bar at the bottom and the help.
enum KeyTable {
    /// The bindings of one context, most important first.
    static func bindings(_ context: KeyContext) -> [KeyBinding] {
        table[context] ?? []
    }

    /// What a key does in the first of these contexts that knows it.
    static func action(_ key: Key, in contexts: [KeyContext]) -> Action? {
        for context in contexts {
            if let found = bindings(context).first(where: { $0.keys.contains(key) }) {
                return found.action
            }
        }
        return nil
    }

    private static func letter(_ scalar: Unicode.Scalar) -> Key { .character(scalar) }

    private static func entry(
        _ keys: [Key], _ action: Action, _ bar: String? = nil, _ help: String
    ) -> KeyBinding {
        KeyBinding(keys: keys, action: action, bar: bar, help: help)
    }

    private static let moves: [KeyBinding] = [
        entry([.up, letter("k")], .move(.up), nil, "one up"),
        entry([.down, letter("j")], .move(.down), nil, "one down"),
        entry([.pageUp, .control("b")], .move(.pageUp), nil, "one page up"),
        entry([.pageDown, .control("f"), letter(" ")], .move(.pageDown), nil, "one page down"),
        entry([.home, letter("g")], .move(.top), nil, "to the top"),
        entry([.end, letter("G")], .move(.bottom), nil, "to the bottom"),
    ]

    private static let nodeActions: [KeyBinding] = [
        entry([letter("S")], .node(.start), "start", "start the selected node's process again"),
        entry([letter("s")], .node(.stop), "stop", "stop it in good order"),
        entry([letter("K")], .node(.kill), "kill -9", "kill it at once, as kill -9 does"),
        entry([letter("P")], .node(.pauseOrResume), "pause", "pause it, or resume it when paused"),
        entry([letter("D")], .leaveNode, "leave", "plan its leaving the ring, then commit"),
        entry([letter("E")], .evictNode, "evict", "plan the eviction of a node that is down"),
    ]

    private static let moveActions: [KeyBinding] = [
        entry([.enter], .enter, "open", "open the selected line"),
        entry([letter("P")], .moves(.pauseOrResume), "pause", "pause all copying, or resume it"),
        entry(
            [letter("c")], .moves(.cancel), "cancel", "cancel the selected change; it asks first"),
        entry([letter("r")], .moves(.rate), "rate", "limit the bytes per second of copying"),
    ]

    private static let keyActions: [KeyBinding] = [
        entry([letter("a"), .function(7)], .createKey, "create", "create a key"),
        entry([letter("v"), .function(3)], .viewKey, "view", "get a key and view its value"),
        entry([letter("e"), .function(4)], .editKey, "edit", "edit a key's value"),
        entry(
            [letter("d"), .function(8), .delete], .deleteKey, "delete",
            "delete a key; it asks first"),
        entry([letter("n")], .joinNode, "node", "start a new node that joins the ring; plan first"),
        entry([letter("z")], .undo, "undo", "undo the last write while the value is still ours"),
    ]

    private static let table: [KeyContext: [KeyBinding]] = [
        .ring: [
            entry(
                [.left, letter("h"), .up, letter("k")], .tokenLeft, nil,
                "to the token before, anticlockwise"),
            entry(
                [.right, letter("l"), .down, letter("j")], .tokenRight, "walk", "to the next token"),
            entry([.enter], .enter, "open", "open the arc of the token or of the selected key"),
        ] + nodeActions,
        .nodes: [entry([.enter], .enter, "open", "all about the selected node")] + nodeActions,
        .replication: moveActions,
        .lists: moves + [entry([.enter], .enter, "open", "open the selected line")],
        .keys: [
            entry([.enter], .enter, "view", "to the value and back"),
            entry(
                [letter("x")], .valueMode, "text/hex/JSON", "look at the value as text, hex or JSON"
            ),
            entry([letter("r"), .function(5)], .refresh, "refresh", "read the keys again"),
            entry([.tab, .backTab], .nextPanel, "panel", "between list and value"),
            entry(
                [.escape, letter("q"), letter("1")], .mainScreen, "back", "back to the main screen"),
            entry([letter("7")], .cachesScreen, nil, "the Caches screen"),
            entry([letter("8")], .benchScreen, nil, "the Bench screen"),
        ],
        .caches: [
            entry([letter("c")], .chooseCoherence, "coherence", "choose the coherence"),
            entry([letter("p")], .choosePrefetching, "prefetching", "choose the prefetching"),
            entry(
                [letter("r")], .reader, "reader",
                "read one key through the selected node, again and again; r again stops"),
            entry([letter("b"), letter("8")], .benchScreen, "bench", "the Bench screen"),
            entry([.tab, .backTab], .nextPanel, "curve", "another curve at the right"),
            entry([.enter], .enter, "figures", "all figures of the selected line"),
            entry(
                [.escape, letter("q"), letter("1")], .mainScreen, "back", "back to the main screen"),
            entry([letter("6")], .keysScreen, nil, "the Keys screen"),
            entry([letter("F")], .freeze, nil, "freeze the picture, and let it go on"),
        ],
        .bench: [
            entry([.enter], .startBench, "start", "start what the form says; it asks first"),
            entry([.left, letter("h")], .valueBefore, nil, "the value before"),
            entry([.right, letter("l")], .valueNext, "change", "the next value"),
            entry([.up, letter("k")], .move(.up), "field", "the field before"),
            entry([.down, letter("j")], .move(.down), nil, "the next field"),
            entry([.tab], .nextPanel, "plot", "plot the next column"),
            entry([.backTab], .previousPanel, nil, "plot the column before"),
            entry([.pageUp], .move(.pageUp), nil, "results: one page up"),
            entry([.pageDown], .move(.pageDown), nil, "results: one page down"),
            entry([.escape], .cancel, "stop", "stop the bench that runs; else back"),
            entry(
                [letter("q"), letter("1")], .mainScreen, "back",
                "back to the main screen; a bench goes on"),
            entry([letter("6")], .keysScreen, nil, "the Keys screen"),
            entry([letter("7")], .cachesScreen, "caches", "the Caches screen"),
        ],
        .main: [
            entry([.tab], .nextPanel, "panel", "the next panel"),
            entry([.backTab], .previousPanel, nil, "the panel before"),
            entry([letter("1")], .panel(.ring), nil, "Ring"),
            entry([letter("2")], .panel(.nodes), nil, "Nodes"),
            entry([letter("3")], .panel(.replication), nil, "Replication"),
            entry([letter("4")], .panel(.traffic), nil, "Traffic"),
            entry([letter("5")], .panel(.events), nil, "Events"),
            entry([letter("6")], .keysScreen, "keys", "the Keys screen"),
            entry([letter("7")], .cachesScreen, "caches", "the Caches screen"),
            entry([letter("8")], .benchScreen, "bench", "the Bench screen"),
            entry([letter("+")], .zoom, "zoom", "one panel on the whole screen, and back"),
            entry([.escape], .back, nil, "out: filter, zoom, selected token or key"),
        ],
        .everywhere: [
            entry([letter("?"), .function(1)], .help, "help", "this help"),
            entry([letter(":"), .function(2)], .command, "command", "a command, as in the shell"),
            entry([letter("/")], .filter, "filter", "filter the list that has the focus"),
        ] + keyActions + [
            entry([letter("p")], .freeze, "freeze", "freeze the picture, and let it go on"),
            entry(
                [letter("q"), .function(10), .control("c")], .quit, "quit", "leave the dashboard"),
            entry([letter("m")], .mouse, nil, "mouse on and off; Shift+drag always selects text"),
            entry([.control("l")], .repaint, nil, "draw everything anew"),
            entry([.control("z")], .suspend, nil, "suspend; fg comes back"),
        ],
        .help: [
            entry([.up], .move(.up), "scroll", "one line up"),
            entry([.down], .move(.down), nil, "one line down"),
            entry([.pageUp], .move(.pageUp), nil, "one page up"),
            entry([.pageDown], .move(.pageDown), nil, "one page down"),
            entry([.escape, .enter, .function(1)], .cancel, "close", "close the help"),
        ],
        .dialog: [
            entry([.tab, .right, letter("l")], .focusNext, "choose", "the next button"),
            entry([.backTab, .left, letter("h")], .focusPrevious, nil, "the button before"),
            entry([.enter, letter(" ")], .accept, "press", "press the button"),
            entry([.up, letter("k")], .move(.up), nil, "one line up"),
            entry([.down, letter("j")], .move(.down), nil, "one line down"),
            entry([.pageUp], .move(.pageUp), nil, "one page up"),
            entry([.pageDown], .move(.pageDown), nil, "one page down"),
            entry([.escape, letter("q"), .control("c")], .cancel, "cancel", "do nothing"),
        ],
        .form: [
            entry([.enter], .accept, "save", "do it"),
            entry([.tab, .down, .backTab, .up], .focusNext, "field", "the other field"),
            entry([.control("j"), .alt("\r")], .newLine, "new line", "a line's end in the value"),
            entry([.escape, .control("c")], .cancel, "cancel", "close without doing anything"),
        ],
        .prompt: [
            entry([.enter], .accept, "do it", "do it"),
            entry([.tab], .complete, "complete", "complete the word"),
            entry([.up], .historyBack, "history", "the line before"),
            entry([.down], .historyForward, nil, "the line after"),
            entry([.escape, .control("c")], .cancel, "cancel", "close the line"),
        ],
        .value: moves + [
            entry(
                [letter("x")], .valueMode, "text/hex/JSON", "look at the value as text, hex or JSON"
            ),
            entry([.escape, letter("q"), .enter], .cancel, "close", "close the value"),
            entry([letter("e"), .function(4)], .editKey, "edit", "edit the value"),
        ],
        .choice: [
            entry([.up, letter("k")], .move(.up), "choose", "the value before"),
            entry([.down, letter("j"), .tab], .move(.down), nil, "the next value"),
            entry([.enter, letter(" ")], .accept, "take", "take the value for the whole cluster"),
            entry([.escape, letter("q"), .control("c")], .cancel, "cancel", "leave it as it is"),
        ],
        .node: nodeActions,
        .popup: moves + [
            entry([.escape, letter("q"), .enter], .cancel, "close", "close")
        ],
    ]
}

extension Model {
    /// Where the next key goes, the nearest first.
    var contexts: [KeyContext] {
        switch overlay {
        case .help: return [.help]
        case .dialog: return [.dialog]
        case .form, .join, .reader: return [.form]
        case .choice: return [.choice]
        case .value: return [.value]
        case .details(.node, _): return [.node, .popup]
        case .details: return [.popup]
        case nil: break
        }
        if prompt != nil { return [.prompt] }
        switch screen {
        case .main: break
        case .keys: return [.keys, .lists, .everywhere]
        case .caches: return [.caches, .lists, .everywhere]
        case .bench: return [.bench, .everywhere]
        }
        switch panel {
        case .ring: return [.ring, .main, .everywhere]
        case .nodes: return [.nodes, .lists, .main, .everywhere]
        case .replication: return [.replication, .lists, .main, .everywhere]
        case .events: return [.lists, .main, .everywhere]
        case .traffic: return [.main, .everywhere]
        }
    }
}
