import Foundation
import Ring
import Testing

@Suite("An epoch as JSON")
struct EpochCodingTests {
    @Test("an epoch comes back as it was, homeless arcs and histories included")
    func roundTrip() throws {
        var epoch = try #require(founded(3).next(.down(member: 1), settled: false))
        epoch = try #require(epoch.next(.down(member: 2), .down(member: 3), settled: false))
        let data = try JSONEncoder().encode(epoch)
        #expect(try JSONDecoder().decode(RingEpoch.self, from: data) == epoch)
    }

    @Test("changes come back as they were")
    func changes() throws {
        let changes = [
            .down(member: 3), up(2, incarnation: 7), ask(.set(name: "grace", value: "9")),
        ]
        let data = try JSONEncoder().encode(changes)
        #expect(try JSONDecoder().decode([EpochChange].self, from: data) == changes)
    }

    @Test("an arc is an array of numbers")
    func form() throws {
        let arc = Arc(
            first: 0, last: 9,
            history: [
                Era(generation: 1, replicas: [1, 2], home: 1),
                Era(generation: 2, replicas: [1, 2], home: nil),
            ])
        let data = try JSONEncoder().encode(arc)
        #expect(String(decoding: data, as: UTF8.self) == "[0,9,[1,1,1,2],[2,0,1,2]]")
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Arc.self, from: Data("[0,9]".utf8))
        }
    }

    @Test("five nodes take a few kilobytes and a thousand at most a megabyte")
    func size() throws {
        #expect(try JSONEncoder().encode(founded(5)).count <= 5_000)
        let thousand = founded(1_000)
        #expect(thousand.arcs.count == 16_000)
        #expect(try JSONEncoder().encode(thousand).count <= 1_000_000)
    }

    @Test("a setting that is not there has its default")
    func settings() throws {
        let settings = try JSONDecoder().decode(
            ClusterSettings.self, from: Data(#"{"replicas":5}"#.utf8))
        #expect(settings.replicas == 5 && settings.leaseMilliseconds == 500)
    }
}
