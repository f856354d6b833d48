import Client
import Ring
import Terminal

extension Painter {
    /// The ring: who owns what, what is pointed at, and what clients are doing.
    mutating func drawRing(_ model: Model, _ area: Rect, _ cache: inout RenderCache) {
        let isFocused = model.screen == .main && model.panel == .ring
        let inside = box(
            area, title: "1 Ring", note: model.epoch?.tokensText(dash) ?? "", isFocused: isFocused)
        guard let epoch = model.epoch, let status = model.status else {
            textCentered(
                "waiting for the ring", inside.y + inside.height / 2, .muted, in: inside)
            return
        }
        drawLegend(status, Rect(x: inside.x, y: inside.maxY - 1, width: inside.width, height: 1))
        let rows = inside.height - 1
        let disc = Rect(x: inside.x, y: inside.y, width: inside.width, height: rows)
            .centered(Size(width: min(inside.width, 2 * rows), height: min(rows, inside.width / 2)))
        let key = RingRaster.Key(
            clusterID: epoch.clusterID, epoch: epoch.number,
            size: Size(width: disc.width, height: disc.height),
            hollow: Set(status.nodes.filter { !$0.isServing }.map(\.number)), isASCII: isASCII)
        let raster: RingRaster
        if let kept = cache.ring, kept.key == key {
            raster = kept
        } else {
            raster = RingRaster(key, epoch, model.changes.moving)
            cache.ring = raster
        }
        drawBand(raster, disc, pointed: model.pointedArc, model.blink)
        drawSpokes(model, epoch, raster, disc)
        drawPointer(model, raster, disc)
        drawCenter(model, epoch, status, raster, disc)
    }

    private mutating func drawBand(
        _ raster: RingRaster, _ disc: Rect, pointed: Arc?, _ blink: Blink
    ) {
        for row in 0..<disc.height {
            for column in 0..<disc.width {
                let spot = raster[column, row]
                guard spot.owner != 0 else { continue }
                let isNext = spot.next != 0 && blink.showsNext(column, row)
                let owner = isNext ? spot.next : spot.owner
                let isHollow = raster.key.hollow.contains(spot.owner) && !isNext
                var style = ownerStyle(owner)
                if let pointed, (pointed.first...pointed.last).contains(spot.slot) {
                    style = style.adding([.bold, .reverse])
                }
                let scalar: Unicode.Scalar
                if isASCII {
                    scalar = isHollow ? "." : glyph(owner)
                } else if spot.isGlyph {
                    scalar = glyph(owner)
                    style = style.adding(.bold)
                } else if isNext, spot.pattern & RingRaster.checkered != 0 {
                    // Thinner too, so that colour is not the only sign.
                    scalar = BrailleCanvas.scalar(spot.pattern & RingRaster.checkered)
                } else if spot.pattern != 0 {
                    scalar = BrailleCanvas.scalar(spot.pattern)
                } else {
                    continue
                }
                grid.set(disc.x + column, disc.y + row, scalar, style)
            }
        }
    }

    /// The operations of the last moment, each from the node that was asked to the key's home and
    /// on to its successors, fading.
    private mutating func drawSpokes(
        _ model: Model, _ epoch: RingEpoch, _ raster: RingRaster, _ disc: Rect
    ) {
        for spoke in model.spokes {
            guard let era = epoch.arc(at: spoke.slot)?.present else { continue }
            let geometry = raster.geometry
            let radius = geometry.inner - 2
            let home = geometry.dot(slot: spoke.slot, at: radius)
            let stride = 1 + spoke.step(at: model.now)
            if let anchor = spoke.start ?? epoch.anchor(spoke.entry) {
                drawLine(
                    geometry.dot(slot: anchor, at: radius), home, stride,
                    ownerStyle(spoke.entry), raster, disc)
            }
            guard spoke.isWrite else { continue }
            for successor in epoch.successors(era) {
                guard let token = epoch.nextToken(of: successor, from: spoke.slot) else { continue }
                drawLine(
                    home, geometry.dot(slot: token, at: radius), stride,
                    era.home.map(ownerStyle) ?? theme[.muted], raster, disc)
            }
        }
    }

    private mutating func drawLine(
        _ from: (x: Int, y: Int), _ to: (x: Int, y: Int), _ stride: Int, _ style: Style,
        _ raster: RingRaster, _ disc: Rect
    ) {
        var canvas = BrailleCanvas(size: Size(width: disc.width, height: disc.height))
        var step = 0
        BrailleCanvas.line(from, to) { x, y in
            if step % stride == 0 { canvas.set(x, y) }
            step += 1
        }
        for row in 0..<disc.height {
            for column in 0..<disc.width {
                let pattern = canvas.pattern(column, row)
                guard pattern != 0, raster[column, row].owner == 0 else { continue }
                let x = disc.x + column
                let y = disc.y + row
                if isASCII {
                    grid.set(x, y, "*", style)
                } else {
                    let below = grid[x, y].scalar.value
                    let kept = (0x2800...0x28FF).contains(below) ? UInt8(below - 0x2800) : 0
                    grid.set(x, y, BrailleCanvas.scalar(pattern | kept), style)
                }
            }
        }
    }

