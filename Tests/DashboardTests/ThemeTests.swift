import Glibc
import Terminal
import Testing

@testable import Dashboard

@Suite("Themes")
struct ThemeTests {
    private func parse(_ text: String) -> (theme: Theme, warnings: [String]) {
        let parsed = ThemeParser.parse(Array(text.utf8), file: "x.theme")
        return (parsed.theme, parsed.warnings.map(\.description))
    }

    @Test("the shipped themes are the files of the folder, and parse without a warning")
    func shipped() {
        // From this file up to the root of the repository.
        let root = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
        var files: Set<String> = []
        if let folder = opendir("/\(root)/themes") {
            defer { closedir(folder) }
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name.hasSuffix(".theme") { files.insert(String(name.dropLast(6))) }
            }
        }
        #expect(files == Set(ThemeLibrary.shipped.map(\.name)))
        for (name, bytes) in ThemeLibrary.shipped {
            let (theme, warnings) = ThemeParser.parse(bytes, file: name)
            #expect(warnings.isEmpty, "\(warnings)")
            for role in ThemeRole.allCases { #expect(theme.looks[role] != nil, "\(name) \(role)") }
        }
    }

    @Test("palette, looks for three depths, attributes and comments")
    func parsing() throws {
        let (theme, warnings) = parse(
            """
            # a comment
            name = Tokyo Night
            variant = dark    # dark | light | any
            [palette]
            blue2 = #7aa2f7
            [colors]
            fg = #c0caf5
            selection = default on #283457 bold
            state.down = #f7768e | 210 | red bold\r
            owner.1 = blue2
            """)
        #expect(warnings == [])
        #expect(theme.name == "Tokyo Night")
        #expect(theme.variant == .dark)
        #expect(
            theme.looks[.owner1]?.truecolor == Style(.rgb(red: 0x7A, green: 0xA2, blue: 0xF7)))
        #expect(
            theme.looks[.selection]?.truecolor
                == Style(.standard, on: .rgb(red: 0x28, green: 0x34, blue: 0x57), .bold))
        #expect(theme.looks[.stateDown]?.palette256 == Style(.palette(210)))
        #expect(theme.looks[.stateDown]?.palette16 == Style(.palette(1), .bold))
    }

    @Test(
        "what is not understood is told with file, line and key",
        arguments: [
            ("[colors]\nfgg = red", "x.theme:2: there is no role 'fgg'"),
            ("[colors]\nfg = #12345", "x.theme:2: fg: '#12345' is not a colour"),
            ("[colors]\nfg = red on", "x.theme:2: fg: a colour is missing after 'on'"),
            ("[colors]\nfg = red shiny", "x.theme:2: fg: 'shiny' is not an attribute"),
            ("[colors]\nfg = 256", "x.theme:2: fg: '256' is not a colour"),
            ("[colors]\nfg = 1|2|3|4", "x.theme:2: fg: at most three looks, parted by |"),
            ("[colors]\nfg =", "x.theme:2: fg: a colour is missing"),
            ("[colors]\nfg = red\nfg = blue", "x.theme:3: fg is set a second time"),
            ("[palette]\na = b", "x.theme:2: palette a: 'b' is not a colour"),
            ("[colours]\nfg = red", "x.theme:2: there is no section [colours]"),
            ("[colors\nname = x", "x.theme:1: a section ends with ]"),
            ("variant = grey", "x.theme:1: variant is dark, light or any, not 'grey'"),
            ("nonsense", "x.theme:1: expected `key = value`"),
            ("size = 3", "x.theme:1: there is no setting 'size'"),
            ("na\u{1B}me = 3", "x.theme:1: there is no setting 'na\\eme'"),
        ])
    func warnings(_ text: String, _ warning: String) {
        #expect(parse(text).warnings.contains(warning))
    }

    @Test("bytes that are no text are refused, not crashed upon")
    func binary() {
        let parsed = ThemeParser.parse([0xFF, 0x00, 0x5B], file: "x.theme")
        #expect(parsed.warnings.map(\.description) == ["x.theme:1: the file is not UTF-8 text"])
        for _ in 0..<200 {
            let bytes = (0..<80).map { _ in UInt8.random(in: 0x09...0x7E) }
            _ = ThemeParser.parse(bytes, file: "x.theme")
        }
    }

    @Test("a role that is left out looks like the one it falls back to")
    func fallback() {
        let (theme, _) = parse("[colors]\nstate.down = red\naccent = cyan")
        let resolved = theme.resolved(depth: .palette16)
        #expect(resolved[.popupDanger] == resolved[.stateDown])
        #expect(resolved[.replUnder].foreground == .palette(1))
        #expect(resolved[.keybarKey].foreground == .palette(6))
        #expect(resolved[.owner3].foreground == .standard)
    }

    @Test("falling back comes to an end for every role")
    func fallbackEnds() {
        for role in ThemeRole.allCases {
            var steps = 0
            var next = role.fallback
            while let role = next {
                steps += 1
                next = role.fallback
                #expect(steps < 10)
            }
        }
    }

    @Test("the background of a theme lies behind everything that has none of its own")
    func background() {
        let (theme, _) = parse("[colors]\nbg = #101010\nfg = white\nselection = red on blue")
        let resolved = theme.resolved(depth: .truecolor)
        #expect(resolved[.fg].background == .rgb(red: 16, green: 16, blue: 16))
        #expect(resolved[.selection].background == .palette(4))
    }

    @Test("without colour the selection and trouble still stand out")
    func noColor() {
        let resolved = Fixture.defaultTheme.resolved(depth: .none)
        #expect(resolved[.selection].attributes.contains(.reverse))
        #expect(resolved[.stateDown].attributes.contains(.bold))
        for role in ThemeRole.allCases { #expect(resolved[role].foreground == .standard) }
    }

    @Test("a theme that is not there is named, with those that are")
    func missing() {
        #expect(throws: AccessFailure("there is no theme 'nope'; there are default")) {
            try ThemeLibrary.load("nope")
        }
        #expect(throws: AccessFailure.self) { try ThemeLibrary.load("/nonexistent/x.theme") }
        #expect(throws: AccessFailure.self) { try ThemeLibrary.load("/") }
    }
}
