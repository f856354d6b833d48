import Ring
import ServerCore

/// What the directories that are left of a cluster still hold, and what may be lost with the rest.
public struct RecoverySurvey: Sendable {
    /// What is certain of a slot.
    public enum Certainty: String, Sendable, CaseIterable, Codable {
        /// All that was acknowledged is there: of each replica set that may have taken writes a
        /// majority is left.
        case whole
        /// The newest writes may be lost: too few copies are left to be sure.
        case perhapsOld
        /// The only copies that are left are damaged: keys may be missing, old, or deleted ones.
        case damaged
        /// No copy is left: all keys of the slot are lost.
        case lost
    }

    /// A slot's best copy.
    struct Choice: Sendable, Equatable {
        /// Which directory has it; nil when none has.
        var source: Int?
        var copy = SalvagedCopy()
        var certainty = Certainty.lost
    }

    /// A directory that could not be used, and why.
    public struct Unreadable: Sendable, Equatable {
        /// The directory.
        public var directory: String
        /// The reason in words.
        public var reason: String
    }

    /// The cluster's name.
    public let clusterName: String
    /// The cluster's id.
    public let clusterID: String
    /// The newest epoch that any of the directories knows.
    public let epoch: Int
    /// Whether a majority of that epoch's voters is left.
    ///
    /// Otherwise others may have decided later
    /// epochs, and what is said of the slots is no more than this one knows.
    public let isEpochCertain: Bool
    /// The names of the nodes whose directories are left.
    public let nodes: [String]
    /// The names of that epoch's members whose directories are not.
    public let missing: [String]
    /// Directories that could not be used.
    public let unreadable: [Unreadable]
    /// By slot.
    let choices: [Choice]

    init(
        _ sources: [RecoverySource], _ copies: [[SalvagedCopy]], unreadable: [Unreadable]
    ) {
        let newest = sources.map(\.epoch).max { $0.number < $1.number }
        guard let newest else { preconditionFailure("a survey has at least one directory") }
        let ids = Set(sources.map(\.identity.id))
        clusterName = newest.clusterName
        clusterID = newest.clusterID
        epoch = newest.number
        nodes = sources.map(\.identity.name)
        missing = newest.members.filter { !ids.contains($0.id) }.map(\.name)
        self.unreadable = unreadable
        let left = newest.members.count { $0.isVoter && ids.contains($0.id) }
        isEpochCertain = left >= newest.voterMajority
        let numbers = sources.map { source in
            newest.everyone.first { $0.id == source.identity.id }?.number
        }
        choices = (0..<Slots.count).map { slot in
            RecoverySurvey.choose(
                copies.map { $0[slot] }, numbers, history: newest.arc(of: slot).history)
        }
    }

    private static func choose(
        _ copies: [SalvagedCopy], _ numbers: [Int?], history: [Era]
    ) -> Choice {
        var choice = Choice()
        for (index, copy) in copies.enumerated() where copy.exists {
            if choice.source == nil || copy.isBetter(than: choice.copy) {
                choice.source = index
                choice.copy = copy
            }
        }
        guard choice.source != nil else { return choice }
        let sound = zip(copies, numbers).compactMap { copy, number in
            copy.base > 0 && !copy.isLost && !copy.isDoubtful ? number : nil
        }
        let isWhole = history.allSatisfy { era in
            era.replicas.count { sound.contains($0) } >= era.majority
        }
        choice.certainty = choice.copy.isLost ? .damaged : isWhole ? .whole : .perhapsOld
        return choice
    }

    /// How many slots are in which state.
    public func slotCount(_ certainty: Certainty) -> Int {
        choices.count { $0.certainty == certainty }
    }

    /// The slots in a state, as ascending runs.
    public func slots(_ certainty: Certainty) -> [ClosedRange<Int>] {
        var runs: [ClosedRange<Int>] = []
        for (slot, choice) in choices.enumerated() where choice.certainty == certainty {
            if let last = runs.last, last.upperBound == slot - 1 {
                runs[runs.count - 1] = last.lowerBound...slot
            } else {
                runs.append(slot...slot)
            }
        }
        return runs
    }

    /// Keys that are left.
    public var keys: Int { choices.reduce(0) { $0 + $1.copy.keys } }

    /// Keys that are left in slots of a state.
    public func keys(_ certainty: Certainty) -> Int {
        choices.reduce(0) { $0 + ($1.certainty == certainty ? $1.copy.keys : 0) }
    }

    /// Whether the cluster can do without a recovery: enough of it is left to go on.
    public var isNeedless: Bool { isEpochCertain && slotCount(.whole) == Slots.count }
}
