import Glibc
import Ring
import Testing

@testable import Server

@Suite struct JoinStepTests {
    private static let clusterID = String(repeating: "c", count: 32)

    private static func id(_ digit: Character) throws -> NodeID {
        try #require(NodeID(String(repeating: digit, count: 40)))
    }

    /// A founded cluster of n1 to n3 on the ports 7101 to 7103.
    private static func epoch() throws -> RingEpoch {
        .founding(
            clusterID: clusterID, clusterName: "demo", settings: ClusterSettings(),
            nodes: try [1, 2, 3].map { number in
                (try id(Character("\(number)")), "n\(number)", "127.0.0.1", 7_100 + number)
            })
    }

    private func ticket(
        name: String? = nil, port: Int = 7_104, clusterName: String? = nil,
        clusterID: String? = nil
    ) -> JoinTicket {
        JoinTicket(
            JoinOptions(
                seeds: [NodeOptions.Address(host: "127.0.0.1", port: 7_101)], name: name,
                clusterName: clusterName, clusterID: clusterID),
            host: "127.0.0.1", port: port)
    }

    private func asked(_ ticket: JoinTicket, _ epoch: RingEpoch) throws -> RingEpoch {
        let request = ChangeRequest(
            id: "r", wish: .join(id: ticket.id, name: "n4", host: ticket.host, port: ticket.port))
        return try #require(epoch.next(applying: [.request(request)]) { _ in true })
    }

    @Test("a node that is not listed asks, under its name or the next free one")
    func asks() throws {
        let epoch = try Self.epoch()
        #expect(JoinStep(ticket(), in: epoch) == .ask(name: "n4"))
        #expect(JoinStep(ticket(name: "west"), in: epoch) == .ask(name: "west"))
    }

    @Test("a node that an epoch lists is founded, also when it forgot that it had asked")
    func listed() throws {
        let ticket = ticket()
        let epoch = try asked(ticket, try Self.epoch())
        let member = try #require(epoch.member(id: ticket.id))
        #expect(JoinStep(ticket, in: epoch) == .found(member))
        #expect(member.name == "n4")
        #expect(member.incarnation == 1)
    }

    @Test("a name or an address that a member has is refused, and so is an id elsewhere")
    func taken() throws {
        let epoch = try Self.epoch()
        #expect(
            JoinStep(ticket(name: "n2"), in: epoch)
                == .refuse(.nameTaken(name: "n2", address: "127.0.0.1:7102")))
        #expect(
            JoinStep(ticket(port: 7_103), in: epoch)
                == .refuse(.addressTaken(member: "n3", address: "127.0.0.1:7103")))
        var moved = ticket()
        let listed = try asked(moved, epoch)
        moved.port = 7_199
        #expect(
            JoinStep(moved, in: listed)
                == .fail(.elsewhere(member: "n4", address: "127.0.0.1:7104")))
    }

    @Test("another cluster than the one that was meant is refused")
    func strange() throws {
        let epoch = try Self.epoch()
        let other = String(repeating: "d", count: 32)
        #expect(
            JoinStep(ticket(clusterName: "live"), in: epoch)
                == .fail(.otherName(found: "demo", wanted: "live")))
        #expect(
            JoinStep(ticket(clusterID: other), in: epoch)
                == .fail(.otherID(name: "demo", found: Self.clusterID, wanted: other)))
        let meant = ticket(clusterName: "demo", clusterID: Self.clusterID)
        #expect(JoinStep(meant, in: epoch) == .ask(name: "n4"))
    }

    @Test("a node that was evicted asks again; one that has left or was taken back does not")
    func again() throws {
        let epoch = try Self.epoch()
        var down = try #require(epoch.next(applying: [.down(member: 3)]) { _ in true })
        down = try end(try asking(.evict(member: 3), down))
        #expect(down.member(number: 3) == nil)
        var ticket = ticket(name: "n3", port: 7_103)
        ticket.formerNumber = 3
        #expect(JoinStep(ticket, in: down) == .ask(name: "n3"))

        let left = try end(try asking(.leave(member: 3), epoch))
        #expect(JoinStep(ticket, in: left) == .fail(.hasLeft(name: "n3")))

        let joiner = self.ticket()
        let joining = try asked(joiner, epoch)
        let change = try #require(joining.queue.active).id
        var back = self.ticket(name: "n4")
        back.formerNumber = 4
        let taken = try asking(.cancel(change: change), joining)
        #expect(
            JoinStep(back, in: taken)
                == .fail(.withdrawn(name: "n4", reason: taken.queue.ended[0].reason)))
    }

    @Test("what an old epoch forbids is looked up in the newest that a voter tells")
    func stale() throws {
        let old = try Self.epoch()
        let left = try end(try asking(.leave(member: 3), old))
        let ticket = ticket(name: "n3", port: 7_103)
        #expect(
            JoinStep(ticket, in: old)
                == .refuse(.nameTaken(name: "n3", address: "127.0.0.1:7103")))
        #expect(EpochCheck(old, answers: [old, left]) == .newer(left))
        #expect(JoinStep(ticket, in: left) == .ask(name: "n3"))
        #expect(EpochCheck(old, answers: [old]) == .unknown(answers: 1, voters: 3))
        #expect(EpochCheck(old, answers: [old, old]) == .newest)
        #expect(EpochCheck(left, answers: [old, left]) == .newest)
        var stranger = left
        stranger.clusterID = String(repeating: "d", count: 32)
        #expect(EpochCheck(old, answers: [old, stranger]) == .unknown(answers: 1, voters: 3))
    }

    private func asking(_ wish: ChangeRequest.Wish, _ epoch: RingEpoch) throws -> RingEpoch {
        let request = ChangeRequest(id: "r\(epoch.number)", wish: wish)
        return try #require(epoch.next(applying: [.request(request)]) { _ in true })
    }

    private func end(_ epoch: RingEpoch) throws -> RingEpoch {
        let change = try #require(epoch.queue.active).id
        return try #require(epoch.next(applying: [.finish(change: change)]) { _ in true })
    }
}

