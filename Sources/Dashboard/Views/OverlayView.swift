import Client
import Ring
import Terminal

extension Painter {
    /// What lies over the screen, if anything.
    mutating func drawOverlay(_ model: Model) {
        let screen = grid.bounds.inset(2, 1)
        switch model.overlay {
        case .help(let help): drawHelp(model, help, screen)
        case .dialog(let dialog): drawDialog(dialog)
        case .form(let form): drawForm(model, form, screen)
        case .join(let form): drawJoinForm(form, screen)
        case .reader(let form): drawReaderForm(model, form, screen)
        case .choice(let choice): drawChoice(choice, screen)
        case .value(let value): drawValuePopup(model, value, screen)
        case .details(let subject, let scroll): drawDetails(model, subject, scroll, screen)
        case nil: break
        }
    }

    private mutating func drawValuePopup(_ model: Model, _ value: ValueState, _ screen: Rect) {
        let view = ValueView(value, grid.size)
        let area = screen.centered(Size(width: view.width, height: view.page + 4))
        clear(area)
        let inside = box(
            area, title: ForeignText.shown(value.key, columnsMax: 60),
            note: "\(value.value.count.of("byte")), \(value.mode.title)", isFocused: true,
            border: .popupBorder)
        text(
            model.whereabouts(value.key).cut(to: inside.width - 2, isASCII: isASCII),
            inside.x + 1, inside.y, .muted, in: inside)
        let body = Rect(
            x: inside.x, y: inside.y + 2, width: inside.width, height: inside.height - 2)
        drawValue(value.value, value.mode, scroll: value.scroll, body, isFocused: true, frame: area)
    }

    private mutating func drawDetails(
        _ model: Model, _ subject: DetailsSubject, _ scroll: Int, _ screen: Rect
    ) {
        let view = DetailsView(model, subject)
        let count = view.lines.count
        let area = screen.centered(Size(width: view.width, height: view.page + 2))
        clear(area)
        let top = max(0, min(scroll, count - view.page))
        let seen = "\(top + 1)\(dash)\(min(count, top + view.page)) of \(count)"
        let keys = isASCII ? "Up/Down" : "↑↓"
        let inside = box(
            area, title: view.title, note: count > view.page ? "\(keys) \(seen)" : "",
            isFocused: true, border: .popupBorder)
        for (row, line) in view.lines.dropFirst(top).prefix(inside.height).enumerated() {
            text(line, inside.x + 1, inside.y + row, .fg, in: inside)
        }
        scrollBar(area, top: top, page: inside.height, count: count, isFocused: true)
    }

    /// Cuts a line at blanks where it is too long.
    static func fold(_ line: String, width: Int) -> [String] {
        guard line.columns > width, width > 8 else { return [line] }
        let indent = line.prefix { $0 == " " }.count
        var lines: [String] = []
        var current = ""
        for word in line.split(separator: " ", omittingEmptySubsequences: false) {
            if !current.isEmpty, current.columns + 1 + word.description.columns > width {
                lines.append(current)
                current = String(repeating: " ", count: min(indent + 2, width / 2)) + word
            } else {
                current +=
                    (current.isEmpty && lines.isEmpty && word.isEmpty ? "" : "")
                    + (current.isEmpty ? "" : " ") + word
            }
        }
        return lines + [current]
    }
}

/// A popup with a value: how many lines it has and how many are in view; shared by drawing and
/// scrolling.
struct ValueView {
    let lineCount: Int
    let width: Int
    let page: Int

    init(_ value: ValueState, _ size: Size) {
        width = max(0, min(size.width - 4, 100))
        lineCount = ValueText.lines(value.value, value.mode, width: width - 4).count
        page = max(0, min(size.height - 8, max(lineCount, 3)))
    }
}

/// A popup with facts: its lines as they are folded, and how many are in view; shared by drawing and
/// scrolling.
struct DetailsView {
    let title: String
    let lines: [String]
    let width: Int
    let page: Int

    init(_ model: Model, _ subject: DetailsSubject) {
        let (title, raw) = model.details(
            subject, arrow: model.isASCII ? "->" : "→", dash: model.isASCII ? "-" : "–")
        let width = max(0, min(model.size.width - 4, 90))
        let lines = raw.flatMap { Painter.fold($0, width: width - 4) }
        self.title = title
        self.width = width
        self.lines = lines
        page = max(0, min(model.size.height - 6, lines.count))
    }
}
