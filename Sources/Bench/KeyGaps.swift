/// How long each key had no success, before, while and after a node is hit.
///
/// A key's *gap* is the time between two successes in a row, less the time that lies between two
/// operations on it anyway. A trial has three windows, and a gap belongs to the fault's if it
/// overlaps that, else to the return's if it overlaps that, else to the calm. One that was begun
/// before the trial belongs to none; one that is open when the trial ends counts up to there.
///
/// A value without a clock: times are microseconds of the caller's.
struct KeyGaps {
    /// A part of a trial.
    enum Window: Int, CaseIterable {
        /// All nodes are up and level.
        case calm
        /// From the moment that a node is hit until the others serve without it.
        case fault
        /// From the moment that the node is let back until all is level again.
        case `return`
    }

    /// The longest gap of a window.
    struct Longest: Equatable {
        /// Beyond the spacing, in microseconds.
        var length = 0
        /// Which key had it, and when its two successes were.
        var key = 0
        var from = 0
        var to = 0
    }

    private let spacing: Int
    private var successes: [Int?]
    private var starts: [Int?] = [nil, nil, nil]
    private var longest = [Longest](repeating: Longest(), count: Window.allCases.count)
    private var counts = OutageCounts()

    /// Makes gaps of some keys.
    ///
    /// - Parameters:
    ///   - keys: how many.
    ///   - spacing: microseconds between two operations on one key.
    init(keys: Int, spacing: Int) {
        self.spacing = spacing
        successes = Array(repeating: nil, count: keys)
    }

    /// Begins a window; the calm begins a trial.
    mutating func begin(_ window: Window, at time: Int) {
        if window == .calm {
            starts = [nil, nil, nil]
            longest = Array(repeating: Longest(), count: Window.allCases.count)
            counts = OutageCounts()
        }
        starts[window.rawValue] = time
    }

    /// An operation on a key succeeded.
    mutating func onSuccess(key: Int, at time: Int) {
        counts.done += 1
        if let last = successes[key] { note(key: key, from: last, to: time) }
        successes[key] = max(time, successes[key] ?? time)
    }

    /// An operation failed as its client sees it.
    mutating func onFailure(_ failure: OutageFailure) {
        switch failure {
        case .notDone: counts.notDone += 1
        case .unknown: counts.unknown += 1
        case .notBegun: counts.notBegun += 1
        }
    }

    /// Ends a trial.
    ///
    /// - Parameter time: up to when open gaps count.
    /// - Returns: the longest gap of each window, and what became of the operations.
    mutating func finish(at time: Int) -> (longest: [Window: Longest], counts: OutageCounts) {
        for (key, last) in successes.enumerated() {
            if let last { note(key: key, from: last, to: time) }
        }
        let pairs = Window.allCases.map { ($0, longest[$0.rawValue]) }
        return (Dictionary(uniqueKeysWithValues: pairs), counts)
    }

    private mutating func note(key: Int, from: Int, to: Int) {
        let length = to - from - spacing
        guard let window = window(from: from, to: to), length > longest[window.rawValue].length
        else { return }
        longest[window.rawValue] = Longest(length: length, key: key, from: from, to: to)
    }

    /// The window of the gap between two times; nil when it began before the trial.
    private func window(from: Int, to: Int) -> Window? {
        guard let calm = start(.calm), from >= calm else { return nil }
        guard let fault = start(.fault), to > fault else { return .calm }
        guard let back = start(.return), from >= back else { return .fault }
        return .return
    }

    /// When a window of this trial began; nil while it has not.
    func start(_ window: Window) -> Int? { starts[window.rawValue] }
}

/// Why an operation did not succeed, as its client sees it.
public enum OutageFailure: Sendable {
    /// It was certainly not done.
    case notDone
    /// It may have been done.
    case unknown
    /// Too many were under way already.
    case notBegun
}

/// What became of operations, as their clients see it.
public struct OutageCounts: Codable, Sendable, Equatable {
    /// Those that succeeded.
    public var done = 0
    /// Those that were certainly not done.
    public var notDone = 0
    /// Those of which the client cannot know.
    public var unknown = 0
    /// Those that were not begun because too many were under way.
    public var notBegun = 0

    /// None.
    public init() {}

    /// Those that did not succeed.
    public var failed: Int { notDone + unknown + notBegun }

    static func += (left: inout OutageCounts, right: OutageCounts) {
        left.done += right.done
        left.notDone += right.notDone
        left.unknown += right.unknown
        left.notBegun += right.notBegun
    }
}
