import Foundation
import Logging
import NIOCore
import NIOPosix
import RESP
import Ring

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Makes a node with an empty directory a member of a cluster that is there.
///
/// It asks one node of the cluster after the other for its epoch, asks for a change that adds it,
/// waits for the epoch that lists it, and founds its directory with that epoch and no slots. What is
/// not certain is asked anew and never assumed: after every request the epoch alone says whether
/// it took effect.
struct Joining {
    /// What one round of questions has come to.
    private enum Round {
        case listed(Member, RingEpoch)
        case again([String])
    }

    let directory: String
    let patience: Duration?
    let logger: Logger
    private(set) var ticket: JoinTicket
    private let group: any EventLoopGroup
    /// Whether the directory has the ticket as it is now.
    private var isWritten = false
    /// The seed that was asked last; the next round begins with it while it answers.
    private var favourite = 0

    init(
        _ ticket: JoinTicket, directory: String, patience: Duration?, logger: Logger,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.ticket = ticket
        self.directory = directory
        self.patience = patience
        self.logger = logger
        self.group = group
    }

    /// Joins: when this returns, the directory holds the node.
    ///
    /// - Throws: `StorageFailure`, or ``JoinFailure``.
    mutating func run() async throws {
        try Directories.make(directory)
        let (member, epoch) = try await beMember()
        let identity = NodeIdentity(
            id: ticket.id, name: member.name, host: ticket.host, port: ticket.port,
            clusterID: epoch.clusterID, clusterName: epoch.clusterName)
        try DataDirectory.found(
            directory, identity: identity, epoch: [UInt8](try JSONEncoder().encode(epoch)),
            slots: [])
        try JoinTicket.remove(from: directory)
        logger.notice(
            "\(member.name) is a member of \(epoch.clusterName), epoch \(epoch.number); it starts")
    }

    /// Until an epoch lists the node no other process may do the same in its directory.
    private mutating func beMember() async throws -> (Member, RingEpoch) {
        let lock = try DirectoryLock(directory)
        defer { lock.release() }
        try await checkPort()
        let clock = ContinuousClock()
        let begin = clock.now
        var wait = JoinLimits.backoffMin
        var told: [String] = []
        while true {
            switch try await round() {
            case .listed(let member, let epoch): return (member, epoch)
            case .again(let reasons):
                if let patience, clock.now - begin >= patience {
                    throw JoinFailure.timedOut(
                        seconds: Int(patience.components.seconds), reasons: reasons)
                }
                if reasons != told {
                    logger.warning("not a member yet: \(reasons.joined(separator: "; "))")
                }
                told = reasons
            }
            try await Task.sleep(for: wait)
            wait = min(wait * 2, JoinLimits.backoffMax)
        }
    }

