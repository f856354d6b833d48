@testable import Checker

/// Histories of one key in a few words: requests and answers in the order in which they happen.
struct Recording {
    private(set) var history = History()
    private var time = 0
    private let key: String

    init(key: String = "k") { self.key = key }

    /// A client asks, and is not answered yet.
    mutating func call(_ client: Int, _ action: Action, key: String? = nil) -> Int {
        time += 1
        return history.begin(
            client: client, key: Array((key ?? self.key).utf8), action, at: time)
    }

    /// An earlier call is answered.
    mutating func answer(_ id: Int, _ answer: Answer) {
        end(id, .answered(answer))
    }

    /// An earlier call comes to its end.
    mutating func end(_ id: Int, _ outcome: Outcome) {
        time += 1
        history.complete(id, outcome, at: time)
    }

    /// A client asks and is answered at once.
    mutating func run(_ client: Int, _ action: Action, _ answer: Answer, key: String? = nil) {
        let id = call(client, action, key: key)
        self.answer(id, answer)
    }

    var verdict: Verdict { LinearizabilityChecker.check(history) }

    var isLinearizable: Bool { verdict == .linearizable }

    var violation: Violation? {
        guard case .violation(let violation) = verdict else { return nil }
        return violation
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

extension Answer {
    static func text(_ text: String) -> Answer { .value(bytes(text)) }
    static var absent: Answer { .value(nil) }
}

extension Action {
    static func set(_ text: String) -> Action { .set(bytes(text)) }
    static func create(_ text: String) -> Action { .create(bytes(text)) }
    static func update(_ text: String) -> Action { .update(bytes(text)) }
    static func append(_ text: String) -> Action { .append(bytes(text)) }
    static func exchange(_ text: String) -> Action { .exchange(bytes(text)) }
    static func compareAndSet(_ old: String, _ new: String) -> Action {
        .compareAndSet(old: bytes(old), new: bytes(new))
    }
}
