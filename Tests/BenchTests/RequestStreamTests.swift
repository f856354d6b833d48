import NIOCore
import Testing

@testable import Bench

@Suite("Requests of a bench")
struct RequestStreamTests {
    private func plan(clients: Int, operations: Int, keyspace: Int? = nil) -> BenchPlan {
        var plan = BenchPlan(addresses: [BenchAddress(host: "localhost", port: 1)])
        plan.clients = clients
        plan.operations = operations
        plan.keyspace = keyspace
        plan.valueBytes = 5
        return plan
    }

    private func text(_ phase: BenchPhase, client: Int = 0, plan: BenchPlan) -> String {
        var stream = RequestStream(phase, client: client, plan: plan)
        var buffer = ByteBuffer()
        stream.write(stream.remaining, into: &buffer)
        return String(buffer: buffer)
    }

    private func keys(_ phase: BenchPhase, plan: BenchPlan) -> [Int] {
        (0..<plan.clients).flatMap { client in
            text(phase, client: client, plan: plan).split(separator: "\r\n").compactMap { line in
                line.hasPrefix("bench:") ? Int(line.dropFirst(6)) : nil
            }
        }
    }

    @Test("each phase asks in the protocol's words")
    func words() throws {
        let plan = plan(clients: 1, operations: 1)
        let key = "$18\r\nbench:000000000000\r\n"
        #expect(text(.retrieve, plan: plan) == "*2\r\n$3\r\nGET\r\n" + key)
        #expect(text(.delete, plan: plan) == "*2\r\n$3\r\nDEL\r\n" + key)
        let insert = text(.insert, plan: plan)
        let update = text(.update, plan: plan)
        for request in [insert, update] {
            #expect(request.hasPrefix("*3\r\n$3\r\nSET\r\n" + key + "$5\r\n"))
            let value = try #require(request.split(separator: "\r\n").last)
            #expect(value.utf8.count == 5)
            #expect(value.allSatisfy { ("a"..."z").contains($0) })
        }
        #expect(insert != update)
    }

    @Test("insertion and deletion come by every key once, whatever the numbers")
    func walks() {
        for (clients, keys) in [(1, 1), (1, 2), (3, 10), (7, 1_000), (50, 49), (16, 4_096)] {
            let plan = plan(clients: clients, operations: keys)
            #expect(self.keys(.insert, plan: plan).sorted() == Array(0..<keys))
            #expect(self.keys(.delete, plan: plan).sorted() == Array(0..<keys))
        }
    }

    @Test("a walk is scattered: neighbours in time are no neighbours in number")
    func scattered() {
        let visited = keys(.insert, plan: plan(clients: 1, operations: 1_000))
        #expect(zip(visited, visited.dropFirst()).allSatisfy { abs($0 - $1) > 100 })
    }

    @Test("retrieval and update ask for keys below the limit, and for most of them")
    func random() {
        let plan = plan(clients: 4, operations: 1_000, keyspace: 100)
        for phase in [BenchPhase.retrieve, .update] {
            let visited = keys(phase, plan: plan)
            #expect(visited.count == 1_000)
            #expect(visited.allSatisfy { (0..<100).contains($0) })
            #expect(Set(visited).count > 90)
        }
        #expect(keys(.retrieve, plan: plan) != keys(.update, plan: plan))
    }

    @Test("the same seed gives the same load, and another seed another")
    func seeds() {
        var other = plan(clients: 2, operations: 50)
        let first = text(.update, plan: other)
        #expect(text(.update, plan: other) == first)
        other.seed = 2
        #expect(text(.update, plan: other) != first)
    }

    @Test("a step through the largest keyspace has no common divisor with it and no overflow")
    func largest() {
        let largest = BenchPlan.operationsMax
        var order = KeyOrder.sharedWalk(
            client: BenchPlan.clientsMax - 1, of: BenchPlan.clientsMax, keyCount: largest,
            seed: UInt64.max)
        for _ in 0..<1_000 { #expect((0..<largest).contains(order.next())) }
    }
}
