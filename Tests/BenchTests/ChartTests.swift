import Testing

@testable import Bench

@Suite("Pictures")
struct ChartTests {
    private func lines(_ points: [ChartPoint], title: String = "Speed") -> Chart {
        Chart(
            title: title,
            rows: [
                [
                    ChartPanel(
                        title: "Panel", xLabel: "clients", yLabel: "operations/s", kind: .lines,
                        series: [ChartSeries(name: "insertion", points: points)])
                ]
            ])
    }

    @Test("a picture is one document with title, axes with units, legend and each series")
    func structure() {
        let svg = lines([ChartPoint(x: 1, y: 10), ChartPoint(x: 2, y: 20, range: 15...25)]).svg()
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 440 "))
        #expect(svg.hasSuffix("</svg>\n"))
        for part in [
            "<title>Speed</title>", ">Panel</text>", ">clients</text>", ">operations/s</text>",
            ">insertion</text>", "<polyline", "<polygon", "fill=\"#ffffff\"",
        ] { #expect(svg.contains(part), "\(part)") }
        #expect(svg.split(separator: "<circle").count == 3)
        #expect(isBalanced(svg))
    }

    @Test("a point without a range has no band, and one that is no number is left out")
    func noBand() {
        let svg = lines([ChartPoint(x: 1, y: 10), ChartPoint(x: 2, y: .nan)]).svg()
        #expect(!svg.contains("<polygon"))
        #expect(svg.split(separator: "<circle").count == 2)
        #expect(!svg.contains("nan"))
        #expect(isBalanced(lines([]).svg()))
    }

    @Test("text may hold any characters")
    func escaping() {
        let svg = lines([], title: "a<b & \"c\"\u{1B}[2J > d\nnext").svg()
        #expect(svg.contains("<title>a&lt;b &amp; &quot;c&quot;\u{FFFD}[2J &gt; d next</title>"))
        #expect(isBalanced(svg))
    }

    @Test("bars stand side by side in their groups, with whiskers over their rounds")
    func bars() {
        let panel = ChartPanel(
            title: "Reads", xLabel: "coherence", yLabel: "percent",
            kind: .bars(groups: ["off", "ttl"]),
            series: [
                ChartSeries(
                    name: "none", points: [ChartPoint(x: 0, y: 1), ChartPoint(x: 1, y: 2)]),
                ChartSeries(name: "markov", points: [ChartPoint(x: 1, y: 3, range: 2...4)]),
            ])
        let chart = Chart(title: "t", subtitle: "s", rows: [[panel, panel], [panel]])
        let svg = chart.svg()
        // The ground, the legend's two boxes, and three bars in each panel.
        #expect(svg.split(separator: "<rect").count - 1 == 1 + 2 + 3 * 3)
        #expect(svg.contains("stroke=\"#222222\""))
        #expect(svg.contains("viewBox=\"0 0 840 "))
        #expect(chart.legend == ["none", "markov"])
        #expect(chart.color(of: "none") != chart.color(of: "markov"))
        #expect(isBalanced(svg))
    }

    @Test("axes end at round numbers and hold all that is shown")
    func scales() {
        let linear = ChartScale(
            [3, 87], isLogarithmic: false, beginsAtZero: true, from: 100, to: 0)
        #expect(linear.ticks == [0, 20, 40, 60, 80, 100])
        #expect(linear.place(0) == 100 && linear.place(100) == 0 && linear.place(50) == 50)
        let logarithmic = ChartScale(
            [3, 870], isLogarithmic: true, beginsAtZero: true, from: 0, to: 300)
        #expect(logarithmic.domain == 2...1_000)
        #expect(logarithmic.ticks == [2, 5, 10, 20, 50, 100, 200, 500, 1_000])
        #expect(abs(logarithmic.place(1_000) - 300) < 1e-9)
        for values in [[], [5], [0], [0, 0], [-3], [.infinity, 2], [1e-9, 2e-9]] as [[Double]] {
            for isLogarithmic in [false, true] {
                let scale = ChartScale(
                    values, isLogarithmic: isLogarithmic, beginsAtZero: true, from: 0, to: 10)
                #expect((2...40).contains(scale.ticks.count), "\(values)")
                #expect(scale.ticks.allSatisfy { scale.place($0).isFinite })
            }
        }
    }

    @Test("an axis says numbers briefly")
    func numbers() {
        let cases: [(Double, String)] = [
            (0, "0"), (0.25, "0.25"), (1, "1"), (2.5, "2.5"), (150, "150"), (999.9, "1k"),
            (2_500, "2.5k"), (40_000_000, "40M"), (1e9, "1G"), (-3, "−3"),
        ]
        for (value, text) in cases { #expect(ChartScale.text(value) == text) }
        let places: [(Double, String)] = [
            (0, "0"), (1, "1"), (1.5, "1.5"), (-0.25, "-0.25"), (2.049, "2.05"), (.nan, "0"),
        ]
        for (value, text) in places { #expect(SVGText.number(value) == text) }
    }

    /// Whether every element that begins ends, in the right order.
    private func isBalanced(_ svg: String) -> Bool {
        var open: [Substring] = []
        for part in svg.split(separator: "<").dropFirst(svg.hasPrefix("<") ? 0 : 1) {
            guard let end = part.firstIndex(of: ">") else { return false }
            let tag = part[..<end]
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst() else { return false }
            } else if !tag.hasSuffix("/") {
                open.append(tag.prefix { $0 != " " })
            }
        }
        return open.isEmpty
    }
}
