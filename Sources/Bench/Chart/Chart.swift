/// A picture of figures: panels in rows under one title, with one legend for all.
///
/// Data goes in, SVG text comes out (``svg()``); it is made to be read on a light background.
public struct Chart: Sendable, Equatable {
    /// What it is about.
    public var title: String
    /// How it was measured; may be empty.
    public var subtitle: String
    /// The panels, row by row.
    public var rows: [[ChartPanel]]

    /// Makes a chart.
    public init(title: String, subtitle: String = "", rows: [[ChartPanel]]) {
        self.title = title
        self.subtitle = subtitle
        self.rows = rows
    }

    /// The names of all series in the order of their first use: the same name has the same colour
    /// in every panel.
    var legend: [String] { rows.joined().flatMap { $0.series.map(\.name) }.uniqued }
}

/// One pair of axes with what is drawn between them.
public struct ChartPanel: Sendable, Equatable {
    /// How the series are drawn.
    public enum Kind: Sendable, Equatable {
        /// As lines over numbers, with a band from the least to the largest of each point.
        case lines
        /// As bars side by side over groups of these names; x counts the groups from 0.
        case bars(groups: [String])
    }

    /// What it shows.
    public var title: String
    /// What the horizontal axis counts, with its unit.
    public var xLabel: String
    /// What the vertical axis counts, with its unit.
    public var yLabel: String
    /// How the series are drawn.
    public var kind: Kind
    /// What is drawn.
    public var series: [ChartSeries]
    /// Whether equal distances on the horizontal axis are equal ratios.
    public var isXLogarithmic = false
    /// Whether equal distances on the vertical axis are equal ratios.
    public var isYLogarithmic = false
    /// The least top of the vertical axis, such as 1 for shares; nil follows the data.
    public var yTop: Double?

    /// Makes a panel with linear axes.
    public init(
        title: String, xLabel: String, yLabel: String, kind: Kind, series: [ChartSeries]
    ) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.kind = kind
        self.series = series
    }
}

/// The points of one name.
public struct ChartSeries: Sendable, Equatable {
    /// What the legend says.
    public var name: String
    /// The points, by rising x.
    public var points: [ChartPoint]

    /// Makes a series.
    public init(name: String, points: [ChartPoint]) {
        self.name = name
        self.points = points
    }
}

/// One figure with the least and the largest that it was in several rounds.
public struct ChartPoint: Sendable, Equatable {
    /// Where it is on the horizontal axis.
    public var x: Double
    /// The figure.
    public var y: Double
    /// The least.
    public var low: Double
    /// The largest.
    public var high: Double

    /// Makes a point; without a range it is its own.
    public init(x: Double, y: Double, range: ClosedRange<Double>? = nil) {
        self.x = x
        self.y = y
        low = min(y, range?.lowerBound ?? y)
        high = max(y, range?.upperBound ?? y)
    }

    /// Whether it can be drawn.
    var isFinite: Bool { x.isFinite && y.isFinite && low.isFinite && high.isFinite }
}
