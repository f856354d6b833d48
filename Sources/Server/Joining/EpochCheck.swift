import Ring

/// Whether an epoch is the newest, by what its voters say: a pure decision.
///
/// A node that has just started tells the epoch that it knew when it ended, until it has heard of a
/// newer one. What only such an epoch forbids must not be taken for forbidden.
enum EpochCheck: Equatable {
    /// A voter knows this newer one.
    case newer(RingEpoch)
    /// A majority of its voters knows no newer one: at most one is being decided just now.
    case newest
    /// Too few voters have answered to tell.
    case unknown(answers: Int, voters: Int)

    /// Compares.
    ///
    /// - Parameters:
    ///   - epoch: a valid one, which some node has told.
    ///   - answers: the valid epochs that its voters tell, at most one of each.
    init(_ epoch: RingEpoch, answers: [RingEpoch]) {
        let answers = answers.filter { $0.clusterID == epoch.clusterID }
        if let last = answers.max(by: { $0.number < $1.number }), last.number > epoch.number {
            self = .newer(last)
        } else if answers.count >= epoch.voterMajority {
            self = .newest
        } else {
            self = .unknown(answers: answers.count, voters: epoch.voters.count)
        }
    }
}
