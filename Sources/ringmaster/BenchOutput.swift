import ArgumentParser
import Bench
import Client
import FoundationEssentials
import Glibc
import Ring

/// The forms in which a bench reports beside its table.
struct BenchOutputOptions: ParsableArguments {
    @Flag(help: "Report as CSV.")
    var csv = false

    @Option(help: ArgumentHelp("Draw the report into this file, as SVG.", valueName: "file"))
    var svg: String?

    /// Checks that the picture can be written, before anything takes its time.
    ///
    /// - Throws: a ``Failure`` of usage.
    func check() throws {
        guard let svg else { return }
        let folder = svg.lastIndex(of: "/").map { String(svg[...$0]) } ?? "."
        guard access(access(svg, F_OK) == 0 ? svg : folder, W_OK) == 0 else {
            throw Failure(.usage, "--svg: \(svg): \(String(cString: strerror(errno)))")
        }
    }

    /// Writes the picture, and the report to standard output.
    func write(
        _ output: OutputOptions, text: String, json: () throws -> String, csv: String,
        svg: () -> String
    ) throws {
        if let path = self.svg {
            try Data(svg().utf8).write(to: URL(filePath: path))
        }
        if self.csv {
            StandardOutput.write(Array(csv.utf8))
        } else {
            StandardOutput.line(output.json ? try json() : text)
        }
    }
}

/// Whole numbers separated by commas: `1,2,4,8`.
struct NumberList: ExpressibleByArgument {
    var numbers: [Int]

    init(_ numbers: [Int]) { self.numbers = numbers }

    init?(argument: String) {
        numbers = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let number = Int(part) else { return nil }
            numbers.append(number)
        }
    }

    var defaultValueDescription: String { numbers.map(String.init).joined(separator: ",") }
}

extension ClusterOptions {
    /// The servers that a bench is about: the one that was named, else the nodes that the ring says
    /// can serve.
    ///
    /// - Throws: a ``Failure`` when no node of the local cluster answers.
    func benchAddresses() async throws -> [BenchAddress] {
        if let at { return [at.benchAddress] }
        let epoch = try await withClient { try await $0.newestEpoch().get() }
        return epoch.members.filter(\.canBeHome).map {
            BenchAddress(host: $0.host, port: $0.port)
        }
    }
}

extension Endpoint {
    /// The address in a bench's terms.
    var benchAddress: BenchAddress { BenchAddress(host: host, port: port) }
}

extension Workload: ExpressibleByArgument {}
