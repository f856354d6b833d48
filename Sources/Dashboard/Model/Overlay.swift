import Ring
import Terminal

/// What lies over a screen; while there is one, keys go to it alone.
enum Overlay: Sendable, Equatable {
    /// The keys and what they do.
    case help(HelpState)
    /// A question.
    case dialog(Dialog)
    /// Fields of a key.
    case form(KeyForm)
    /// Fields of a node that is to join.
    case join(JoinForm)
    /// Fields of a reader.
    case reader(ReaderForm)
    /// The values of a setting.
    case choice(Choice)
    /// A value.
    case value(ValueState)
    /// Facts about something.
    case details(DetailsSubject, scroll: Int)
}

/// The help: scrolled and searched.
struct HelpState: Sendable, Equatable {
    var search = LineEditor()
    var scroll = 0
}

/// What facts are shown of.
enum DetailsSubject: Sendable, Equatable {
    /// The arc of a slot.
    case arc(slot: Int)
    /// A node, by its number.
    case node(number: Int)
    /// Runs of slots for which one thing is to be said, by the number of the first slot.
    case group(slot: Int)
    /// The changes of the ring: waiting, under way and ended.
    case moves
    /// The cluster-wide settings.
    case settings
    /// The cluster and its nodes in short.
    case status
    /// The nodes' processes.
    case processes
    /// A node's copies and guesses, by its number; nil for all together.
    case caches(Int?)
    /// Lines as they are.
    case text(title: String, lines: [String])
}

/// A question with buttons; the first is the harmless one and has the focus.
struct Dialog: Sendable, Equatable {
    /// A line of the question, with what it is.
    struct Line: Sendable, Equatable, ExpressibleByStringInterpolation {
        var text: String
        var role = ThemeRole.fg

        init(_ text: String, _ role: ThemeRole = .fg) {
            self.text = text
            self.role = role
        }

        init(stringLiteral text: String) { self.text = text }
    }

    struct Button: Sendable, Equatable {
        var label: String
        var answer: Answer
    }

    /// What a button does.
    enum Answer: Sendable, Equatable {
        case cancel
        case leaveRunning
        case stopAllAndQuit
        case delete(key: [UInt8])
        case node(NodeAction, name: String)
        /// Asks for a change; one that was planned only while the plan's epoch is the newest.
        case change(ChangeWish, plannedIn: Int?)
        case bench(BenchWish)
    }

    var title: String
    var lines: [Line]
    var buttons: [Button]
    var focus = 0
    /// Index of the first line in view.
    var scroll = 0
    var isDanger = true
}

/// The fields of a key that is looked for, made or changed.
struct KeyForm: Sendable, Equatable {
    enum Purpose: Sendable, Equatable {
        case create
        /// Writes only while the value is still what it was.
        case edit(original: [UInt8])
        /// Asks for a key alone.
        case ask(KeyVerb)
    }

    var purpose: Purpose
    var key = LineEditor()
    var value = LineEditor()
    var isInValue = false
    /// Why the last attempt failed.
    var problem: String?

    var hasValue: Bool {
        if case .ask = purpose { false } else { true }
    }
    /// A key that exists keeps its name.
    var isKeyFixed: Bool {
        if case .edit = purpose { true } else { false }
    }
}

/// The fields of a node that is to join.
struct JoinForm: Sendable, Equatable {
    var name: LineEditor
    var port: LineEditor
    var isInPort = false
    /// Why the last attempt failed.
    var problem: String?

    /// What the fields ask for, or what is wrong with them.
    var wish: Result<ChangeWish, AccessFailure> {
        guard Member.isName(name.text) else {
            return .failure(AccessFailure("a name has 1 to 64 printable bytes"))
        }
        guard let number = Int(port.text), (1...65_535).contains(number) else {
            return .failure(AccessFailure("a port is a number from 1 to 65,535"))
        }
        return .success(.join(name: name.text, port: number))
    }
}

/// What is to be done with a key that is asked for.
enum KeyVerb: String, Sendable, Equatable {
    case view, edit, delete
}

/// A value and how it is looked at.
struct ValueState: Sendable, Equatable {
    var key: [UInt8]
    var value: [UInt8]
    var mode = ValueMode.text
    var scroll = 0
}

/// Ways to look at a value.
enum ValueMode: String, Sendable, CaseIterable {
    case text, hex, json

    var next: ValueMode {
        switch self {
        case .text: .hex
        case .hex: .json
        case .json: .text
        }
    }

    var title: String { self == .json ? "JSON" : rawValue }
}

/// A line of input at the bottom of the screen.
struct Prompt: Sendable, Equatable {
    enum Purpose: Sendable, Equatable {
        case command
        /// Filters the list that has the focus, as it is typed.
        case filter
    }

    var purpose: Purpose
    var editor = LineEditor()
    /// Position in the history while it is walked; nil is the line being typed.
    var historyIndex: Int?
    /// What the completion offers.
    var offers: [String] = []
}
