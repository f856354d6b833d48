import Testing

@testable import Checker

@Suite("Recorded histories")
struct RecordedHistoriesTests {
    @Test("every recorded history gets its known verdict")
    func labels() throws {
        let labels = try RecordedHistories.labels()
        #expect(labels.count == 106)
        for (file, isLinearizable) in labels {
            let history = try RecordedHistories.history(file)
            #expect(!history.operations.isEmpty)
            switch LinearizabilityChecker.check(history) {
            case .linearizable: #expect(isLinearizable, "\(file)")
            case .violation: #expect(!isLinearizable, "\(file)")
            case .undecided: Issue.record("\(file) is undecided")
            }
        }
    }

    @Test("the shortest prefix of a wrong history is wrong, and without its last answer it is not")
    func shortestPrefixes() throws {
        for (file, isLinearizable) in try RecordedHistories.labels() where !isLinearizable {
            let history = try RecordedHistories.history(file)
            guard case .violation(let violation) = LinearizabilityChecker.check(history) else {
                Issue.record("\(file) has no violation")
                continue
            }
            #expect(isBlocked(violation.prefix), "\(file)")
            #expect(!isBlocked(withoutLastAnswer(violation.prefix)), "\(file)")
        }
    }

    private func isBlocked(_ operations: [Operation]) -> Bool {
        var search = KeySearch(operations)
        var steps = LinearizabilityChecker.defaultStepsMax
        guard case .blocked = search.run(steps: &steps) else { return false }
        return true
    }

    private func withoutLastAnswer(_ operations: [Operation]) -> [Operation] {
        let last = operations.compactMap(\.returnIndex).max()
        return operations.compactMap { operation in
            guard operation.returnIndex == last else { return operation }
            var running = operation
            running.returnIndex = nil
            running.outcome = .unknown
            return running.isRelevant ? running : nil
        }
    }
}
