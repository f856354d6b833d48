/// One step of the model of copies.
struct CopyModelMove: SearchMove {
    enum Kind: UInt8 {
        case tick
        case adopt
        case sharerAdopts
        case say
        case crash
        case restart
        case lend
        case choose
        case store
        case write
        case commit
        case read
        case takeBack
        case hearDropped
        case answerFill
        case answerRenewal
        case ask
        case askTime
        case giveUp
        case hearAnswer
        case hearInvalidation
        case hearPush
        case readCopy
        case endSession
    }

    let kind: Kind
    var home = 0
    var number = 0

    /// The step in words, for a counterexample.
    var words: String {
        let home = ["A", "B"][home & 1]
        switch kind {
        case .tick: return "time passes"
        case .adopt: return "\(home) adopts generation \(number + 1)"
        case .sharerAdopts: return "S adopts generation \(number + 1)"
        case .say: return "\(home) says: adopted, and nobody has copies of mine"
        case .crash: return "\(home) crashes"
        case .restart: return "\(home) starts again"
        case .lend: return "C lends \(home) a lease"
        case .choose: return "\(home) settles with content \(number)"
        case .store: return "a majority has \(home)'s position \(number)"
        case .write: return "\(home) takes write \(number) and tells those who have copies"
        case .commit: return "\(home) commits up to position \(number), and answers"
        case .read: return "\(home) answers a read with content \(number)"
        case .takeBack: return "\(home) takes the copy back"
        case .hearDropped: return "\(home) hears that S dropped its copy for announcement \(number)"
        case .answerFill: return "\(home) answers S with content \(number)"
        case .answerRenewal: return "\(home) gives S more time"
        case .ask: return "S asks \(home) for the key"
        case .askTime: return "S asks \(home) for another key, or for more time"
        case .giveUp: return "S gives its question up"
        case .hearAnswer: return "S hears \(home)'s answer"
        case .hearInvalidation: return "S hears announcement \(number) and drops its copy"
        case .hearPush: return "S hears the value of write \(number)"
        case .readCopy: return "S answers a read from its copy: content \(number)"
        case .endSession: return "S ends its session with \(home)"
        }
    }
}
