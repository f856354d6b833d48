/// What guessing may cost: time, memory and traffic that nobody asked for.
public struct PrefetchLimits: Sendable, Equatable {
    /// Longest key that is learnt or guessed, in bytes.
    public var keyBytesMax = 1024
    /// Connections whose histories are kept; of more, those that read last.
    public var connectionsMax = 1024
    /// Runs of numbers that are followed at once on one connection.
    public var connectionRunsMax = 8
    /// Runs of numbers that are followed at once over all connections.
    public var nodeRunsMax = 32

    /// Guesses of one read.
    public var guessesPerReadMax = 128
    /// Guesses that have been asked for and have neither served a client nor been given up.
    public var guessesOutstandingMax = 4096
    /// Reads within which the worker tells how many of the guesses it asked for.
    public var offerReadsMax = 256

    /// How far ahead of its reader a run is guessed when it begins, in keys.
    public var windowMin = 4
    /// How far ahead it comes to be guessed while no guess is late or many are wasted, in keys.
    public var reachMin = 32
    /// How far ahead it is guessed at most, in keys.
    public var reachMax = 1024
    /// Late guesses at the present reach that double it.
    public var lateMax = 2
    /// The part of the guesses, 0 to 1, of which more must not be dropped unread; or runs are
    /// guessed half as far ahead, as their copies seem to find no room.
    public var wasteMax = 0.25
    /// Reads during which they are not guessed further ahead again after that, at first.
    public var reachHoldReadsMin = 8192
    /// Such reads at most; each time doubles them.
    public var reachHoldReadsMax = 1_000_000

    /// Guesses of a trial, by which a predictor shows that it may guess more.
    public var trialGuesses = 64
    /// The least part of its guesses that a predictor must get right, 0 to 1.
    public var accuracyMin = 0.3
    /// Outcomes that the accuracy is judged by; older ones count half, a quarter, and so on.
    ///
    /// Far more than a trial's: what was guessed beyond the end of a scan is given up in one go.
    public var outcomesMax = 1024
    /// Reads after which a guess that nobody has read counts as wrong.
    public var patienceReads = 16_384
    /// Reads after the last guess of a trial after which those count as wrong that nobody has read.
    public var trialPatienceReads = 4096
    /// Reads that a predictor sits out after it has stopped itself for the first time.
    public var pauseReadsMin = 2500
    /// Reads that it sits out at most; each failed trial doubles them.
    public var pauseReadsMax = 1_000_000

    /// Distances between reads of a run that vote on its stride.
    public var strideVotersMax = 16

    /// Keys whose followers are remembered; about 128 bytes each and the key.
    public var markovKeysMax = 32_768
    /// How far behind a key another one counts as its follower, in reads of the connection.
    public var markovLookahead = 4
    /// The least confidence in a follower that is guessed, 0 to 1.
    public var markovConfidenceMin = 0.5
    /// Reads of a connection, each after a key that was followed before, by which it is judged
    /// whether they follow each other again; older ones count half, a quarter, and so on.
    public var markovHabitReads = 64
    /// The least part of them that must; or nothing is guessed for the connection.
    public var markovHabitMin = 0.5
    /// Reads off the guessed way before it is given up.
    public var markovDetourMax = 2

    /// Keys that have a counter, to find the hottest.
    public var popularCountersMax = 1024
    /// Keys that a node tells the others, and takes from each.
    public var popularKeysMax = 128
    /// Of so many reads one is counted, for so many: by chance, the same in each run.
    public var popularSampling = 4
    /// Reads of a key that are certain before it is called hot.
    public var popularCountMin = 16
    /// Reads after which all counts are halved.
    public var popularHalfLifeReads = 65_536
    /// Members whose hottest keys are kept.
    public var popularMembersMax = 128
    /// How long they are believed, in microseconds.
    public var popularMicrosecondsMax = 10_000_000

    /// The limits of a node.
    public init() {}
}