@Suite struct JoinTicketTests {
    @Test("a ticket is read as it was written, and a directory without one has none")
    func roundTrip() throws {
        let directory = try TemporaryDirectory()
        #expect(try JoinTicket.read(from: directory.path) == nil)
        #expect(try JoinTicket.read(from: directory.path + "/absent") == nil)
        var ticket = JoinTicket(
            JoinOptions(seeds: [NodeOptions.Address(host: "::1", port: 7_101)], name: "n9"),
            host: "127.0.0.1", port: 7_109)
        ticket.clusterID = "c0ffee"
        ticket.formerNumber = 4
        try ticket.write(to: directory.path)
        #expect(try JoinTicket.read(from: directory.path) == ticket)
        #expect(try NodeProgram.isVacant(directory.path))
        #expect(try NodeProgram.isJoining(directory.path))
        try JoinTicket.remove(from: directory.path)
        #expect(try !NodeProgram.isJoining(directory.path))
    }

    @Test("a newer ticket and a damaged one are refused")
    func refused() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/" + JoinTicket.fileName
        try Array("{\"format\":99}".utf8).write(to: path)
        #expect(throws: StorageFailure.newerFormat(path: path, format: 99, newest: 1)) {
            try JoinTicket.read(from: directory.path)
        }
        try Array("{\"format\":1}".utf8).write(to: path)
        #expect(throws: StorageFailure.self) { try JoinTicket.read(from: directory.path) }
    }

    @Test("founding takes a directory with a ticket, and seeds are kept once and few")
    func founding() throws {
        let directory = try TemporaryDirectory()
        let seeds = (1...200).map { NodeOptions.Address(host: "127.0.0.1", port: 7_000 + $0 % 100) }
        let ticket = JoinTicket(JoinOptions(seeds: seeds), host: "127.0.0.1", port: 7_109)
        #expect(ticket.seeds.count == JoinLimits.seedsMax)
        #expect(Set(ticket.seeds).count == ticket.seeds.count)
        try ticket.write(to: directory.path)
        try Founding.found(
            clusterID: Founding.clusterID(), clusterName: "demo", replicas: 3,
            nodes: [
                Founding.Node(
                    name: "n1", directory: directory.path, host: "127.0.0.1", port: 7_101)
            ])
        #expect(try !NodeProgram.isVacant(directory.path))
    }
}

extension [UInt8] {
    fileprivate func write(to path: String) throws {
        let file = try DataFile.open(path, O_WRONLY | O_CREAT | O_TRUNC)
        defer { file.close() }
        try withBytes { (bytes) throws(StorageFailure) in try file.write(bytes, at: 0) }
    }
}
