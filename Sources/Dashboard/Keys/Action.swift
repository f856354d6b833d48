/// What a key can do; ``KeyTable`` says which does what.
enum Action: Sendable, Hashable {
    // Moving
    case move(Move)
    case nextPanel, previousPanel
    case panel(Model.Panel)
    case keysScreen, cachesScreen, benchScreen, mainScreen
    case zoom
    case enter, back
    // Looking
    case filter, command, help, freeze, mouse, repaint, suspend, quit
    case tokenLeft, tokenRight
    case valueMode
    case refresh
    case viewKey
    // Changing
    case createKey, editKey, deleteKey, undo
    case node(NodeVerb)
    case joinNode, leaveNode, evictNode
    case chooseCoherence, choosePrefetching
    // Loads of our own
    case reader
    case startBench
    case valueBefore, valueNext
    case moves(MovesVerb)
    // Dialogs, forms and lines of input
    case focusNext, focusPrevious
    case accept, cancel
    case newLine
    case complete
    case historyBack, historyForward

    enum Move: Sendable, Hashable {
        case up, down, pageUp, pageDown, top, bottom
    }

    enum NodeVerb: Sendable, Hashable {
        case start, stop, kill, pauseOrResume
    }

    /// What can be done to the copying for changes of the ring.
    enum MovesVerb: Sendable, Hashable {
        case pauseOrResume, cancel, rate
    }

    /// Whether `--readonly` refuses it.
    var changesCluster: Bool {
        switch self {
        case .createKey, .editKey, .deleteKey, .undo, .node, .joinNode, .leaveNode, .evictNode,
            .moves, .chooseCoherence, .choosePrefetching, .startBench:
            true
        default: false
        }
    }
}
