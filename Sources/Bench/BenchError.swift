/// Why a bench did not run.
public enum BenchError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The plan asks for something that cannot be; says what.
    case plan(String)
    /// No connection to an address; says which and why.
    case connect(BenchAddress, String)
    /// A question to a server has no answer; says which server and why.
    case lost(BenchAddress, String)
    /// A server refused what the bench needs; says what and how.
    case refused(BenchAddress, String)

    /// The reason in words.
    public var description: String {
        switch self {
        case .plan(let reason): reason
        case .connect(let address, let reason): "cannot connect to \(address): \(reason)"
        case .lost(let address, let reason): "\(address) does not answer: \(reason)"
        case .refused(let address, let reason): "\(address) refuses: \(reason)"
        }
    }
}
