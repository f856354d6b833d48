import Foundation
import Log
import Synchronization
import Testing

@testable import Server

@Suite("The ring file")
struct StorageRingFileTests {
    private func body(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func url(_ node: TestNode) -> URL { URL(fileURLWithPath: node.path + "/ring.jsonl") }

    private func written() throws -> TestNode {
        let node = try TestNode()
        let ring = try RingFile(node.path, owner: node.owner)
        try ring.append(.vote, body(#"{"promised":2}"#))
        try ring.append(.epoch, body(#"{"number":2}"#))
        try ring.append(.vote, body(#"{"promised":3}"#))
        ring.close()
        return node
    }

    @Test("the last epoch and the last vote count")
    func lastCounts() throws {
        let node = try written()
        let ring = try RingFile(node.path, owner: node.owner)
        #expect(ring.last(.epoch) == body(#"{"number":2}"#))
        #expect(ring.last(.vote) == body(#"{"promised":3}"#))
        #expect(ring.cutBytes == 0)
        ring.close()
        #expect(storageFailure { try ring.append(.vote, body("{}")) } != nil)
    }

    @Test("a last line torn at any byte is cut, and the one before counts")
    func tornTails() throws {
        let node = try written()
        let whole = try Data(contentsOf: url(node))
        let last = try #require(whole.dropLast().lastIndex(of: 0x0A)) + 1
        for end in last..<whole.count {
            try whole[..<end].write(to: url(node))
            let ring = try RingFile(node.path, owner: node.owner)
            #expect(ring.last(.vote) == body(#"{"promised":2}"#))
            #expect(ring.cutBytes == end - last)
            try ring.append(.vote, body("4"))
            ring.close()
            let again = try RingFile(node.path, owner: node.owner)
            #expect(again.last(.vote) == body("4"))
            #expect(again.cutBytes == 0)
            again.close()
        }
    }

    @Test("any flipped byte before the last line is refused with file and offset")
    func damage() throws {
        let node = try written()
        let whole = try Data(contentsOf: url(node))
        let starts = [0] + whole.indices.filter { whole[$0] == 0x0A }.map { $0 + 1 }
        for place in 0..<starts[starts.count - 2] - 1 {
            var bytes = whole
            bytes[place] ^= 0x01
            try bytes.write(to: url(node))
            let failure = storageFailure { _ = try RingFile(node.path, owner: node.owner) }
            switch failure {
            case .damaged(let path, let offset, _):
                #expect(path == url(node).path)
                #expect(starts.contains(offset) && offset <= place)
            case .newerFormat: #expect(place < starts[1])
            default: Issue.record("byte \(place): \(String(describing: failure))")
            }
            #expect(try Data(contentsOf: url(node)) == bytes)
        }
    }

    @Test("another owner, a newer format, unknown lines and no epoch are refused")
    func refused() throws {
        let node = try written()
        var other = node.owner
        other.clusterID = "decaf"
        #expect(
            storageFailure { _ = try RingFile(node.path, owner: other) }
                == .foreign(
                    path: url(node).path, what: "cluster", found: "c0ffee", expected: "decaf"))
        try Data("{\"format\":7}\n".utf8).write(to: url(node))
        #expect(
            storageFailure { _ = try RingFile(node.path, owner: node.owner) }
                == .newerFormat(path: url(node).path, format: 7, newest: 1))
        try Data().write(to: url(node))
        #expect(storageFailure { _ = try RingFile(node.path, owner: node.owner) } != nil)
    }

    @Test("a long file is replaced by its last lines, and nothing that counts is lost")
    func compaction() throws {
        let node = try TestNode()
        let ring = try RingFile(node.path, owner: node.owner)
        let filler = String(repeating: "x", count: 50_000)
        for number in 1...60 {
            try ring.append(.epoch, body(#"{"number":\#(number),"filler":"\#(filler)"}"#))
            try ring.append(.vote, body("\(number)"))
            let size = try Data(contentsOf: url(node)).count
            #expect(size < RingFile.compactBytesMin + 60_000)
        }
        ring.close()
        let again = try RingFile(node.path, owner: node.owner)
        #expect(again.last(.vote) == body("60"))
        #expect(again.last(.epoch)?.starts(with: body(#"{"number":60,"#)) == true)
        again.close()
    }

    @Test("room for votes is reserved behind every line, however long the file has grown")
    func reserve() throws {
        let node = try TestNode()
        let ring = try RingFile(node.path, owner: node.owner)
        defer { ring.close() }
        let filler = String(repeating: "x", count: 7_000)
        for number in 1...100 {
            try ring.append(.vote, body(#"{"number":\#(number),"filler":"\#(filler)"}"#))
            var status = stat()
            #expect(stat(url(node).path, &status) == 0)
            let room = Int(status.st_blocks) * 512 - Int(status.st_size)
            #expect(room >= RingFile.reserveBytes / 2, "after \(status.st_size) bytes")
        }
    }

    @Test("a full disk is waited for, and what it took of a line is cut off at once")
    func fullDisk() throws {
        let node = try TestNode()
        let disk = SmallDisk(room: 5)
        let ring = try RingFile(node.path, owner: node.owner, actions: disk.actions)
        let before = try Data(contentsOf: url(node))
        let told = Mutex<[StorageFailure]>([])
        try ring.append(.vote, body("1")) { failure in
            told.withLock { $0.append(failure) }
            #expect(FileManager.default.contents(atPath: url(node).path) == before)
            disk.setRoom(1 << 20)
        }
        #expect(told.withLock { $0.map(\.isFullDisk) } == [true])
        #expect(ring.last(.vote) == body("1"))
        ring.close()
        let again = try RingFile(node.path, owner: node.owner)
        #expect(again.last(.vote) == body("1") && again.cutBytes == 0)
        again.close()
    }

    @Test("who waits for a full disk is let go when the file is closed")
    func closedWhileFull() throws {
        let node = try TestNode()
        let ring = try RingFile(
            node.path, owner: node.owner, actions: SmallDisk(room: 0).actions)
        let failure = storageFailure {
            try ring.append(.vote, body("1")) { _ in ring.close() }
        }
        #expect(failure == .stopped(reason: "no more writes are taken: the file is closed"))
        let again = try RingFile(node.path, owner: node.owner)
        #expect(again.last(.vote) == nil)
        again.close()
    }
}
