import Foundation
import Ring

/// The figures of a ring that grows one node at a time and then shrinks, for `bench placement`.
///
/// As JSON:
///
/// ```
/// {
///   "format": 1,
///   "slots": 16384,
///   "replicas": the replication factor,
///   "sizes": [ {
///     "phase": "growth" or "shrink",
///     "nodes": how many nodes the ring has,
///     "homeLoad", "copiesLoad": most loaded node over the mean,
///     "movedSlots": slots that changed their home when the last node joined or left,
///     "movedRatio": those over the least possible; 0 when nothing had to move,
///     "movedCopies": copies that nodes got when the last node joined or left,
///     "movedCopiesRatio": those over the least possible; 0 when nothing had to move,
///     "replicaSets": how many different replica sets there are,
///     "doubleFailureOdds": chance that two nodes that die at once cost some slot its majority
///   } ]
/// }
/// ```
public struct PlacementReport: Codable, Sendable, Equatable {
    /// The size down to which a ring shrinks.
    public static let nodesMin = 3

    /// The version of this schema.
    public var format = 1
    /// Slots of the ring.
    public var slots = Slots.count
    /// The replication factor.
    public var replicas: Int
    /// One element for each size, from the smallest to the largest and back.
    public var sizes: [PlacementFigures]

    /// Makes a report.
    public init(replicas: Int, sizes: [PlacementFigures]) {
        self.replicas = replicas
        self.sizes = sizes
    }

    /// Lets a ring grow from one node and shrink to ``nodesMin``.
    ///
    /// - Parameters:
    ///   - nodes: the size to grow to, at least 1.
    ///   - replicas: the replication factor.
    ///   - seed: of the order in which the nodes leave.
    public init(nodes: Int, replicas: Int, seed: UInt64) {
        var generator = BenchGenerator(seed: seed)
        let sizes = Placement.course(to: nodes, downTo: Self.nodesMin, replicas: replicas) {
            generator.number(below: $0)
        }
        self.init(replicas: replicas, sizes: sizes)
    }

    /// The report as JSON text, keys in alphabetical order.
    ///
    /// - Returns: one object over several lines.
    /// - Throws: what the encoder throws.
    public func json() throws -> String { try encodedJSON(self) }

    /// The report as tables for people, one for each phase; no newline at the end.
    public var text: String {
        var lines = [
            "\(grouped(slots)) slots, \(replicas) copies; load is the most loaded node's over the mean",
            "moved: slots with another home; two deaths: odds that they cost some slot its majority",
        ]
        let phases = [
            (PlacementFigures.Phase.growth, "growing, one join at a time"),
            (.shrink, "shrinking, one leave at a time"),
        ]
        for (phase, heading) in phases {
            let sizes = sizes.filter { $0.phase == phase }
            if !sizes.isEmpty { lines += ["", heading, Self.table(sizes)] }
        }
        return lines.joined(separator: "\n")
    }

    private static func table(_ sizes: [PlacementFigures]) -> String {
        var table = TextTable(
            columns: [
                "nodes", "home load", "copies load", "moved", "moved/least", "copies moved/least",
                "replica sets", "two deaths",
            ])
        for size in sizes { table.add(size.cells) }
        return table.text
    }
}

extension PlacementFigures {
    fileprivate var cells: [String] {
        [
            String(nodes), String(format: "%.3f", homeLoad), String(format: "%.3f", copiesLoad),
            grouped(movedSlots), Self.cell(movedRatio), Self.cell(movedCopiesRatio),
            grouped(replicaSets), String(format: "%.2f", doubleFailureOdds),
        ]
    }

    private static func cell(_ ratio: Double) -> String {
        ratio == 0 ? "–" : String(format: "%.3f", ratio)
    }
}
