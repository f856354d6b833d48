import Server

/// What a person is told before and after a recovery.
struct RecoveryText {
    private let survey: RecoverySurvey

    init(_ survey: RecoverySurvey) { self.survey = survey }

    /// What is left, and what may be lost.
    var text: String {
        var lines = [
            "\(survey.clusterName), epoch \(survey.epoch): left are "
                + "\(survey.nodes.joined(separator: " ")); "
                + (survey.missing.isEmpty
                    ? "no member is missing" : "missing \(survey.missing.joined(separator: " "))")
        ]
        lines += survey.unreadable.map {
            "left out, as it cannot be read: \($0.directory): \($0.reason)"
        }
        if !survey.isEpochCertain {
            lines.append(
                "a majority of the voters is missing: they may have changed the ring since, and what "
                    + "follows is as far as epoch \(survey.epoch) tells")
        }
        var table = Columns("SLOTS", "KEYS LEFT", "WHAT IS CERTAIN")
        for certainty in RecoverySurvey.Certainty.allCases {
            let count = survey.slotCount(certainty)
            guard count > 0 else { continue }
            table.add(
                Shown.number(count), Shown.number(survey.keys(certainty)), certainty.meaning)
        }
        lines.append(table.text)
        for certainty in RecoverySurvey.Certainty.allCases where certainty != .whole {
            let runs = survey.slots(certainty)
            if !runs.isEmpty { lines.append("\(certainty.title): \(RecoveryText.list(runs))") }
        }
        return lines.joined(separator: "\n")
    }

    /// The most runs of slots that are listed for a person.
    private static let runsMax = 12

    private static func list(_ runs: [ClosedRange<Int>]) -> String {
        let shown = runs.prefix(runsMax).map(\.slots).joined(separator: " ")
        return shown + (runs.count > runsMax ? " and \(runs.count - runsMax) more runs" : "")
    }

    /// What was done.
    static func done(_ made: RecoveredCluster) -> String {
        let nodes = made.nodes.map(\.name).joined(separator: " ")
        let kept = made.nodes.map(\.formerDirectory).joined(separator: " ")
        return "\(made.clusterName) is a new cluster of \(nodes), with the id \(made.clusterID); "
            + "`ringmaster up` starts it\nwhat was before is kept, remove it when you are sure: \(kept)"
    }
}

extension RecoverySurvey.Certainty {
    fileprivate var meaning: String {
        switch self {
        case .whole: "all acknowledged writes are there"
        case .perhapsOld: "the newest acknowledged writes may be lost"
        case .damaged: "only damaged copies: keys may be missing or old, deleted ones may be back"
        case .lost: "no copy is left, all keys are lost"
        }
    }

    fileprivate var title: String {
        switch self {
        case .whole: "whole"
        case .perhapsOld: "perhaps old"
        case .damaged: "damaged"
        case .lost: "lost"
        }
    }
}

extension ClosedRange<Int> {
    /// The range as people write it: `7` or `7-9`.
    fileprivate var slots: String { count == 1 ? "\(lowerBound)" : "\(lowerBound)-\(upperBound)" }
}

/// What `recover --json` prints.
struct RecoveryReport: Encodable {
    struct Cluster: Encodable {
        var name: String
        var id: String?
        var formerID: String
    }

    struct Node: Encodable {
        var name: String
        var directory: String?
        var formerDirectory: String?
    }

    struct Unreadable: Encodable {
        var directory: String
        var reason: String
    }

    struct Slots: Encodable {
        var count: Int
        var keys: Int
        var ranges: [String]
    }

    /// What the report is about; not a part of it.
    let survey: RecoverySurvey?
    var cluster: Cluster?
    var nodes: [Node] = []
    var missing: [String]?
    var unreadable: [Unreadable]?
    var epoch: Int?
    var epochIsCertain: Bool?
    var keys: Int?
    var slots: [String: Slots]?

    private enum CodingKeys: CodingKey {
        case cluster, nodes, missing, unreadable, epoch, epochIsCertain, keys, slots
    }

    /// - Parameters:
    ///   - survey: what was found; nil when an earlier recovery was only ended.
    ///   - made: the new cluster; nil when there is none yet.
    init(_ survey: RecoverySurvey?, _ made: RecoveredCluster?) {
        self.survey = survey
        if let made {
            cluster = Cluster(name: made.clusterName, id: made.clusterID, formerID: made.formerID)
            nodes = made.nodes.map {
                Node(
                    name: $0.name, directory: $0.directory, formerDirectory: $0.formerDirectory)
            }
        } else if let survey {
            cluster = Cluster(name: survey.clusterName, id: nil, formerID: survey.clusterID)
            nodes = survey.nodes.map { Node(name: $0, directory: nil, formerDirectory: nil) }
        }
        guard let survey else { return }
        missing = survey.missing
        unreadable = survey.unreadable.map {
            Unreadable(directory: $0.directory, reason: $0.reason)
        }
        epoch = survey.epoch
        epochIsCertain = survey.isEpochCertain
        keys = survey.keys
        var slots: [String: Slots] = [:]
        for certainty in RecoverySurvey.Certainty.allCases {
            slots[certainty.rawValue] = Slots(
                count: survey.slotCount(certainty), keys: survey.keys(certainty),
                ranges: survey.slots(certainty).map(\.slots))
        }
        self.slots = slots
    }
}
