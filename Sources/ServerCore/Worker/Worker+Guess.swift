import Bytes
import Commands
import RESP
import Ring

/// Keys that may be read soon, asked for before anyone does.
///
/// They are filled by the same rules as copies that a client's read asks for.
extension Worker {
    enum GuessLimits {
        /// Keys of one question.
        static let keysMax = 256
        /// Guessed keys that may be under way, per worker.
        static let underWayMax = 4_096
        /// Microseconds after which an answer is not waited for any more.
        static let patience = 1_000_000
        /// Keys that a node tells to be read most, each ``hottestInterval``.
        static let hottestMax = 64
        /// Microseconds between two such tellings.
        static let hottestInterval = 1_000_000
    }

    // MARK: Guessing

    /// A client is about to be answered.
    func learn(_ arguments: Arguments, step: Int, connection: Int, clock: Clock) {
        guard step > 0 else { return }
        // What has come of guesses says how many more may be made.
        if !outcomes.isEmpty, let outcome = outcomes.removeValue(forKey: shared.worker) {
            apply(outcome)
        }
        for index in stride(from: 1, to: arguments.count, by: step) {
            prefetcher.onRead(
                arguments[index], connection: connection, guesses: &guessed)
        }
    }

    /// A client has gone.
    public func forget(connection: Int) { prefetcher.forget(connection: connection) }

    /// A client's hint: keys that it is about to read through this node.
    ///
    /// - Returns: how many are asked for; those that are here already, or cannot be kept, are not.
    @discardableResult
    public func prefetch(_ keys: [[UInt8]], clock: Clock) -> Int {
        let asked = guess(keys, by: Copy.hinted, clock: clock)
        outcomes[Copy.hinted, default: .init()].asked += asked
        return asked
    }

    /// Asks for what was guessed in this tick.
    func askForGuessed(clock: Clock) {
        let keys = guessed
        guessed.removeAll(keepingCapacity: true)
        prefetcher.onAsked(guess(keys, by: shared.worker, clock: clock))
    }

    /// Asks for keys that may be read soon: what is here already, or cannot be kept, is left out.
    ///
    /// - Returns: how many were asked for.
    func guess(_ keys: [[UInt8]], by guesser: Int, clock: Clock) -> Int {
        guard shared.isCaching else { return 0 }
        var byHome: [Int: [(session: Int, key: [UInt8])]] = [:]
        var asked = 0
        for key in keys where guesses.count < GuessLimits.underWayMax && guesses[key] == nil {
            let question = key.withUnsafeBytes { ask(for: $0, by: guesser, clock: clock) }
            guard let (home, session) = question else { continue }
            guesses[key] = Guess(askedAt: clock.now, guesser: guesser)
            byHome[home, default: []].append((session, key))
            asked += 1
        }
        for home in byHome.keys.sorted() {
            send(byHome[home] ?? [], to: home, clock: clock)
        }
        return asked
    }

    /// Whom to ask for a key, and in which session; nil when there is no use in asking.
    private func ask(
        for key: UnsafeRawBufferPointer, by guesser: Int, clock: Clock
    ) -> (home: Int, session: Int)? {
        let slot = Slots.slot(of: key)
        guard let partition = partitions[slot >> 10] else {
            if guesser == shared.worker || guesser == Copy.hinted {
                passOnGuess(key, partition: slot >> 10)
            }
            return nil
        }
        let place = partition.place(slot)
        let home = Int(partition.arc(place).home)
        let coherence = shared.epoch.settings.coherence(of: key)
        guard home > 0, home != shared.number, coherence != .off, coherence != .validate,
            partition.usableCopy(place, key, coherence, clock: clock) == nil,
            shared.link(to: home)?.isUp == true
        else { return nil }
        return (home, coherence.isStrict ? partition.session(with: home) : 0)
    }

    /// Lets the worker of a key's partition ask for it.
    private func passOnGuess(_ key: UnsafeRawBufferPointer, partition: Int) {
        shared.output.passOn(
            PassedRequest(
                arguments: [Array("RING".utf8), Array("PREFETCH".utf8), Array(key)],
                token: RequestToken(kind: .guess, worker: shared.worker, owner: 0, sequence: 0),
                version: ProtocolVersion.two.rawValue),
            toPartition: partition)
    }

