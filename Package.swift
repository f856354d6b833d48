// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors in our own code and leave the dependencies alone.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
    name: "ringmaster",
    products: [.executable(name: "ringmaster", targets: ["ringmaster"])],
    dependencies: [
        // Sockets and event loops: the field's standard, and fast enough for the hot path.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // The command line: parsing, help, completions, exit codes of its own kind.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // The node's log of what happens to it, for people; never used inside a pure core.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // Deque and the like in the pure cores, where an Array would shift its elements.
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        // Latency percentiles that stay exact over six decades.
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // Pure: no I/O, no clock, no random device, no task.
        .target(name: "Bytes", swiftSettings: strict),
        .target(name: "Ring", swiftSettings: strict),
        .target(name: "RESP", dependencies: ["Bytes"], swiftSettings: strict),
        .target(name: "Log", dependencies: ["Bytes", "Ring"], swiftSettings: strict),
        .target(name: "Commands", dependencies: ["Bytes", "RESP"], swiftSettings: strict),
        .target(
            name: "ServerCore",
            dependencies: [
                "Bytes", "Ring", "RESP", "Log", "Commands",
                .product(name: "Collections", package: "swift-collections"),
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
