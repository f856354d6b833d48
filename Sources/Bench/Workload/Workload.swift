/// What a load asks for: which keys in which order, and how many of the requests write.
///
/// All are the same for the same seed. The keys are numbers at the end of names of one length.
public enum Workload: String, Codable, Sendable, CaseIterable {
    /// Reads of keys at random, each as likely as every other.
    case uniform
    /// Reads of keys at random by Zipf's law with YCSB's constant of 0.99, the hot ones scattered.
    case zipfian
    /// Each client reads the keys of a range of its own one after the other, none twice.
    case sequential
    /// Each client reads every so manieth key of a range of its own, none twice.
    case strided
    /// Clients play fixed sequences of keys, which have no order of their own, again and again.
    case sessions
    /// Reads of one key, which others write at a fixed rate.
    case hotKey = "hot-key"
    /// YCSB A: half reads and half updates by Zipf's law.
    case ycsbA = "ycsb-a"
    /// YCSB B: 95 % reads and 5 % updates by Zipf's law.
    case ycsbB = "ycsb-b"
    /// YCSB C: reads only by Zipf's law.
    case ycsbC = "ycsb-c"
    /// YCSB D: 95 % reads, of new keys most, and 5 % insertions.
    case ycsbD = "ycsb-d"

    /// Whether the clients that are measured write, too.
    public var isMixed: Bool {
        switch self {
        case .ycsbA, .ycsbB, .ycsbD: true
        case .uniform, .zipfian, .sequential, .strided, .sessions, .hotKey, .ycsbC: false
        }
    }

    /// Whether clients beside those that are measured write.
    public var hasWriters: Bool { self == .hotKey }

    /// The part of the requests that read.
    var readShare: Double {
        switch self {
        case .ycsbA: 0.5
        case .ycsbB, .ycsbD: 0.95
        case .uniform, .zipfian, .sequential, .strided, .sessions, .hotKey, .ycsbC: 1
        }
    }

    var needsZipf: Bool {
        switch self {
        case .zipfian, .ycsbA, .ycsbB, .ycsbC, .ycsbD: true
        case .uniform, .sequential, .strided, .sessions, .hotKey: false
        }
    }
}

/// One request of a load.
struct Operation: Sendable, Equatable {
    /// What is asked for.
    var kind: BenchPhase
    /// The number in the key, from 0.
    var key: Int
}
