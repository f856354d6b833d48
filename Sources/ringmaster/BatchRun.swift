import Client
import Glibc

/// Carries out the key commands of a file, one after the other.
struct BatchRun {
    /// The longest line in bytes.
    static let lineBytesMax = 256 << 20

    let cluster: ClusterOptions
    let output: OutputOptions
    let file: String

    /// Carries all of them out, the later ones also after one has failed.
    ///
    /// - Throws: a ``Failure`` with the gravest exit code of all lines.
    func run() async throws {
        let descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw Failure(.usage, "\(file): \(String(cString: strerror(errno)))") }
        defer { if file != "-" { close(descriptor) } }
        var worst = ExitStatus.done
        try await cluster.withClient { client in
            var lines = LineReader(descriptor: descriptor, lineBytesMax: Self.lineBytesMax)
            while let line = try lines.next() {
                worst = max(worst, try await carryOut(line, number: lines.number, client))
            }
        }
        if worst != .done { throw Failure(worst, "") }
    }

    private func carryOut(
        _ line: [UInt8], number: Int, _ client: ClusterClient
    ) async throws -> ExitStatus {
        guard let words = LineWords.split(line) else {
            throw Failure(.usage, "line \(number): the quotes do not balance")
        }
        if words.isEmpty || words[0].first == UInt8(ascii: "#") { return .done }
        guard let operation = KeyOperation(words) else {
            throw Failure(
                .usage, "line \(number): no get, create, set, update or delete with its words")
        }
        do {
            let value = try await operation.run(client)
            try report(operation, value)
            return .done
        } catch let failure as Failure {
            try report(operation, failure, number: number)
            return failure.status
        }
    }

    private func report(_ operation: KeyOperation, _ value: [UInt8]?) throws {
        if output.json {
            var line = KeyReportLine(command: operation.verb, key: operation.key)
            if let value { line.set(value: value) }
            StandardOutput.line(try JSONText.of(line, isOneLine: true))
        } else if let value {
            StandardOutput.write(value + [10])
        }
    }

    private func report(
        _ operation: KeyOperation, _ failure: Failure, number: Int
    ) throws {
        if output.json {
            var line = KeyReportLine(command: operation.verb, key: operation.key)
            line.set(failure)
            StandardOutput.line(try JSONText.of(line, isOneLine: true))
        } else {
            StandardOutput.flush()
            StandardError.line("line \(number): \(operation.naming(failure).text)")
        }
    }
}

/// The lines of a file, read as they are wanted.
struct LineReader {
    private let descriptor: Int32
    private let lineBytesMax: Int
    private var buffer: [UInt8] = []
    /// Where in the buffer the next line begins.
    private var start = 0
    /// How far the buffer has been searched for the line's end.
    private var searched = 0
    private var isAtEnd = false
    /// The number of the line read last, from 1.
    private(set) var number = 0

    init(descriptor: Int32, lineBytesMax: Int) {
        self.descriptor = descriptor
        self.lineBytesMax = lineBytesMax
    }

    /// The next line without its end; nil after the last.
    ///
    /// - Throws: a ``Failure`` when a line is too long or the file cannot be read.
    mutating func next() throws -> [UInt8]? {
        while true {
            if let end = buffer[searched...].firstIndex(of: 10) {
                defer {
                    start = end + 1
                    searched = start
                }
                number += 1
                return Array(buffer[start..<end])
            }
            searched = buffer.count
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                number += 1
                return Array(buffer[start...])
            }
            try fill()
        }
    }

    private mutating func fill() throws {
        buffer.removeFirst(start)
        searched -= start
        start = 0
        if buffer.count > lineBytesMax {
            throw Failure(.usage, "line \(number + 1) has more than \(lineBytesMax) bytes")
        }
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var count = read(descriptor, &chunk, chunk.count)
        while count < 0 && errno == EINTR { count = read(descriptor, &chunk, chunk.count) }
        if count < 0 { throw Failure(.usage, "reading: \(String(cString: strerror(errno)))") }
        if count == 0 { isAtEnd = true }
        buffer += chunk[0..<count]
    }
}
