import Foundation
import Logging
import Ring
import UnixSignals

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// How a process comes to be a member's, before and again.
extension NodeProgram {
    /// Whether a directory holds no node, so that one has to be founded or to join.
    ///
    /// - Throws: when the directory cannot be read.
    public static func isVacant(_ directory: String) throws -> Bool {
        guard try Directories.exists(directory) else { return true }
        return try !Directories.names(directory).contains(NodeIdentity.fileName)
    }

    /// Whether a node has begun to join from a directory, and goes on by itself.
    ///
    /// - Throws: when the directory cannot be read.
    public static func isJoining(_ directory: String) throws -> Bool {
        try isVacant(directory) && JoinTicket.read(from: directory) != nil
    }

    /// Joins a cluster if the directory holds no node and either was told to, or had begun to.
    static func joinIfVacant(_ options: NodeOptions, _ logger: Logger) async throws {
        let path = options.directory
        guard try isVacant(path) else {
            // A node that was founded needs no ticket any more.
            if try JoinTicket.read(from: path) != nil { try JoinTicket.remove(from: path) }
            return
        }
        if let begun = try JoinTicket.read(from: path) {
            try await join(goingOn(begun, options), options, logger)
        } else if let join = options.join {
            let ticket = JoinTicket(join, host: options.host, port: options.port)
            try await self.join(ticket, options, logger)
        }
    }

    /// What was begun, with what is said anew: address, name and more nodes to ask.
    private static func goingOn(_ begun: JoinTicket, _ options: NodeOptions) -> JoinTicket {
        var ticket = begun
        ticket.host = options.host
        ticket.port = options.port
        guard let join = options.join else { return ticket }
        ticket.name = join.name ?? ticket.name
        ticket.clusterName = join.clusterName ?? ticket.clusterName
        ticket.clusterID = join.clusterID ?? ticket.clusterID
        let known = ticket.seeds
        ticket.seeds = []
        ticket.add(join.seeds.map { JoinTicket.Seed(host: $0.host, port: $0.port) } + known)
        return ticket
    }

    private static func join(
        _ ticket: JoinTicket, _ options: NodeOptions, _ logger: Logger
    ) async throws {
        // One that comes back has a cluster, and waits for it as it would have while it was up.
        let isBack = ticket.formerNumber != nil
        let patience = isBack ? nil : options.join.map(\.patience) ?? .seconds(60)
        let directory = options.directory
        let isDone = try await unlessTold {
            var joining = Joining(
                ticket, directory: directory, patience: patience, logger: logger)
            try await joining.run()
        }
        guard isDone else { throw JoinFailure.interrupted }
    }

    /// Drops what a node holds that its cluster has settled without, after having written down who
    /// it was: the node is then one that has begun to join.
    ///
    /// - Parameters:
    ///   - directory: the node's, held by this process; free afterwards.
    ///   - formerNumber: its member number.
    /// - Throws: when a file cannot be read or written.
    static func becomeVacant(_ directory: DataDirectory, formerNumber: Int) throws {
        heedSignals()
        let file = try RingFile(directory.path, owner: LogOwner(directory.identity))
        let body = file.last(.epoch)
        file.close()
        guard let body else {
            throw NodeFailure.damagedEpoch(path: directory.ringPath, reason: "there is none")
        }
        let epoch = try JSONDecoder().decode(RingEpoch.self, from: Data(body))
        try JoinTicket(again: directory.identity, formerNumber: formerNumber, epoch: epoch)
            .write(to: directory.path)
        try directory.forget()
    }

    /// Joins anew after ``becomeVacant(_:)``.
    ///
    /// - Returns: false when the node is not to come back, because it has left.
    static func joinAgain(_ options: NodeOptions, _ logger: Logger) async throws -> Bool {
        do {
            try await joinIfVacant(options, logger)
            return true
        } catch JoinFailure.hasLeft(let name) {
            logger.notice("\(JoinFailure.hasLeft(name: name))")
            try JoinTicket.remove(from: options.directory)
            return false
        } catch let failure as JoinFailure {
            if case .withdrawn = failure { try JoinTicket.remove(from: options.directory) }
            throw failure
        }
    }

    /// Does something unless SIGTERM or SIGINT comes first, which then cancels it.
    ///
    /// - Returns: whether it was done.
    private static func unlessTold(
        _ work: @escaping @Sendable () async throws -> Void
    ) async throws -> Bool {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        defer { heedSignals() }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await work()
                return true
            }
            group.addTask {
                for await _ in signals { break }
                return false
            }
            let isDone = try await group.next() ?? false
            group.cancelAll()
            return isDone
        }
    }

    /// Lets signals end the process at once again: who has listened for them leaves them ignored.
    static func heedSignals() {
        signal(SIGTERM, SIG_DFL)
        signal(SIGINT, SIG_DFL)
    }
}
