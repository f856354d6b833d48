import Terminal

/// Where everything goes, from the size of the screen and what is shown; a pure function, so that
/// drawing and the mouse agree.
struct Layout {
    private(set) var panels: [Model.Panel: Rect] = [:]
    private(set) var keysList = Rect(x: 0, y: 0, width: 0, height: 0)
    private(set) var keysValue = Rect(x: 0, y: 0, width: 0, height: 0)
    private(set) var keysPlacement = Rect(x: 0, y: 0, width: 0, height: 0)
    private(set) var cachesTop = Rect(x: 0, y: 0, width: 0, height: 0)
    private(set) var cachesNodes = Rect(x: 0, y: 0, width: 0, height: 0)
    /// The two curves; without height where there is no room for them.
    private(set) var cachesCurves: [Rect] = []
    private(set) var benchForm = Rect(x: 0, y: 0, width: 0, height: 0)
    private(set) var benchProgress = Rect(x: 0, y: 0, width: 0, height: 0)
    private(set) var benchTable = Rect(x: 0, y: 0, width: 0, height: 0)
    private(set) var benchPlot = Rect(x: 0, y: 0, width: 0, height: 0)
    /// The line for toasts and input.
    let messageRow: Int
    /// The line between message and bar; nil where rows are dear.
    let ruleRow: Int?
    let barRow: Int

    init(_ model: Model) {
        let size = model.size
        barRow = size.height - 1
        ruleRow = model.isLarge ? size.height - 2 : nil
        messageRow = size.height - (model.isLarge ? 3 : 2)
        let body = Rect(x: 0, y: 1, width: size.width, height: messageRow - 1)
        switch model.screen {
        case .keys: placeKeys(body, model)
        case .caches: placeCaches(body, model)
        case .bench: placeBench(body, model)
        case .main:
            if model.isZoomed {
                panels[model.panel] = body
            } else if model.isLarge {
                placeLarge(body, model)
            } else {
                placeSmall(body, model)
            }
        }
    }

    private mutating func placeLarge(_ body: Rect, _ model: Model) {
        let events = max(5, body.height / 5)
        let upper = body.height - events
        // A circle is twice as wide as high in cells; one row is for the legend.
        let ringWidth = min(2 * (upper - 3) + 4, body.width * 9 / 20)
        let rightWidth = body.width - ringWidth
        let traffic = upper >= 34 ? 9 : 7
        let wanted = model.count(of: .nodes) + (model.status?.former.count ?? 0) + 3
        let nodes = max(6, min(wanted, upper - traffic - 5))
        panels[.ring] = Rect(x: 0, y: body.y, width: ringWidth, height: upper)
        panels[.nodes] = Rect(x: ringWidth, y: body.y, width: rightWidth, height: nodes)
        panels[.replication] = Rect(
            x: ringWidth, y: body.y + nodes, width: rightWidth, height: upper - nodes - traffic)
        panels[.traffic] = Rect(
            x: ringWidth, y: body.y + upper - traffic, width: rightWidth, height: traffic)
        panels[.events] = Rect(x: 0, y: body.y + upper, width: body.width, height: events)
    }

    private mutating func placeSmall(_ body: Rect, _ model: Model) {
        let ring = 5
        let events = model.middle == .events || body.height < 19 ? 0 : 5
        let middle = body.height - ring - events
        panels[.ring] = Rect(x: 0, y: body.y, width: body.width, height: ring)
        panels[model.middle] = Rect(
            x: 0, y: body.y + ring, width: body.width, height: middle)
        if events > 0 {
            panels[.events] = Rect(
                x: 0, y: body.y + ring + middle, width: body.width, height: events)
        }
    }

    private mutating func placeKeys(_ body: Rect, _ model: Model) {
        let listWidth = max(24, body.width * 2 / 5)
        let rest = body.width - listWidth
        let replicas = model.epoch?.settings.replicas ?? 3
        let placement = min(replicas + 5, body.height / 2)
        keysList = Rect(x: 0, y: body.y, width: listWidth, height: body.height)
        keysValue = Rect(
            x: listWidth, y: body.y, width: rest, height: body.height - placement)
        keysPlacement = Rect(
            x: listWidth, y: body.maxY - placement, width: rest, height: placement)
    }

    private mutating func placeCaches(_ body: Rect, _ model: Model) {
        let top = 6
        // Below this a curve says nothing.
        let curveMin = 6
        let left = body.height - top
        let wanted = model.known.map { $0.snapshot.members.count + 4 } ?? 4
        let nodes = left - curveMin >= 5 ? max(5, min(wanted, left - curveMin)) : left
        cachesTop = Rect(x: 0, y: body.y, width: body.width, height: top)
        cachesNodes = Rect(x: 0, y: cachesTop.maxY, width: body.width, height: nodes)
        let height = left - nodes
        guard height > 0 else { return }
        let half = body.width / 2
        cachesCurves = [
            Rect(x: 0, y: cachesNodes.maxY, width: half, height: height),
            Rect(x: half, y: cachesNodes.maxY, width: body.width - half, height: height),
        ]
    }

    private mutating func placeBench(_ body: Rect, _ model: Model) {
        let form = BenchModel.Field.allCases.count + 2
        let formWidth = min(body.width / 2, 50)
        benchForm = Rect(x: 0, y: body.y, width: formWidth, height: form)
        benchProgress = Rect(
            x: formWidth, y: body.y, width: body.width - formWidth, height: form)
        let left = body.height - form
        let rows = model.bench.table?.rows.count ?? 0
        // Where there is no room for a plot of its own, the table has all.
        let plotMin = 5
        let table = left - plotMin >= 6 ? max(6, min(rows + 4, left - plotMin)) : left
        benchTable = Rect(x: 0, y: benchForm.maxY, width: body.width, height: table)
        benchPlot = Rect(
            x: 0, y: benchTable.maxY, width: body.width, height: left - table)
    }
}
