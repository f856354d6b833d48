import ArgumentParser
import Synchronization

/// A command-line argument as the bytes that were given.
///
/// `CommandLine.arguments` mends what is not UTF-8, and a mended key is another key. So an argument
/// that is not UTF-8 goes through the parser as a mark, and its bytes are put back here.
struct ByteArgument: ExpressibleByArgument {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    init?(argument: String) {
        bytes = RawArguments.original(of: argument) ?? Array(argument.utf8)
    }
}

/// The arguments of this process.
enum RawArguments {
    private static let originals = Mutex<[String: [UInt8]]>([:])

    /// What the parser is given: without the program's name, marks in the place of arguments that
    /// are not UTF-8.
    static var parsed: [String] {
        let pointers = UnsafeBufferPointer(
            start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
        return pointers.dropFirst().compactMap { pointer in
            pointer.map { mark(Array($0)) }
        }
    }

    /// The bytes that a mark stands for; nil for text that is none.
    static func original(of argument: String) -> [UInt8]? {
        originals.withLock { $0[argument] }
    }

    private static func mark(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return originals.withLock { originals in
            // No argument that is UTF-8 has a zero byte.
            let mark = "\0\(originals.count)"
            originals[mark] = bytes
            return mark
        }
    }
}

extension Array where Element == UInt8 {
    /// The bytes of a C string without its end.
    fileprivate init(_ pointer: UnsafeMutablePointer<CChar>) {
        self = []
        var next = pointer
        while next.pointee != 0 {
            append(UInt8(bitPattern: next.pointee))
            next += 1
        }
    }
}
