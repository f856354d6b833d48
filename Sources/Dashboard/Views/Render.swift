import Terminal

/// What drawing keeps between frames.
struct RenderCache {
    var ring: RingRaster?
}

/// Draws the whole screen; the same model gives the same picture.
func render(_ model: Model, cache: inout RenderCache) -> Grid {
    var painter = Painter(
        size: model.size, theme: model.theme, isASCII: model.isASCII,
        owners: model.known?.owners ?? OwnerMarks())
    guard model.isUsable else {
        painter.drawTooSmall(model)
        return painter.grid
    }
    let layout = Layout(model)
    painter.drawHeader(model)
    switch model.screen {
    case .main:
        for panel in Model.Panel.allCases {
            guard let area = layout.panels[panel] else { continue }
            painter.draw(panel, model, area, &cache)
        }
    case .keys: painter.drawKeys(model, layout)
    case .caches: painter.drawCaches(model, layout)
    case .bench: painter.drawBench(model, layout)
    }
    painter.drawFooter(model, layout)
    painter.drawOverlay(model)
    return painter.grid
}

extension Painter {
    fileprivate mutating func draw(
        _ panel: Model.Panel, _ model: Model, _ area: Rect, _ cache: inout RenderCache
    ) {
        switch panel {
        case .ring:
            if area.height >= 12 {
                drawRing(model, area, &cache)
            } else {
                drawStrip(model, area)
            }
        case .nodes: drawNodes(model, area)
        case .replication: drawReplication(model, area)
        case .traffic: drawTraffic(model, area)
        case .events: drawEvents(model, area)
        }
    }

    /// The one line of a screen that is too small for more.
    mutating func drawTooSmall(_ model: Model) {
        let size = model.size
        guard size.height > 0 else { return }
        textCentered(
            "have \(size.width)x\(size.height), need 60x16", size.height / 2, .fg,
            in: grid.bounds)
    }
}
