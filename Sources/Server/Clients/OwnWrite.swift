import Bytes
import Commands
import RESP

/// A write of a connection that does not want to hear of its own ones (NOLOOP), from its arrival
/// to its reply.
///
/// A home tells that a key has changed, not who changed it. What is told of a key while own writes
/// of it are under way is therefore kept back until their replies are there, and withheld only
/// when these prove that the own writes explain all of it. In doubt a client hears of its own
/// write, which costs it a read; it never misses another's.
final class OwnWrite {
    /// What a reply has to be to prove that the write has changed each of its keys once.
    enum Proof: Equatable {
        /// Anything but an error.
        case noError
        /// Neither an error nor «nothing».
        case value
        /// `+OK`.
        case okay
        /// This number.
        case number(Int)
        /// No reply proves it.
        case none
    }

    let keys: [[UInt8]]
    /// Who waits for the reply: CLIENT TRACKING OFF ends that.
    weak var asker: AnyObject?
    private let proof: Proof

    init(_ id: CommandID, _ arguments: Arguments) {
        keys = CommandKeys(id, argumentCount: arguments.count).map(arguments.array)
        proof = Self.proof(id, arguments, keyCount: keys.count)
    }

    /// Whether a reply proves that each of the keys has changed once.
    func isProven(by reply: UnsafeRawBufferPointer) -> Bool {
        guard let first = reply.first, first != UInt8(ascii: "-") else { return false }
        switch proof {
        case .noError: return true
        case .value: return first != UInt8(ascii: "_") && !reply.starts(with: "$-1".utf8)
        case .okay: return first == UInt8(ascii: "+")
        case .number(let number): return reply.elementsEqual(":\(number)\r\n".utf8)
        case .none: return false
        }
    }

    private static func proof(_ id: CommandID, _ arguments: Arguments, keyCount: Int) -> Proof {
        switch id {
        case .set:
            let conditions: [StaticString] = ["nx", "xx", "ifeq"]
            let isConditional = (3..<max(arguments.count, 3)).contains { index in
                conditions.contains { bytesEqualIgnoringCase(arguments[index], $0) }
            }
            return isConditional ? .okay : .noError
        case .setex, .psetex, .mset, .getset, .incr, .decr, .incrby, .decrby: return .noError
        case .append: return arguments[2].isEmpty ? .none : .noError
        case .getdel: return .value
        case .setnx, .expire, .pexpire, .expireat, .pexpireat, .persist: return .number(1)
        case .del, .unlink: return .number(keyCount)
        default: return .none
        }
    }
}