    private func send(
        _ questions: [(session: Int, key: [UInt8])], to home: Int, clock: Clock
    ) {
        guard let link = shared.link(to: home) else { return }
        let writer = FrameWriter(buffer: link.out)
        var start = 0
        while start < questions.count {
            let some = questions[start..<min(start + GuessLimits.keysMax, questions.count)]
            start += some.count
            copyCounts.messages.prefetches += 1
            writer.begin(.guess, elements: 3 + some.count)
            writer.element(shared.worker)
            writer.element(clock.now)
            writer.element(numbers: some.map(\.session))
            for question in some { question.key.withUnsafeBytes { writer.element($0) } }
        }
    }

    /// Another node asks for keys that may be read there soon.
    func onGuess(_ frame: Arguments, from member: Int, clock: Clock) -> Bool {
        guard frame.count >= 5, frame.count <= 4 + GuessLimits.keysMax,
            let worker = parseDecimal(frame[1]), let time = parseDecimal(frame[2])
        else { return false }
        var sessions = NumberReader(frame[3])
        var count = 0
        for index in 4..<frame.count {
            guard let session = sessions.next() else { return false }
            let key = frame[index]
            let slot = Slots.slot(of: key)
            guard let partition = partitions[slot >> 10] else {
                passOn(frame, index, session, from: member, partition: slot >> 10)
                continue
            }
            let answer = partition.copyAnswer(
                partition.place(slot), key, to: member, session: session, had: nil, clock: clock)
            guard let answer else { continue }
            count += 1
            let writer = FrameWriter(buffer: gathered)
            writer.element(session)
            writer.element(key)
            answer.write(to: writer)
            if gathered.count >= PeerFrame.pieceBytes {
                sendCopies(count, to: member, worker: worker, time: time)
                count = 0
            }
        }
        if count > 0 { sendCopies(count, to: member, worker: worker, time: time) }
        return true
    }

    /// Sends what was gathered of an answer.
    private func sendCopies(_ count: Int, to member: Int, worker: Int, time: Int) {
        defer { gathered.clear() }
        guard let link = shared.link(to: member), link.isUp else { return }
        let writer = FrameWriter(buffer: link.out)
        writer.begin(.copies, elements: 2 + 5 * count)
        writer.element(worker)
        writer.element(time)
        link.out.append(gathered.bytes)
    }

    private func passOn(
        _ frame: Arguments, _ index: Int, _ session: Int, from member: Int, partition: Int
    ) {
        shared.output.passOn(
            PassedRequest(
                arguments: [
                    Array(PeerFrame.guess.rawValue.utf8), frame.array(1), frame.array(2),
                    Array(String(session).utf8), frame.array(index),
                ],
                token: RequestToken(
                    kind: .peer, worker: shared.worker, owner: member, sequence: 0),
                version: ProtocolVersion.two.rawValue),
            toPartition: partition)
    }

    /// The answer to a question for guessed keys.
    func onCopies(_ frame: Arguments, from member: Int, clock: Clock) -> Bool {
        guard frame.count >= 3, (frame.count - 3) % 5 == 0, let askedAt = parseDecimal(frame[2])
        else { return false }
        for start in stride(from: 3, to: frame.count, by: 5) {
            guard let session = parseDecimal(frame[start]),
                let answer = CopyAnswer(
                    numbers: frame[start + 2], kind: frame[start + 3], value: frame[start + 4])
            else { return false }
            let key = frame[start + 1]
            let slot = Slots.slot(of: key)
            guard let partition = partitions[slot >> 10],
                let guess = guesses[Array(key)], guess.askedAt == askedAt
            else { continue }
            guesses[Array(key)] = nil
            let place = partition.place(slot)
            let coherence = shared.epoch.settings.coherence(of: key)
            if partition.usableCopy(place, key, coherence, clock: clock) != nil {
                // It has come another way before: most often a client asked for it itself.
                outcomes[guess.guesser, default: .init()].late += 1
                continue
            }
            outcomes[guess.guesser, default: .init()].fetched += 1
            outcomes[guess.guesser, default: .init()].bytes +=
                key.count + frame[start + 4].count
            guard mayKeep(session, partition, place),
                let content = partition.content(of: answer, place, key)
            else {
                outcomes[guess.guesser, default: .init()].wasted += 1
                continue
            }
            // One that may not be used any more goes, so that a read of the new one is the guess's.
            partition.dropCopy(key)
            partition.keep(
                content, answer, place, key, home: member, session: session, askedAt: askedAt,
                guesser: guess.guesser, clock: clock)
        }
        return true
    }

