import Terminal

/// What lies over a screen; while there is one, keys go to it alone.
enum Overlay: Sendable, Equatable {
    /// The keys and what they do.
    case help(HelpState)
    /// A question.
    case dialog(Dialog)
    /// Fields of a key.
    case form(KeyForm)
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
    /// Lines as they are.
    case text(title: String, lines: [String])
}

/// A question with buttons; the first is the harmless one and has the focus.
struct Dialog: Sendable, Equatable {
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
    }

    var title: String
    var lines: [String]
    var buttons: [Button]
    var focus = 0
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
