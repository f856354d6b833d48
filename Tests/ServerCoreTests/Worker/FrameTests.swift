import Bytes
import Commands
import Log
import RESP
import Ring
import Testing

@testable import ServerCore

@Suite("Frames from a damaged or hostile peer")
struct FrameTests {
    private func numbers(_ text: String) -> [Int?] {
        Array(text.utf8).withUnsafeBytes { bytes in
            var reader = NumberReader(bytes)
            var found: [Int?] = []
            while !reader.isAtEnd, found.count < 8 {
                found.append(reader.next())
                if found.last == .some(nil) { break }
            }
            return found
        }
    }

    private func target(_ frame: [String]) -> FrameTarget {
        withArguments(frame.map { Array($0.utf8) }) { FrameTarget($0) }
    }

    @Test("numbers are decimal and stand between single blanks")
    func numbersAreRead() {
        #expect(numbers("0 17 16383") == [0, 17, 16_383])
        #expect(numbers("1  2") == [1, nil])
    }

    @Test(
        "what is no number is refused, and does not trap",
        arguments: ["", " 1", "x", "+1", "-", "9223372036854775808", "99999999999999999999999"])
    func damagedNumbersAreRefused(text: String) {
        Array(text.utf8).withUnsafeBytes { bytes in
            var reader = NumberReader(bytes)
            #expect(reader.next() == nil)
        }
    }

    @Test(
        "a digest is sixteen lower-case hexadecimal digits",
        arguments: ["", "12", "000000000000000g", "ABCDEF0123456789"])
    func damagedDigestsAreRefused(text: String) {
        Array(text.utf8).withUnsafeBytes { bytes in
            var reader = NumberReader(bytes)
            #expect(reader.nextDigest() == nil)
        }
        Array("00000000000000ff 7".utf8).withUnsafeBytes { bytes in
            var reader = NumberReader(bytes)
            #expect(reader.nextDigest() == 255)
            #expect(reader.next() == 7)
        }
    }

    @Test("a frame goes to the owner of its partition, or of its request")
    func framesHaveTargets() {
        #expect(target(["STREAM", "15", ""]) == .partition(15))
        #expect(target(["ANSWER", "130", "done"]) == .worker(2))
        #expect(target(["FORWARD", "1", "2", "get"]) == .any)
        #expect(target(["HOTTEST", "3", "1", "k"]) == .any, "its sender may have more workers")
    }

    @Test(
        "a frame that names no partition or worker is for nobody",
        arguments: [
            ["STREAM"], ["STREAM", "0"], ["STREAM", "16", ""], ["STREAM", "-1", ""],
            ["STREAM", "9223372036854775808", ""], ["ANSWER", "-1", "done"], ["NODE", "0", "{}"],
            ["stream", "0", ""], ["", "", ""],
        ])
    func strayFramesAreInvalid(frame: [String]) {
        #expect(target(frame) == .invalid)
    }

    @Test(
        "a malformed frame is refused, and does not trap",
        arguments: [
            [], ["NODE", "0", "{}"], ["WHAT", "0", ""], ["STREAM", "0"], ["STREAM", "16", ""],
            ["STREAM", "-1", ""], ["ACK", "0", "0 1"], ["ACK", "0", "1024 1 0"],
            ["ACK", "0", "-1 1 0"], ["ACK", "0", "99999999999999999999 1 0"],
            ["COLLECT", "0", "7"], ["COLLECT", "1", "7 1"], ["COPY", "0", "7 1 1 0 zz 0"],
            ["COPY", "0", "7 1 1 0 0000000000000000"],
            ["INSTALL", "0", "7", "1", "-5", "same", "0000000000000000", ""],
            ["INSTALL", "0", "7", "1", "0", "some", "0000000000000000", ""],
            ["INSTALL", "0", "2000", "1", "0", "same", "0000000000000000", ""],
            ["CONTENT", "0", "7", "1", "last", "12", ""], ["CONTENT", "0", "7", "1", "last"],
            ["COPY", "0", "7 1 1 0 0000000000000000 4"], ["FORWARD", "1", "2", "what", "k"],
            ["FORWARD", "x", "2", "get", "k"], ["FORWARD", "1", "2", "ping"],
            ["FORWARD", "1", "2", "ring", "count", "99", "1"], ["ANSWER", "1", "done"],
        ])
    func malformedFramesAreRefused(frame: [String]) {
        let cluster = WorkerCluster()
        #expect(!cluster.deliver(frame, from: 2, to: 1))
    }

    @Test(
        "a well-formed frame with absurd numbers changes nothing",
        arguments: [
            ["ACK", "0", "7 1 9223372036854775807"], ["ACK", "0", "7 -1 -9"],
            ["REFUSE", "0", "7 -9223372036854775807"],
            ["COLLECT", "0", "7 9223372036854775807"],
            ["COPY", "0", "7 1 9223372036854775807 -1 0000000000000000 0"],
        ])
    func absurdNumbersAreHarmless(frame: [String]) {
        let cluster = WorkerCluster()
        let home = cluster.epoch.home(of: 7) ?? 0
        let before = cluster[home].copyReports(7...7)
        #expect(cluster.deliver(frame, from: home % 3 + 1, to: home))
        #expect(cluster[home].copyReports(7...7) == before)
    }
}
