import Foundation

@testable import Checker

/// The histories recorded from real stores, with the verdicts known for them.
enum RecordedHistories {
    struct Malformed: Error {
        let file: String
        let line: String
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Histories")

    /// File names and whether each history is linearizable, in order of the names.
    static func labels() throws -> [(file: String, isLinearizable: Bool)] {
        let data = try Data(contentsOf: folder.appending(path: "labels.json"))
        let labels = try JSONDecoder().decode([String: Bool].self, from: data)
        return labels.map { (file: $0.key, isLinearizable: $0.value) }.sorted { $0.file < $1.file }
    }

    /// The history of one file.
    static func history(_ file: String) throws -> History {
        let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        let lines = try text.split(separator: "\n").map { line in
            guard let parsed = try Line(String(line)) else {
                throw Malformed(file: file, line: String(line))
            }
            return parsed
        }
        return replay(lines)
    }

    private static func replay(_ lines: [Line]) -> History {
        var events: [(time: Int, line: Int, isCall: Bool)] = []
        for (index, line) in lines.enumerated() {
            events.append((line.call, index, true))
            if let end = line.return { events.append((end, index, false)) }
        }
        var history = History()
        var ids: [Int: Int] = [:]
        for event in events.sorted(by: { $0.time < $1.time }) {
            let line = lines[event.line]
            if event.isCall {
                let id = history.begin(
                    client: line.client, key: line.key, line.action, at: event.time)
                ids[event.line] = id
                if line.outcome == .notDone { history.complete(id, .notDone, at: event.time) }
            } else if let id = ids[event.line] {
                history.complete(id, line.outcome, at: event.time)
            }
        }
        return history
    }
}

/// One line of a recording.
private struct Line {
    let client: Int
    let key: [UInt8]
    let action: Action
    let outcome: Outcome
    let call: Int
    let `return`: Int?

    init?(_ text: String) throws {
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        guard let fields = object as? [String: Any],
            let client = fields["client"] as? Int, let key = fields["key"] as? String,
            let call = fields["call_ns"] as? Int, let name = fields["op"] as? String,
            let action = Line.action(name, fields["input"]),
            let status = fields["status"] as? String,
            let outcome = Line.outcome(status, name, fields["output"])
        else { return nil }
        self.client = client
        self.key = bytes(key)
        self.action = action
        self.outcome = outcome
        self.call = call
        self.return = status == "ok" ? fields["return_ns"] as? Int : nil
    }

    private static func action(_ name: String, _ input: Any?) -> Action? {
        switch (name, input) {
        case ("get", _): .get
        case ("set", let value as String): .set(value)
        case ("append", let value as String): .append(value)
        case ("cas", let pair as [String]) where pair.count == 2: .compareAndSet(pair[0], pair[1])
        default: nil
        }
    }

    private static func outcome(_ status: String, _ name: String, _ output: Any?) -> Outcome? {
        switch (status, name, output) {
        case ("unknown", _, _): .unknown
        case ("fail", _, _): .notDone
        case ("ok", "get", let value as String): .answered(.text(value))
        case ("ok", "get", _): .answered(.absent)
        case ("ok", "cas", let done as Int): .answered(.flag(done == 1))
        case ("ok", "set", _), ("ok", "append", _): .answered(.done)
        default: nil
        }
    }
}
