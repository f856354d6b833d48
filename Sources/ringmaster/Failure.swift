import ArgumentParser
import Bench
import Client
import Dashboard
import LocalCluster

/// How a command ends, as its exit code says.
enum ExitStatus: Int32, Comparable {
    /// Done.
    case done = 0
    /// The answer is no: not found, exists already.
    case no = 1
    /// The command line makes no sense.
    case usage = 2
    /// Not done: the cluster could not serve.
    case notDone = 3
    /// Unknown whether done.
    case unknown = 4

    static func < (left: ExitStatus, right: ExitStatus) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Why a command did not end well.
struct Failure: Error {
    var status: ExitStatus
    /// One or two lines for a person; empty when all is said.
    var text: String

    init(_ status: ExitStatus, _ text: String) {
        self.status = status
        self.text = text
    }

    /// What an error that a command threw means here; nil for those of the argument parser.
    init?(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as LocalClusterError: self.init(error.status, error.description)
        case BenchError.plan(let text): self.init(.usage, text)
        case let error as BenchError: self.init(.notDone, error.description)
        case let error as AccessFailure: self.init(.usage, error.text)
        case is CancellationError: self.init(.notDone, "broken off")
        case is ValidationError, is CleanExit, is ExitCode: return nil
        // The errors of server and terminal say in words what is wrong.
        default: self.init(.notDone, "\(error)")
        }
    }
}

extension LocalClusterError {
    fileprivate var status: ExitStatus {
        switch self {
        case .badName, .badPlan, .noSuchNode: .usage
        case .notRunning: .no
        default: .notDone
        }
    }
}

extension Outcome {
    /// The value of what was done.
    ///
    /// - Returns: the value.
    /// - Throws: a ``Failure`` with the exit code of any other outcome.
    func get() throws -> Value {
        switch self {
        case .done(let value): return value
        case .no(let reason): throw Failure(.no, reason)
        case .notDone(let reason): throw Failure(.notDone, reason)
        case .unknown(let reason): throw Failure(.unknown, "unknown whether done: \(reason)")
        }
    }
}
