/// Addresses and ports to look for servers on.
///
/// Written as groups with commas between: `HOST,HOST,…:PORT,PORT-PORT,…`. A host is a name, an
/// address, or a block of IPv4 addresses such as `127.0.0.0/30`; IPv6 stands in brackets. Without a
/// host it is this machine, and without ports the standard ones: `7100-7355`,
/// `127.0.0.1:7000-7999`, `127.0.0.0/30:7101,7102`, `a:7101,b:7101`.
public struct DiscoveryRange: Sendable, Equatable {
    /// The most addresses with a port each that one range has.
    public static let endpointsMax = 65_536
    /// The most addresses of one block.
    static let blockMax = 1_024

    /// 256 ports of this machine, on which Ringmaster's nodes are unless told otherwise.
    public static let standard = DiscoveryRange(
        groups: [Group(hosts: [thisMachine], ports: [standardPorts])])

    private static let thisMachine = "127.0.0.1"
    private static let standardPorts = 7_100...7_355

    /// Hosts, and ports that each of them is asked on.
    struct Group: Sendable, Equatable {
        var hosts: [String] = []
        var ports: [ClosedRange<Int>] = []
    }

    let groups: [Group]

    /// Why text is no range, in words for people.
    public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
        /// The reason.
        public var description: String
    }

    private init(groups: [Group]) { self.groups = groups }

    /// Reads a range.
    ///
    /// - Throws: what is wrong with it.
    public init(parsing text: String) throws(Failure) {
        var reader = Reader()
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            try reader.take(word)
        }
        groups = reader.finish()
        guard count <= Self.endpointsMax else {
            throw Failure(
                description: "that is \(count) ports; at most \(Self.endpointsMax) at once")
        }
    }

    /// How many ports it has, over all hosts.
    public var count: Int {
        groups.reduce(0) { sum, group in
            sum + group.hosts.count * group.ports.reduce(0) { $0 + $1.count }
        }
    }

    /// All of them, each once, in the order in which they are written.
    public var endpoints: [Endpoint] {
        var seen: Set<Endpoint> = []
        var endpoints: [Endpoint] = []
        for group in groups {
            for host in group.hosts {
                for port in group.ports.joined() {
                    let endpoint = Endpoint(host: host, port: port)
                    if seen.insert(endpoint).inserted { endpoints.append(endpoint) }
                }
            }
        }
        return endpoints
    }

    /// Whether nothing in it leaves this machine.
    ///
    /// Of names only `localhost` is believed.
    public var isLoopback: Bool { groups.allSatisfy { $0.hosts.allSatisfy(Self.isLoopback) } }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || IPv4(host).map { $0.value >> 24 == 127 } ?? false
    }
}

extension DiscoveryRange: CustomStringConvertible {
    /// The range as it can be read again.
    public var description: String {
        groups.map { group in
            let hosts = group.hosts.map { $0.contains(":") ? "[\($0)]" : $0 }
            let ports = group.ports.map {
                $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
            }
            return hosts.joined(separator: ",") + ":" + ports.joined(separator: ",")
        }.joined(separator: ",")
    }
}

extension DiscoveryRange {
    /// Puts the words between commas together to groups.
    private struct Reader {
        private var done: [Group] = []
        private var open = Group()

        /// Takes one word: ports, a host, or a host with its first ports.
        mutating func take(_ word: Substring) throws(Failure) {
            if let ports = try Self.ports(word) {
                if open.hosts.isEmpty { open.hosts = [thisMachine] }
                open.ports.append(ports)
                return
            }
            if !open.ports.isEmpty { close() }
            guard let colon = Self.colon(in: word) else {
                open.hosts += try Self.hosts(word)
                return
            }
            open.hosts += try Self.hosts(word[..<colon])
            guard let ports = try Self.ports(word[word.index(after: colon)...]) else {
                throw Failure(description: "'\(word)' has no port behind its colon")
            }
            open.ports.append(ports)
        }

        /// The groups; hosts that no ports followed get the standard ones.
        mutating func finish() -> [Group] {
            if open.ports.isEmpty { open.ports = [standardPorts] }
            close()
            return done
        }

        private mutating func close() {
            done.append(open)
            open = Group()
        }

        /// The colon before the ports; nil where there is none.
        private static func colon(in word: Substring) -> Substring.Index? {
            guard let colon = word.lastIndex(of: ":") else { return nil }
            if let bracket = word.lastIndex(of: "]") { return bracket < colon ? colon : nil }
            return colon
        }

        /// `7101` or `7100-7355`; nil for what is no port.
        private static func ports(_ word: Substring) throws(Failure) -> ClosedRange<Int>? {
            guard !word.isEmpty, word.utf8.allSatisfy({ (48...57).contains($0) || $0 == 45 }) else {
                return nil
            }
            let ends = word.split(separator: "-", omittingEmptySubsequences: false)
            let numbers = ends.map { $0.utf8.count <= 5 ? Int($0) ?? 0 : 0 }
            guard numbers.count <= 2, let first = numbers.first, let last = numbers.last,
                (1...65_535).contains(first), (1...65_535).contains(last), first <= last
            else { throw Failure(description: "'\(word)' is no range of ports 1 to 65535") }
            return first...last
        }

        private static func hosts(_ word: Substring) throws(Failure) -> [String] {
            var word = word
            if word.hasPrefix("["), word.hasSuffix("]") {
                word = word.dropFirst().dropLast()
            } else if word.contains(":") {
                throw Failure(description: "IPv6 addresses stand in brackets: [\(word)]")
            }
            let isPlain = word.utf8.allSatisfy { $0 > 32 && $0 < 127 }
            guard !word.isEmpty, isPlain, word.utf8.count <= 255 else {
                throw Failure(description: "'\(word)' is no address")
            }
            guard let slash = word.firstIndex(of: "/") else { return [String(word)] }
            return try block(word[..<slash], word[word.index(after: slash)...])
        }

        private static func block(
            _ address: Substring, _ length: Substring
        ) throws(Failure) -> [String] {
            guard let base = IPv4(String(address)), length.utf8.count <= 2, let bits = Int(length),
                (0...32).contains(bits)
            else { throw Failure(description: "'\(address)/\(length)' is no block of addresses") }
            guard 1 << (32 - bits) <= blockMax else {
                throw Failure(
                    description: "'\(address)/\(length)' has more than \(blockMax) addresses")
            }
            let count = UInt32(1) << UInt32(32 - bits)
            let first = base.value & ~(count &- 1)
            return (0..<count).map { IPv4(value: first &+ $0).description }
        }
    }
}

/// An IPv4 address as a number.
private struct IPv4: CustomStringConvertible {
    var value: UInt32

    init(value: UInt32) { self.value = value }

    /// Reads four numbers with dots between; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        value = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count),
                part.utf8.allSatisfy({ (48...57).contains($0) }), let byte = UInt8(part)
            else { return nil }
            value = value << 8 | UInt32(byte)
        }
    }

    var description: String {
        [24, 16, 8, 0].map { "\(value >> UInt32($0) & 255)" }.joined(separator: ".")
    }
}
