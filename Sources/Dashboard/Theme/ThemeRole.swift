/// What a colour is for: views name roles, and themes give them looks.
public enum ThemeRole: String, CaseIterable, Sendable {
    case fg, bg, muted, accent, title, border
    case borderFocus = "border.focus"
    case selection
    case selectionUnfocused = "selection.unfocused"
    case keybarKey = "keybar.key"
    case keybarLabel = "keybar.label"
    case input
    case popupBorder = "popup.border"
    case popupDanger = "popup.danger"
    case stateUp = "state.up"
    case stateSuspect = "state.suspect"
    case stateDown = "state.down"
    case stateJoining = "state.joining"
    case stateLeaving = "state.leaving"
    case replOK = "repl.ok"
    case replUnder = "repl.under"
    case replMoving = "repl.moving"
    case searchMatch = "search.match"
    case owner1 = "owner.1"
    case owner2 = "owner.2"
    case owner3 = "owner.3"
    case owner4 = "owner.4"
    case owner5 = "owner.5"
    case owner6 = "owner.6"
    case graphLow = "graph.low"
    case graphMid = "graph.mid"
    case graphHigh = "graph.high"

    /// The owners, in the order of member numbers.
    static let owners: [ThemeRole] = [.owner1, .owner2, .owner3, .owner4, .owner5, .owner6]

    /// The role whose look a theme gives to this one when it leaves it out; nil is the terminal's
    /// own look.
    var fallback: ThemeRole? {
        switch self {
        case .fg, .bg: nil
        case .muted, .accent, .title, .border, .selection, .keybarLabel, .input, .stateUp,
            .owner1:
            .fg
        case .borderFocus, .keybarKey, .popupBorder, .searchMatch, .stateJoining, .graphLow:
            .accent
        case .selectionUnfocused: .selection
        case .popupDanger, .replUnder: .stateDown
        case .stateSuspect, .stateDown: .accent
        case .stateLeaving, .replMoving: .stateSuspect
        case .replOK: .stateUp
        case .owner2: .owner1
        case .owner3: .owner2
        case .owner4: .owner3
        case .owner5: .owner4
        case .owner6: .owner5
        case .graphMid: .graphLow
        case .graphHigh: .graphMid
        }
    }
}
