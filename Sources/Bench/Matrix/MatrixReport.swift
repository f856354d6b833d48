import Ring

/// What a matrix measured.
///
/// As JSON:
///
/// ```
/// {
///   "format": 1,
///   "plan": { what was asked for: every property of MatrixPlan },
///   "nodes": [ names of the nodes ],
///   "through": [ names of those that the clients were connected to ],
///   "hotKey": { "key": its name, "role": what the entrance is to it: home, successor or none },
///   "notes": [ what one should know beside ],
///   "failure": why the run ended early, in words; absent when it did not,
///   "cells": [ {
///     "id": { "workload", "coherence", "prefetching" },
///     "figures": { medians over the rounds },
///     "ratios": { medians of the rounds' ratios to the same workload without mechanisms },
///     "rounds": [ { each round's figures } ],
///     "problem": why it was not measured; absent when it was
///   } ]
/// }
/// ```
///
/// Figures are named in ``MatrixFigures``: latencies in microseconds, staleness in milliseconds; those that
/// could not be had are absent.
public struct MatrixReport: Codable, Sendable, Equatable {
    /// The version of this schema.
    public var format = 1
    /// What was asked for.
    public var plan: MatrixPlan
    /// Names of the nodes.
    public var nodes: [String] = []
    /// Names of the nodes that the clients were connected to.
    public var through: [String] = []
    /// The key that all wanted.
    public var hotKey: HotKey?
    /// What one should know beside.
    public var notes: [String] = []
    /// Why the run ended early, in words; nil when it did not.
    public var failure: String?
    /// The cells in their order, workload by workload.
    public var cells: [MatrixCell] = []

    /// The key of the workload with one key.
    public struct HotKey: Codable, Sendable, Equatable {
        /// Its name.
        public var key: String
        /// What the node that the clients are connected to is to it: home, successor or none.
        public var role: String
    }

    /// Makes a report without cells.
    public init(plan: MatrixPlan) {
        self.plan = plan
    }

    /// The cell of an id; nil when there is none.
    public func cell(_ id: MatrixCellID) -> MatrixCell? { cells.first { $0.id == id } }

    /// The report as JSON text, keys in alphabetical order.
    ///
    /// - Returns: one object over several lines.
    /// - Throws: what the encoder throws.
    public func json() throws -> String { try encodedJSON(self) }

    /// Adds one round's figures of a cell, and computes its medians and ratios anew.
    ///
    /// The round's cell without mechanisms may come later than the others.
    mutating func add(_ figures: MatrixFigures, of id: MatrixCellID, round: Int) {
        edit(id) { cell in
            while cell.rounds.count <= round { cell.rounds.append(nil) }
            cell.rounds[round] = figures
        }
        for index in cells.indices where cells[index].id.base == id.base {
            cells[index].compute(base: cell(id.base)?.rounds ?? [])
        }
    }

    /// Notes why a cell was not measured.
    mutating func miss(_ id: MatrixCellID, why: String) {
        edit(id) { $0.problem = why }
    }

    private mutating func edit(_ id: MatrixCellID, _ change: (inout MatrixCell) -> Void) {
        if let index = cells.firstIndex(where: { $0.id == id }) {
            change(&cells[index])
        } else {
            var cell = MatrixCell(id: id)
            change(&cell)
            cells.append(cell)
        }
    }
}

/// One cell of a matrix.
public struct MatrixCell: Codable, Sendable, Equatable {
    /// Which one.
    public var id: MatrixCellID
    /// Medians over the rounds.
    public var figures = MatrixFigures()
    /// Medians of the rounds' ratios to the same workload without mechanisms.
    public var ratios = MatrixFigures()
    /// Each round's figures; nil for a round that was not measured.
    public var rounds: [MatrixFigures?] = []
    /// Why it was not measured; nil when it was.
    public var problem: String?

    /// Makes a cell without figures.
    public init(id: MatrixCellID) {
        self.id = id
    }

    mutating func compute(base: [MatrixFigures?]) {
        figures = MatrixFigures.medians(rounds.compactMap(\.self))
        let ratios = zip(rounds, base).compactMap { round, base in
            base.flatMap { round?.ratio(to: $0) }
        }
        self.ratios = MatrixFigures.combined(ratios, by: \.median)
    }

    /// The least and the largest of a figure over the rounds; nil when there is none.
    func range(_ figure: MatrixFigures.Figure) -> ClosedRange<Double>? {
        let values = rounds.compactMap { $0?[keyPath: figure] }
        guard let least = values.min(), let largest = values.max() else { return nil }
        return least...largest
    }
}
