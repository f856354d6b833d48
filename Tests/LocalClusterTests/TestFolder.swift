import Glibc
import Synchronization

@testable import LocalCluster

/// A folder of its own for one test, and processes that stand in for nodes.
///
/// The stand-in is a shell that waits in `read` on a pipe that nobody writes to: it has no children
/// that could outlive it for long, and says that it is ready by making the pipe.
final class TestFolder: Sendable {
    let path: String
    private static let counter = Atomic(0)

    init() throws {
        let number = Self.counter.add(1, ordering: .relaxed).newValue
        path = "/tmp/ringmaster-test-\(getpid())-\(number)"
        try Files.remove(path)
        try Files.makeFolder(path)
    }

    deinit {
        let cluster = LocalCluster(folder: folder, launch: launch())
        try? cluster.findUnrecorded()
        // Only what a record of this very folder names, and only while it is that process.
        for pid in (try? cluster.processes())?.compactMap(\.pid) ?? [] {
            Glibc.kill(Int32(pid), SIGKILL)
            waitpid(Int32(pid), nil, 0)
        }
        // A stand-in that was killed at its start leaves a `mkfifo` behind that is just at work.
        for _ in 0..<1_000 {
            if (try? Files.remove(path)) != nil { return }
            usleep(1_000)
        }
    }

    var folder: ClusterFolder { ClusterFolder(path: path + "/cluster") }

    func launch(_ script: String = "") -> NodeLaunch {
        let wait = script + #"mkfifo "$2.ready"; read line <> "$2.ready""#
        return NodeLaunch(executable: "/bin/sh") { node in
            ["-c", wait, "sh", "--dir", node.directory]
        }
    }

    func cluster(_ script: String = "") -> LocalCluster {
        LocalCluster(folder: folder, launch: launch(script))
    }

    /// Three nodes on ports that were free a moment ago.
    func plan() throws -> FoundingPlan {
        FoundingPlan(name: "test", nodes: 3, firstPort: try Listener.any(neighbours: 2).port)
    }

    /// Makes the nodes' directories, as a server would.
    func found(_ request: FoundingRequest) throws {
        for node in request.nodes {
            try Files.makeFolder(node.directory)
            try Files.replace(node.directory + "/node.json", with: Array("{}".utf8))
        }
    }

    /// Waits until the stand-in of a node has come as far as waiting.
    func awaitReady(_ node: String) async throws {
        try await until("\(node) is ready") { access("\(folder.path)/\(node).ready", F_OK) == 0 }
    }
}

/// Waits for a condition, at most ten seconds.
func until(_ what: String, _ condition: () throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(10)
    while try !condition() {
        if ContinuousClock.now >= end { throw TimedOut(what: what) }
        try await Task.sleep(for: .milliseconds(5))
    }
}

struct TimedOut: Error {
    var what: String
}

/// Something that listens on a port of the loopback.
final class Listener {
    /// Below the ports that the system gives to clients, of which one may be taken at any time.
    private static let ports = 10_000..<19_990
    private static let triesMax = 100

    let port: Int
    private let descriptor: Int32

    init(port: Int) throws {
        self.port = port
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        let descriptor = descriptor
        let done = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                    && listen(descriptor, 8) == 0
            }
        }
        guard done else { throw TimedOut(what: "a listener: errno \(errno)") }
    }

    /// Listens on a port that is free, as are so many behind it.
    static func any(neighbours: Int = 0) throws -> Listener {
        for _ in 0..<triesMax {
            let port = Int.random(in: ports)
            let listeners = try? (port...(port + neighbours)).map { try Listener(port: $0) }
            if let first = listeners?.first { return first }
        }
        throw TimedOut(what: "\(neighbours + 1) free ports")
    }

    deinit { close(descriptor) }
}