    /// A client reads a key whose guess has not come: it asks for itself.
    func noteLate(_ key: [UInt8]) {
        guard !guesses.isEmpty, let guess = guesses.removeValue(forKey: key) else { return }
        outcomes[guess.guesser, default: .init()].late += 1
    }

    // MARK: What came of it

    /// Gives up guesses that were not answered, and tells what came of the others.
    func tendGuesses(clock: Clock) {
        if !guesses.isEmpty {
            guesses = guesses.filter { clock.now - $0.value.askedAt < GuessLimits.patience }
        }
        for guesser in shared.copies.takeWasted() {
            outcomes[guesser, default: .init()].wasted += 1
        }
        for (guesser, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
            tell(outcome, to: guesser)
        }
        outcomes.removeAll(keepingCapacity: true)
        if prefetcher.prefetching == .popular, clock.now >= nextHottest {
            nextHottest = clock.now + GuessLimits.hottestInterval
            tellHottest()
        }
    }

    private func tell(_ outcome: GuessOutcomes, to guesser: Int) {
        if guesser == Copy.hinted {
            copyCounts.prefetches.add(outcome.report)
        } else if guesser == shared.worker {
            apply(outcome)
        } else {
            let token = RequestToken(kind: .guess, worker: guesser, owner: 0, sequence: 0)
            var text = outcome.text
            text.withUTF8 { shared.output.complete(token, UnsafeRawBufferPointer($0)) }
        }
    }

    /// Another worker tells what came of guesses; or they are this worker's to pass on.
    func onOutcomes(_ token: RequestToken, _ bytes: UnsafeRawBufferPointer) {
        guard Int(token.worker) == shared.worker, let outcome = GuessOutcomes(bytes) else { return }
        prefetcher.onAsked(outcome.asked)
        apply(outcome)
    }

    private func apply(_ outcome: GuessOutcomes) {
        for index in 0..<outcome.fetched {
            prefetcher.onFetched(bytes: index == 0 ? outcome.bytes : 0)
        }
        for _ in 0..<outcome.used { prefetcher.onUsed() }
        for _ in 0..<outcome.late { prefetcher.onLate() }
        for _ in 0..<outcome.wasted { prefetcher.onWasted() }
    }

    // MARK: What is read most

    private func tellHottest() {
        let hottest = prefetcher.hottest(GuessLimits.hottestMax)
        guard !hottest.isEmpty else { return }
        for link in shared.allLinks where link.isUp {
            let writer = FrameWriter(buffer: link.out)
            writer.begin(.hottest, elements: 2 + hottest.count)
            writer.element(shared.worker)
            writer.element(numbers: hottest.map(\.count))
            for key in hottest { key.key.withUnsafeBytes { writer.element($0) } }
        }
    }

    func onHottest(_ frame: Arguments, from member: Int, clock: Clock) -> Bool {
        guard frame.count <= 3 + GuessLimits.hottestMax else { return false }
        var counts = NumberReader(frame[2])
        var keys: [(key: [UInt8], count: Int)] = []
        for index in 3..<frame.count {
            guard let count = counts.next() else { return false }
            keys.append((frame.array(index), count))
        }
        prefetcher.onHottest(keys, from: member, now: clock.now, guesses: &guessed)
        return true
    }
}

/// A guessed key that was asked for.
struct Guess {
    let askedAt: Int
    let guesser: Int
}

/// What came of some guesses.
struct GuessOutcomes {
    /// Asked for by another worker than the one that guessed.
    var asked = 0
    var fetched = 0
    var used = 0
    var late = 0
    var wasted = 0
    var bytes = 0

    init() {}

    /// Reads ``text``.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var numbers = NumberReader(bytes)
        guard let asked = numbers.next(), let fetched = numbers.next(), let used = numbers.next(),
            let late = numbers.next(), let wasted = numbers.next(), let size = numbers.next()
        else { return nil }
        self.asked = asked
        self.fetched = fetched
        self.used = used
        self.late = late
        self.wasted = wasted
        self.bytes = size
    }

    var text: String { "\(asked) \(fetched) \(used) \(late) \(wasted) \(bytes)" }

    var report: PrefetchReport {
        var report = PrefetchReport()
        report.guesses = asked
        report.fetched = fetched
        report.used = used
        report.late = late
        report.wasted = wasted
        report.bytes = bytes
        return report
    }
}