    /// Marks the slot of the selected key on the band.
    private mutating func drawPointer(_ model: Model, _ raster: RingRaster, _ disc: Rect) {
        guard let slot = model.pointedSlot else { return }
        let dot = raster.geometry.dot(slot: slot, at: raster.geometry.middle)
        grid.set(
            disc.x + dot.x / 2, disc.y + dot.y / 4, isASCII ? "@" : "◎",
            theme[.fg].adding([.bold, .reverse]))
    }

    private mutating func drawCenter(
        _ model: Model, _ epoch: RingEpoch, _ status: ClusterStatus, _ raster: RingRaster,
        _ disc: Rect
    ) {
        // The square within the inner circle, with a margin.
        let width = Int(raster.geometry.inner * 0.78)
        guard width >= 12, disc.height >= 9 else { return }
        var lines: [(String, ThemeRole)] = [
            (status.cluster.keys.of("key"), .title),
            ("balance \(status.cluster.balance.text(2))", .muted),
            ("", .fg),
        ]
        lines += model.pointedLines(arrow: arrow, dash: dash)
        let top = disc.y + (disc.height - lines.count) / 2
        for (index, line) in lines.enumerated() where !line.0.isEmpty {
            let text = " " + line.0.cut(to: width, isASCII: isASCII) + " "
            let box = disc.centered(Size(width: text.columns, height: disc.height))
            textCentered(text, top + index, line.1, in: box)
        }
    }

    /// Which glyph is whose.
    mutating func drawLegend(_ status: ClusterStatus, _ row: Rect) {
        let hint = isASCII ? "<- -> walk tokens" : "◀ ▶ walk tokens"
        var x = row.x + 1
        let entries = status.nodes.map { ($0.number, ForeignText.shown($0.name)) }
        let total = entries.reduce(0) { $0 + $1.1.columns + 2 }
        let room = total + hint.columns + 3 <= row.width ? row.width : row.width - 1
        for (number, name) in entries {
            guard x + name.columns + 1 <= row.x + room else { break }
            grid.set(x, row.y, glyph(number), ownerStyle(number).adding(.bold))
            x = text(name, x + 1, row.y, .fg, in: row) + 1
        }
        if x + hint.columns + 1 <= row.maxX {
            textRight(hint, endingAt: row.maxX - 1, row.y, .muted, in: row)
        }
    }
}

extension Model {
    /// The slot that the ring points at: the walked token's, else the selected key's.
    var pointedSlot: Int? {
        token ?? selectedKey.map { Slots.slot(ofBytes: $0) }
    }

    /// The arc of the token that is walked.
    var pointedArc: Arc? {
        token.flatMap { epoch?.arc(at: $0) }
    }

    /// What is said of it.
    func pointedLines(arrow: String, dash: String) -> [(String, ThemeRole)] {
        guard let epoch, let slot = pointedSlot else { return [] }
        guard let arc = epoch.arc(at: slot) else { return [] }
        let era = arc.present
        let home = era.home.map(epoch.name) ?? "no home"
        let others = epoch.successors(era).map(epoch.name).joined(separator: " ")
        if token != nil {
            return [
                ("token \(slot.grouped) of \(era.replicas.first.map(epoch.name) ?? "?")", .accent),
                ("slots \(arc.first.grouped)\(dash)\(arc.last.grouped)", .fg),
                ("\(arrow) \(home) \(others)", .fg),
            ]
        }
        let key = ForeignText.shown(selectedKey ?? [], columnsMax: 60)
        return [
            ("key \(key)", .accent), ("slot \(slot.grouped) \(arrow) \(home) \(others)", .fg),
        ]
    }
}

extension RingEpoch {
    /// How many tokens each node holds: `16 tokens/node`, or from the fewest to the most.
    fileprivate func tokensText(_ dash: String) -> String {
        let counts = members.map(\.tokens.count).filter { $0 > 0 }
        guard let least = counts.min(), let most = counts.max() else { return "" }
        return (least == most ? "\(most)" : "\(least)\(dash)\(most)") + " tokens/node"
    }

    /// The slot at which a member stands for drawing: its first token.
    func anchor(_ number: Int) -> Int? {
        members.first { $0.number == number }?.tokens.first
    }

    /// A member's first token clockwise from a slot.
    func nextToken(of number: Int, from slot: Int) -> Int? {
        guard let tokens = members.first(where: { $0.number == number })?.tokens else { return nil }
        return tokens.first { $0 >= slot } ?? tokens.first
    }
}