    /// A member that cannot listen would be of no use, and in the way.
    private func checkPort() async throws {
        do {
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: ticket.host, port: ticket.port).get()
            try await channel.close()
        } catch {
            let isTaken = (error as? IOError)?.errnoCode == EADDRINUSE
            throw JoinFailure.cannotListen(
                host: ticket.host, port: ticket.port,
                reason: isTaken ? "the port is taken" : "\(error)")
        }
    }

    /// Asks the nodes in turn until one has brought it forward.
    private mutating func round() async throws -> Round {
        var reasons: [String] = []
        for offset in ticket.seeds.indices {
            let index = (favourite + offset) % ticket.seeds.count
            let seed = ticket.seeds[index]
            do throws(SeedRefusal) {
                let epoch = try await askEpoch(seed)
                favourite = index
                if let member = try await advance(epoch, at: seed) { return .listed(member, epoch) }
                // The change is asked for; the next look at the epoch tells.
                let next = try await askEpoch(seed)
                if case .found(let member) = JoinStep(ticket, in: next) {
                    return .listed(member, next)
                }
                reasons.append("\(seed): its epoch does not list this node yet")
            } catch {
                switch error {
                case .passing(let reason): reasons.append("\(seed): \(reason)")
                case .final(let failure): throw failure
                }
            }
        }
        return .again(reasons)
    }

    /// Does what an epoch asks for.
    ///
    /// - Returns: the member that this node is; nil when a change was asked for.
    private mutating func advance(
        _ epoch: RingEpoch, at seed: JoinTicket.Seed
    ) async throws(SeedRefusal) -> Member? {
        switch JoinStep(ticket, in: epoch) {
        case .found(let member): return member
        case .wait(let reason): throw .passing(reason)
        case .fail(let failure): throw .final(failure)
        case .refuse(let failure):
            switch EpochCheck(epoch, answers: await askVoters(of: epoch)) {
            case .newer(let epoch): return try await advance(epoch, at: seed)
            case .newest: throw .final(failure)
            case .unknown(let answers, let voters):
                throw .passing("\(failure); but only \(answers) of \(voters) voters answer")
            }
        case .ask(let name):
            try bind(to: epoch)
            let address = "\(ticket.host):\(ticket.port)"
            logger.info("asks \(seed) to let \(name) at \(address) into \(epoch.clusterName)")
            try await request(name, at: seed)
            return nil
        }
    }

    /// From the first request on it is this cluster and no other, whose members may all be asked.
    ///
    /// Before it nothing is written down: a node that was refused has begun nothing.
    private mutating func bind(to epoch: RingEpoch) throws(SeedRefusal) {
        var bound = ticket
        bound.clusterID = epoch.clusterID
        bound.add(epoch.members.map { JoinTicket.Seed(host: $0.host, port: $0.port) })
        guard bound != ticket || !isWritten else { return }
        do throws(StorageFailure) {
            try bound.write(to: directory)
        } catch {
            throw .final(error)
        }
        ticket = bound
        isWritten = true
    }

    private func request(_ name: String, at seed: JoinTicket.Seed) async throws(SeedRefusal) {
        let words = ["RING", "JOIN", ticket.id.description, name, ticket.host, "\(ticket.port)"]
        switch await ask(seed, words, JoinLimits.decision) {
        case .value(.error(let text)): throw .passing(text)
        case .value: return
        case .unreachable(let reason), .silent(let reason): throw .passing(reason)
        case .foreign: throw .passing("no node of Ringmaster's")
        }
    }

    private func askEpoch(_ seed: JoinTicket.Seed) async throws(SeedRefusal) -> RingEpoch {
        switch await ask(seed, ["RING", "EPOCH"], JoinLimits.epoch) {
        case .value(.bulk(let bytes)):
            let epoch: RingEpoch
            do {
                epoch = try JSONDecoder().decode(RingEpoch.self, from: Data(bytes))
            } catch {
                throw .passing("its epoch cannot be read")
            }
            if let reason = epoch.validate() { throw .passing("its epoch is not valid: \(reason)") }
            return epoch
        case .value(.error(let text)) where text.hasPrefix("ERR unknown"):
            throw .passing("no node of Ringmaster's")
        case .value(.error(let text)): throw .passing(text)
        case .value, .foreign: throw .passing("no node of Ringmaster's")
        case .unreachable(let reason), .silent(let reason): throw .passing(reason)
        }
    }

    /// The epochs that the voters of an epoch tell, as far as they answer.
    private func askVoters(of epoch: RingEpoch) async -> [RingEpoch] {
        await withTaskGroup(of: RingEpoch?.self) { tasks in
            for voter in epoch.members where voter.isVoter {
                tasks.addTask {
                    do throws(SeedRefusal) {
                        return try await askEpoch(
                            JoinTicket.Seed(host: voter.host, port: voter.port))
                    } catch {
                        return nil
                    }
                }
            }
            return await tasks.reduce(into: []) { $0 += [$1].compactMap(\.self) }
        }
    }

    private func ask(
        _ seed: JoinTicket.Seed, _ words: [String], _ patience: Duration
    ) async -> SeedAnswer {
        await SeedQuestion.ask(
            NodeOptions.Address(host: seed.host, port: seed.port), words, patience: patience,
            on: group)
    }
}

/// Why one node has not brought the joining forward.
private enum SeedRefusal: Error {
    /// Another node, or another time, may do better.
    case passing(String)
    /// Nothing will.
    case final(any Error)
}

extension JoinTicket.Seed: CustomStringConvertible {
    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
