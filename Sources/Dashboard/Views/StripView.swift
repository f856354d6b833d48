import Client
import Ring
import Terminal

extension Painter {
    /// The ring unrolled into one line of owners, for small screens.
    mutating func drawStrip(_ model: Model, _ area: Rect) {
        let isFocused = model.screen == .main && model.panel == .ring
        let inside = box(
            area, title: "1 Ring", note: model.status.map { note($0) } ?? "",
            isFocused: isFocused)
        guard let epoch = model.epoch, let status = model.status, inside.width > 0 else {
            textCentered("waiting for the ring", inside.y, .muted, in: inside)
            return
        }
        let hollow = Set(status.nodes.filter { !$0.isServing }.map(\.number))
        for column in 0..<inside.width {
            let slot = (2 * column + 1) * Slots.count / (2 * inside.width)
            guard let arc = epoch.arc(at: slot), let present = arc.present.replicas.first else {
                continue
            }
            let move = model.changes.moving[epoch.arcIndex(of: slot)]
            let isNext = move?.changesOwner == true && model.blink.showsNext(column, 0)
            let owner = isNext ? move?.to ?? present : present
            var style = ownerStyle(owner).adding(.bold)
            if let pointed = model.pointedArc, (pointed.first...pointed.last).contains(slot) {
                style = style.adding(.reverse)
            }
            let empty: Unicode.Scalar = isASCII ? "." : "·"
            grid.set(
                inside.x + column, inside.y,
                hollow.contains(owner) && !isNext ? empty : glyph(owner), style)
        }
        drawStripMarks(model, epoch, inside)
        guard inside.height >= 3 else { return }
        let last = Rect(x: inside.x, y: inside.y + 2, width: inside.width, height: 1)
        let lines = model.pointedLines(arrow: arrow, dash: dash).map(\.0)
        if lines.isEmpty {
            drawLegend(status, last)
        } else {
            text(
                " " + lines.joined(separator: "  ").cut(to: last.width - 2, isASCII: isASCII),
                last.x, last.y, .accent, in: last)
        }
    }

    private func note(_ status: ClusterStatus) -> String {
        "\(status.cluster.keys.of("key")), balance \(status.cluster.balance.text(2))"
    }

    /// The line below the owners: where clients are at work, and what is pointed at.
    private mutating func drawStripMarks(_ model: Model, _ epoch: RingEpoch, _ inside: Rect) {
        guard inside.height >= 2 else { return }
        let y = inside.y + 1
        func column(_ slot: Int) -> Int { inside.x + slot * inside.width / Slots.count }
        for spoke in model.spokes {
            let home = epoch.arc(at: spoke.slot)?.present.home
            let mark: Unicode.Scalar = isASCII ? (spoke.isWrite ? "w" : "r") : "•"
            grid.set(column(spoke.slot), y, mark, home.map(ownerStyle) ?? theme[.muted])
        }
        if let slot = model.pointedSlot {
            grid.set(
                column(slot), y, isASCII ? "^" : "▲", theme[.accent].adding(.bold))
        }
    }
}
