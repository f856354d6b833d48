import Testing

@testable import Bench

@Suite("Plans of a bench")
struct BenchPlanTests {
    private let address = BenchAddress(host: "localhost", port: 7101)

    @Test("the default plan is right")
    func defaults() throws {
        let plan = BenchPlan(addresses: [address])
        try plan.validate()
        #expect(plan.keyCount == 100_000)
    }

    @Test("a number beyond its limits is named")
    func limits() {
        let wrong: [(String, (inout BenchPlan) -> Void)] = [
            ("a port must be 1 to 65535, not 0", { $0.addresses[0].port = 0 }),
            ("the number of clients must be 1 to 10000, not 0", { $0.clients = 0 }),
            ("the pipeline's depth must be 1 to 10000, not 10001", { $0.pipeline = 10_001 }),
            (
                "the number of operations must be 1 to 1000000000000, not -1",
                { $0.operations = -1 }
            ),
            (
                "the value's size in bytes must be 0 to 67108864, not 67108865",
                { $0.valueBytes = 67_108_865 }
            ),
            ("the number of keys must be 1 to 1000000000000, not 0", { $0.keyspace = 0 }),
            ("the number of threads must be 1 to 64, not 65", { $0.threads = 65 }),
            (
                "the patience in milliseconds must be at least 1, not 0",
                { $0.stallMilliseconds = 0 }
            ),
            ("there is nothing to do", { $0.phases = [] }),
        ]
        for (words, change) in wrong {
            var plan = BenchPlan(addresses: [address])
            change(&plan)
            #expect(throws: BenchError.plan(words)) { try plan.validate() }
        }
    }

    @Test("after an insertion only the keys that it reached are asked for")
    func keyCount() {
        var plan = BenchPlan(addresses: [address])
        plan.operations = 100
        plan.keyspace = 1_000
        #expect(plan.keyCount == 100)
        plan.phases = [.retrieve]
        #expect(plan.keyCount == 1_000)
        plan.keyspace = 10
        #expect(plan.operationCount(of: .retrieve) == 100)
        #expect(plan.operationCount(of: .delete) == 10)
    }
}
