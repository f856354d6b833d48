/// Something that a person did at the terminal.
public enum InputEvent: Sendable, Hashable {
    /// A key.
    case key(Key)
    /// Text that was pasted; never to be taken for keys.
    case paste([UInt8])
    /// The mouse.
    case mouse(MouseEvent)
}

/// A key with what was held.
public enum Key: Sendable, Hashable {
    /// A character.
    case character(Unicode.Scalar)
    /// A character with Control: `a` to `z`, or one of `@ [ \ ] ^ _`.
    case control(Unicode.Scalar)
    /// A character with Alt.
    case alt(Unicode.Scalar)
    /// Function keys, from 1.
    case function(Int)
    /// Return.
    case enter
    /// Escape.
    case escape
    /// Tab.
    case tab
    /// Shift and Tab.
    case backTab
    /// Backspace.
    case backspace
    /// Delete.
    case delete
    /// Insert.
    case insert
    /// Arrow up.
    case up
    /// Arrow down.
    case down
    /// Arrow left.
    case left
    /// Arrow right.
    case right
    /// Home.
    case home
    /// End.
    case end
    /// Page up.
    case pageUp
    /// Page down.
    case pageDown

    /// How it is called on the screen.
    public var label: String {
        switch self {
        case .character(" "): "Space"
        case .character(let scalar): ForeignText.shown(scalar)
        case .control(let scalar): "^" + ForeignText.shown(scalar.properties.uppercaseMapping)
        case .alt(let scalar): "Alt-" + ForeignText.shown(scalar)
        case .function(let number): "F\(number)"
        case .enter: "Enter"
        case .escape: "Esc"
        case .tab: "Tab"
        case .backTab: "Shift-Tab"
        case .backspace: "Backspace"
        case .delete: "Del"
        case .insert: "Ins"
        case .up: "Up"
        case .down: "Down"
        case .left: "Left"
        case .right: "Right"
        case .home: "Home"
        case .end: "End"
        case .pageUp: "PgUp"
        case .pageDown: "PgDn"
        }
    }
}

/// What the mouse did, and in which cell.
public struct MouseEvent: Sendable, Hashable {
    /// What it did.
    public enum Kind: Sendable, Hashable {
        /// The left button went down.
        case click
        /// The wheel turned away from the hand.
        case wheelUp
        /// The wheel turned towards the hand.
        case wheelDown
    }

    /// What it did.
    public var kind: Kind
    /// Column, from 0.
    public var x: Int
    /// Row, from 0.
    public var y: Int

    /// Makes an event.
    public init(kind: Kind, x: Int, y: Int) {
        self.kind = kind
        self.x = x
        self.y = y
    }
}
