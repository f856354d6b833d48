import Client
import Ring

/// Plans, commits and follows one change of the ring: what the commands that make one share.
struct ChangeRun {
    let cluster: ClusterOptions
    let change: ChangeOptions
    let output: OutputOptions

    /// The plan of a wish that would not be refused.
    ///
    /// - Throws: the refusal, as an answer that is no.
    func plan(_ wish: RingRequest, by client: ClusterClient) async throws -> ChangePlan {
        let plan = try await client.plan(wish).get()
        if let reason = plan.refused { throw Failure(.no, reason) }
        return plan
    }

    /// Prints a plan that was asked for; shows it to a person that is about to commit to it.
    ///
    /// - Returns: whether it was all that was asked for.
    func isPlanOnly(_ plan: ChangePlan) throws -> Bool {
        let text = PlanText(plan, Paint(output.color)).text
        if change.plan {
            StandardOutput.line(output.json ? try JSONText.of(plan) : text)
        } else if StandardError.isTerminal {
            StandardError.line(text)
        }
        return change.plan
    }

    /// Asks a person whether to go on, unless `--yes` was said.
    ///
    /// - Parameter what: what would happen, as a sentence.
    /// - Throws: that there is nobody to ask, or that the answer is no.
    func confirm(_ what: String) throws {
        if change.yes { return }
        guard StandardInput.isTerminal, StandardError.isTerminal else {
            throw Failure(.usage, "\(what); say --yes to mean it, or --plan to see what it does")
        }
        StandardError.write("\(what). Go on? [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        guard answer == "y" || answer == "yes" else { throw Failure(.no, "nothing was changed") }
    }

    /// Puts a wish into the ring's queue and waits for its end, as far as that is wanted.
    func carryOut(
        _ wish: RingRequest, _ plan: ChangePlan, by client: ClusterClient
    ) async throws -> ChangeReport {
        guard let number = try await client.request(wish).get() else {
            return ChangeReport(change: nil, kind: plan.kind, node: plan.node, outcome: "done")
        }
        let interruption = Interruption()
        defer { interruption.end() }
        return try await follow(number, kind: plan.kind, node: plan.node, interruption)
    }

    /// Asks for another number of copies and waits for the end, as far as that is wanted.
    func carryOut(
        replicas: Int, _ plan: ChangePlan, by client: ClusterClient
    ) async throws -> ChangeReport {
        let before = try await client.newestEpoch().get().queue.lastChange
        _ = try await client.request(.set(name: "replicas", value: "\(replicas)")).get()
        let number = try await change(.replicas(replicas), after: before, by: client)
        let interruption = Interruption()
        defer { interruption.end() }
        return try await follow(number, kind: plan.kind, node: nil, interruption)
    }

    /// How long the ring may take to show a change that it has taken.
    private static let tracePatience: Duration = .seconds(5)

    /// The number of a change that was taken by a command whose answer does not tell it: that of
    /// CONFIG SET is Redis's.
    private func change(
        _ kind: RingChange.Kind, after last: Int, by client: ClusterClient
    ) async throws -> Int {
        let end = ContinuousClock.now + Self.tracePatience
        while true {
            let queue = try await client.newestEpoch().get().queue
            let changes =
                queue.waiting.map { (id: $0.id, kind: $0.kind) }
                + queue.ended.map { (id: $0.id, kind: $0.kind) }
            if let found = changes.first(where: { $0.id > last && $0.kind == kind }) {
                return found.id
            }
            guard ContinuousClock.now < end else {
                throw Failure(.unknown, "the ring has taken it and does not show it yet")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Waits for a change's end, as far as that is wanted.
    func follow(
        _ number: Int, kind: String, node: String?, _ interruption: Interruption,
        _ check: @escaping @Sendable () throws -> Void = {}
    ) async throws -> ChangeReport {
        var report = ChangeReport(change: number, kind: kind, node: node, outcome: "underWay")
        if change.noWait { return report }
        let watch = ChangeWatch(monitor: try ClusterWatch(cluster).monitor(), change: number)
        switch try await watch.end(interruption, check) {
        case .over(let ended):
            report.outcome = ended.outcome.rawValue
            report.reason = ended.reason
            report.epoch = ended.epoch
            return report
        case .forgotten:
            throw Failure(.unknown, "change \(number) is over; the ring tells no more of how")
        case .leftAlone:
            throw Failure(
                .unknown,
                "change \(number) (\(ChangeWords.brief(kind: kind, node: node))) goes on; "
                    + "`ringmaster moves` shows it, `ringmaster moves cancel \(number)` takes it back"
            )
        }
    }

    /// Prints what became of a change.
    ///
    /// - Parameters:
    ///   - report: what became of it.
    ///   - done: what to say when it is done.
    /// - Throws: a ``Failure`` with the exit code of a change that did not end well.
    func finish(_ report: ChangeReport, done: String) throws {
        let number = report.change.map { "change \($0)" } ?? "nothing to do"
        if output.json { StandardOutput.line(try JSONText.of(report)) }
        switch report.outcome {
        case "done":
            guard !output.json else { return }
            StandardOutput.line(done + (report.epoch.map { ", epoch \($0)" } ?? ""))
        case "underWay":
            guard !output.json else { return }
            StandardOutput.line("\(number) is in the queue; `ringmaster moves` shows it")
        case "cancelled": throw Failure(.no, "\(number) was cancelled: \(report.reason)")
        default: throw Failure(.notDone, "\(number) failed: \(report.reason)")
        }
    }
}
