import Foundation
import Testing

/// The house's plan: which module may import what.
///
/// The compiler does not hold it: an import that another target brings along builds silently.
@Suite struct ImportMapTests {
    /// Modules that do no I/O, read no clock and start no task.
    private static let pure: [String: Set<String>] = [
        "Bytes": [],
        "Ring": [],
        "RESP": ["Bytes"],
        "Log": ["Bytes", "Ring"],
        "Commands": ["Bytes", "RESP"],
        "Prefetch": ["Ring"],
        "ServerCore": ["Bytes", "Ring", "RESP", "Log", "Commands", "Prefetch", "DequeModule"],
        "Checker": [],
        "Simulator": [
            "Bytes", "Ring", "RESP", "Log", "Commands", "ServerCore", "Checker", "DequeModule",
        ],
    ]

    /// Modules at the edge: what they may import beside the system's own.
    private static let shells: [String: Set<String>] = [
        "Server": [
            "Bytes", "Ring", "RESP", "Log", "Commands", "ServerCore", "DequeModule", "NIOCore",
            "NIOPosix", "NIOConcurrencyHelpers", "Logging", "UnixSignals",
        ],
        "Client": ["Ring", "RESP", "NIOCore", "NIOPosix"],
        "Bench": [
            "RESP", "Ring", "NIOCore", "NIOPosix", "NIOConcurrencyHelpers", "Histogram",
        ],
        "LocalCluster": ["CProcess"],
        "Terminal": ["CNcurses"],
        "Dashboard": ["Terminal", "Client", "Ring", "LocalCluster", "Bench"],
        "ringmaster": [
            "Ring", "RESP", "Server", "Simulator", "Checker", "LocalCluster", "Client", "Bench",
            "Dashboard", "ArgumentParser",
        ],
    ]

    /// The C library, of which pure modules use memory functions only.
    private static let library: Set<String> = ["Glibc", "Darwin", "Musl"]
    /// What the shells may have of the system.
    private static let system = library.union([
        "Foundation", "FoundationEssentials", "Synchronization", "Dispatch",
    ])

    @Test("every module imports only what the plan of the house allows")
    func imports() throws {
        let sources = packageRoot + "/Sources"
        let modules = try FileManager.default.contentsOfDirectory(atPath: sources).filter {
            !$0.hasPrefix(".")
        }
        for module in modules where !["CNcurses", "CProcess"].contains(module) {
            let allowed: Set<String>
            if let pure = Self.pure[module] {
                allowed = pure.union(Self.library)
            } else {
                allowed = try #require(Self.shells[module], "\(module) is not on the plan")
                    .union(Self.system)
            }
            let files = try Self.swiftFiles(sources + "/" + module)
            #expect(!files.isEmpty, "\(module) has no source")
            for file in files {
                for name in try Self.imports(of: file) where !allowed.contains(name) {
                    Issue.record("\(module) must not import \(name): \(file)")
                }
            }
        }
    }

    @Test("pure modules call no clock, no random device, no file and no task by name")
    func hiddenInputs() throws {
        let words = [
            "clock_gettime(", "gettimeofday(", "ContinuousClock", "SystemRandomNumberGenerator",
            ".random(in", "arc4random", "getrandom(", " open(", "fopen(", "socket(", "Task {",
            "Task.detached", "pthread_create", "print(", "getenv(",
        ]
        for module in Self.pure.keys.sorted() {
            for file in try Self.swiftFiles("\(packageRoot)/Sources/\(module)") {
                for line in try Self.code(of: file) {
                    for word in words where line.contains(word) {
                        // A generator that was handed in is no hidden input.
                        if word == ".random(in" && line.contains("using:") { continue }
                        Issue.record("\(word) in \(file): \(line)")
                    }
                }
            }
        }
    }

    @Test("the top level of the repository holds what the design says and nothing else")
    func topLevel() throws {
        let entries = try FileManager.default.contentsOfDirectory(atPath: packageRoot)
        let allowed: Set<String> = [
            "Package.swift", "Package.resolved", "Sources", "Tests", "themes", "README.md",
        ]
        for entry in entries where !entry.hasPrefix(".") {
            #expect(allowed.contains(entry))
        }
    }

    /// The Swift files below a folder.
    private static func swiftFiles(_ folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".swift") }.map { folder + "/" + $0 }
    }

    /// The lines of a file without those that are comments as a whole.
    private static func code(of file: String) throws -> [Substring] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").filter { line in
            !line.drop { $0 == " " }.hasPrefix("//")
        }
    }

    /// The modules that a file imports, however it does: `@testable import struct A.B` is `A`.
    private static func imports(of file: String) throws -> [String] {
        let kinds: Set<Substring> = [
            "struct", "class", "enum", "protocol", "typealias", "func", "var", "let",
        ]
        return try code(of: file).compactMap { line in
            var words = line.split(separator: " ").prefix { $0 != "//" }[...]
            let modifiers: Set<Substring> = [
                "public", "package", "internal", "private", "fileprivate",
            ]
            while let first = words.first, first.hasPrefix("@") || modifiers.contains(first) {
                words.removeFirst()
            }
            guard words.first == "import" else { return nil }
            words.removeFirst()
            if let first = words.first, kinds.contains(first) { words.removeFirst() }
            return words.first.map { String($0.prefix { $0 != "." && $0 != ";" }) }
        }
    }
}
