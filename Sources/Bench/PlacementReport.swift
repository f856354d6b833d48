import Foundation
import Ring

/// The figures of a ring that grows one node at a time, for `bench placement`.
///
/// As JSON:
///
/// ```
/// {
///   "format": 1,
///   "slots": 16384,
///   "replicas": the replication factor,
///   "sizes": [ {
///     "nodes": how many nodes the ring has,
///     "homeLoad", "copiesLoad": most loaded node over the mean,
///     "movedSlots": slots that changed their home when the last node joined,
///     "movedRatio": those over the least possible; 0 for the first size,
///     "replicaSets": how many different replica sets there are,
///     "doubleFailureOdds": chance that two nodes that die at once cost some slot its majority
///   } ]
/// }
/// ```
public struct PlacementReport: Codable, Sendable, Equatable {
    /// The version of this schema.
    public var format = 1
    /// Slots of the ring.
    public var slots = Slots.count
    /// The replication factor.
    public var replicas: Int
    /// One element for each size, from the smallest.
    public var sizes: [PlacementFigures]

    /// Makes a report.
    public init(replicas: Int, sizes: [PlacementFigures]) {
        self.replicas = replicas
        self.sizes = sizes
    }

    /// The report as JSON text, keys in alphabetical order.
    ///
    /// - Returns: one object over several lines.
    /// - Throws: what the encoder throws.
    public func json() throws -> String { try encodedJSON(self) }

    /// The report as a table for people; no newline at the end.
    public var text: String {
        var table = TextTable(
            columns: [
                "nodes", "home load", "copies load", "moved", "moved/least", "replica sets",
                "two deaths",
            ])
        for size in sizes { table.add(size.cells) }
        return [
            "\(grouped(slots)) slots, \(replicas) copies; load is the most loaded node's over the mean",
            "two deaths: odds that they cost some slot its majority", "", table.text,
        ].joined(separator: "\n")
    }
}

extension PlacementFigures {
    fileprivate var cells: [String] {
        [
            String(nodes), String(format: "%.3f", homeLoad), String(format: "%.3f", copiesLoad),
            grouped(movedSlots), nodes == 1 ? "–" : String(format: "%.3f", movedRatio),
            grouped(replicaSets), String(format: "%.2f", doubleFailureOdds),
        ]
    }
}
