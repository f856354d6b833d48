import Terminal

/// Looks for all roles, at every colour depth.
public struct Theme: Sendable, Equatable {
    /// What it was made for.
    public enum Variant: String, Sendable, CaseIterable {
        case dark, light, any
    }

    /// The look of one role.
    struct Look: Sendable, Equatable {
        var truecolor: Style
        /// Where left out, the nearest is computed.
        var palette256: Style?
        var palette16: Style?
    }

    /// What people call it.
    public var name: String
    /// The background that it was made for.
    public var variant = Variant.any
    var looks: [ThemeRole: Look] = [:]

    /// A theme without looks: everything falls back to the terminal's own.
    init(name: String) {
        self.name = name
    }

    /// The looks at one colour depth.
    func resolved(depth: ColorDepth) -> ResolvedTheme {
        ResolvedTheme(styles: ThemeRole.allCases.map { style($0, depth) })
    }

    private func style(_ role: ThemeRole, _ depth: ColorDepth) -> Style {
        var source: ThemeRole? = role
        while let candidate = source {
            if let look = looks[candidate] { return reduce(look, role, depth) }
            source = candidate.fallback
        }
        return reduce(Look(truecolor: .standard), role, depth)
    }

    private func reduce(_ look: Look, _ role: ThemeRole, _ depth: ColorDepth) -> Style {
        var style = look.truecolor
        switch depth {
        case .truecolor: break
        case .palette256: style = look.palette256 ?? style
        case .palette16: style = look.palette16 ?? look.palette256 ?? style
        case .none: style = look.palette16 ?? style
        }
        style.foreground = style.foreground.reduced(to: depth)
        style.background = style.background.reduced(to: depth)
        // Without colour these would look like everything else.
        if depth == .none {
            switch role {
            case .selection, .input: style.attributes = .reverse
            case .selectionUnfocused: style.attributes = .underline
            case .borderFocus, .stateDown, .stateSuspect, .popupDanger, .keybarKey, .searchMatch:
                style.attributes.insert(.bold)
            default: break
            }
        }
        return style
    }
}

/// A theme's looks at the depth of one terminal.
struct ResolvedTheme: Sendable, Equatable {
    fileprivate let styles: [Style]

    /// The look of a role on the theme's background.
    subscript(role: ThemeRole) -> Style {
        let style = styles[Self.index[role] ?? 0]
        let ground = styles[Self.index[.bg] ?? 0]
        return Style(
            style.foreground,
            on: style.background == .standard ? background(ground) : style.background,
            style.attributes)
    }

    /// A theme writes the background's colour where other roles have their foreground.
    private func background(_ ground: Style) -> Color {
        ground.foreground
    }

    private static let index: [ThemeRole: Int] = Dictionary(
        uniqueKeysWithValues: zip(ThemeRole.allCases, 0...))
}
