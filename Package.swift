// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors in our own code; dependencies are left alone.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

// The pure core is optimised in debug builds too, its checks left in: the simulator takes it through
// hundreds of millions of steps in the tests.
let optimised: [SwiftSetting] =
    strict + [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioLocks: Target.Dependency = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")

let package = Package(
    name: "ringmaster",
    products: [.executable(name: "ringmaster", targets: ["ringmaster"])],
    dependencies: [
        // Sockets and event loops: the field's standard, and fast enough for the hot path.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // The command line: parsing, help, completions.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // What a node's process tells people; never used inside a pure core.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // Double-ended queues, where an array would shift its elements.
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        // Signals as values, for a graceful stop.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // Latency percentiles that stay exact over six decades.
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // Pure: no I/O, no clock, no random device, no task.
        .target(name: "Bytes", swiftSettings: optimised),
        .target(name: "Ring", swiftSettings: optimised),
        .target(name: "RESP", dependencies: ["Bytes"], swiftSettings: optimised),
        .target(name: "Log", dependencies: ["Bytes", "Ring"], swiftSettings: optimised),
        .target(name: "Commands", dependencies: ["Bytes", "RESP"], swiftSettings: optimised),
        .target(name: "Prefetch", dependencies: ["Ring"], swiftSettings: optimised),
        .target(
            name: "ServerCore",
            dependencies: ["Bytes", "Ring", "RESP", "Log", "Commands", "Prefetch", deque],
            swiftSettings: optimised),

        // Checking the core.
        .target(name: "Checker", swiftSettings: optimised),
        .target(
            name: "Simulator",
            dependencies: [
                "Bytes", "Ring", "RESP", "Log", "Commands", "ServerCore", "Checker", deque,
            ],
            swiftSettings: optimised),

        // Shells: sockets, files, processes, the terminal.
        .target(
            name: "Server",
            dependencies: [
                "Bytes", "Ring", "RESP", "Log", "Commands", "ServerCore", deque, nioCore, nioPosix,
                nioLocks, .product(name: "Logging", package: "swift-log"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "Client", dependencies: ["Ring", "RESP", nioCore, nioPosix],
            swiftSettings: strict),
        .target(name: "CProcess"),
        .target(name: "LocalCluster", dependencies: ["CProcess"], swiftSettings: strict),
        .target(
            name: "Bench",
            dependencies: [
                "RESP", "Ring", nioCore, nioPosix, nioLocks,
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: strict),
        // Debian's libncurses-dev; on other systems the wide ncurses with its headers.
        .target(
            name: "CNcurses",
            linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
        .target(name: "Terminal", dependencies: ["CNcurses"], swiftSettings: strict),
        .target(
            name: "Dashboard", dependencies: ["Terminal", "Client", "Ring"],
            resources: [.embedInCode("Resources")], swiftSettings: strict),
        .executableTarget(
            name: "ringmaster",
            dependencies: [
                "Ring", "RESP", "Server", "Simulator", "LocalCluster", "Client", "Bench",
                "Dashboard", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Tests mirror Sources.
        .testTarget(name: "RingTests", dependencies: ["Ring"], swiftSettings: strict),
        .testTarget(name: "RESPTests", dependencies: ["RESP", "Bytes"], swiftSettings: strict),
        .testTarget(
            name: "LogTests", dependencies: ["Log", "Bytes", "Ring"], swiftSettings: strict),
        .testTarget(
            name: "CommandsTests", dependencies: ["Commands", "RESP", "Bytes"],
            exclude: ["Transcripts"], swiftSettings: strict),
        .testTarget(
            name: "CheckerTests", dependencies: ["Checker"], exclude: ["Histories"],
            swiftSettings: strict),
        .testTarget(
            name: "PrefetchTests", dependencies: ["Prefetch", "Ring"], swiftSettings: strict),
        .testTarget(
            name: "ServerCoreTests",
            dependencies: ["ServerCore", "Bytes", "Commands", "Log", "Prefetch", "RESP", "Ring"],
            exclude: ["Scripts/Transcripts"], swiftSettings: strict),
        .testTarget(
            name: "SimulatorTests", dependencies: ["Simulator", "ServerCore", "Checker", "Ring"],
            swiftSettings: strict),
        .testTarget(
            name: "ServerTests",
            dependencies: ["Server", "ServerCore", "Log", "RESP", "Commands", "Bytes", "Ring"],
            swiftSettings: strict),
        .testTarget(
            name: "ClientTests", dependencies: ["Client", "Ring", "RESP", nioCore, nioPosix],
            swiftSettings: strict),
        .testTarget(
            name: "LocalClusterTests", dependencies: ["LocalCluster"], swiftSettings: strict),
        .testTarget(
            name: "BenchTests", dependencies: ["Bench", "RESP", "Ring", nioCore, nioPosix],
            swiftSettings: strict),
        .testTarget(name: "TerminalTests", dependencies: ["Terminal"], swiftSettings: strict),
        .testTarget(
            name: "DashboardTests", dependencies: ["Dashboard", "Terminal", "Client", "Ring"],
            exclude: ["Goldens"], swiftSettings: strict),
        .testTarget(
            name: "RingmasterTests",
            dependencies: [
                "ringmaster", "Bench", "Bytes", "Checker", "Client", "LocalCluster", "RESP", "Ring",
                "ServerCore", nioCore, nioPosix, nioLocks,
            ],
            exclude: ["Scripts"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
