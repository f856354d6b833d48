import NIOCore
import RESP
import Testing

@testable import Client

@Suite struct RetryRulesTests {
    @Test("a write is repeated only when it was certainly not done")
    func writes() {
        func judge(_ exchange: Exchange) -> Judgement { .of(exchange, isRead: false) }
        #expect(judge(.notSent("x")) == .again("x", .relearn))
        for code in ["CLUSTERDOWN", "TRYAGAIN", "LOADING"] {
            #expect(judge(.reply(.error("\(code) wait"))) == .again("\(code) wait", .relearn))
        }
        #expect(judge(.lost("x")) == .unknown("x"))
        for exchange in [
            Exchange.timedOut, .reply(.error("UNKNOWN may be")), .reply(.error("NEWCODE what")),
            .reply(.error("")),
        ] {
            guard case .unknown = judge(exchange) else {
                Issue.record("\(exchange) must leave a write unknown")
                continue
            }
        }
        #expect(judge(.reply(.error("ERR syntax"))) == .refused("ERR syntax"))
        #expect(judge(.reply(.integer(1))) == .answer(.integer(1)))
    }

    @Test("a read is repeated whenever that may help")
    func reads() {
        for exchange in [
            Exchange.timedOut, .lost("x"), .notSent("x"), .reply(.error("UNKNOWN x")),
            .reply(.error("LOADING x")),
        ] {
            guard case .again = Judgement.of(exchange, isRead: true) else {
                Issue.record("\(exchange) must let a read be repeated")
                continue
            }
        }
    }

    @Test("a redirection names where to go next")
    func redirections() {
        let target = Endpoint(host: "10.0.0.1", port: 7001)
        let moved = Exchange.reply(.error("MOVED 42 10.0.0.1:7001"))
        #expect(
            Judgement.of(moved, isRead: false) == .again("MOVED 42 10.0.0.1:7001", .moved(target)))
        let ask = Exchange.reply(.error("ASK 42 10.0.0.1:7001"))
        #expect(Judgement.of(ask, isRead: false) == .again("ASK 42 10.0.0.1:7001", .ask(target)))
        let cut = Exchange.reply(.error("MOVED 42"))
        #expect(Judgement.of(cut, isRead: false) == .again("MOVED 42", .relearn))
    }

    @Test("the wait doubles up to its bound, half of it by chance")
    func backoff() {
        var generator = SystemRandomNumberGenerator()
        let options = ClientOptions()
        var bound = options.backoffMin
        for tries in 1...80 {
            let wait = options.backoff(afterTries: tries, using: &generator)
            #expect(wait >= bound / 2 && wait <= bound)
            bound = min(bound * 2, options.backoffMax)
        }
    }

    @Test("a read tries elsewhere after a silence that doubles; a write waits to the end")
    func silence() {
        let options = ClientOptions()
        let node = Endpoint(host: "h", port: 1)
        var read = Attempts(options: options, isRead: true)
        for doublings in 0..<4 {
            #expect(read.silence == options.silence * (1 << doublings))
            read.failed(at: node, "x", .relearn)
        }
        var write = Attempts(options: options, isRead: false)
        write.failed(at: node, "x", .relearn)
        #expect(write.silence == nil)
    }

    @Test("the next try goes to the node with the fewest failures, home first")
    func choice() {
        let nodes = (1...3).map { Endpoint(host: "h", port: $0) }
        var attempts = Attempts(options: ClientOptions(), isRead: true)
        #expect(attempts.choose(among: nodes) == nodes[0])
        attempts.failed(at: nodes[0], "x", .relearn)
        #expect(attempts.choose(among: nodes) == nodes[1])
        attempts.failed(at: nodes[1], "x", .moved(nodes[2]))
        #expect(attempts.takeRedirection() == nodes[2])
        #expect(attempts.takeRedirection() == nil)
        attempts.failed(at: nodes[2], "x", .relearn)
        #expect(attempts.choose(among: nodes) == nodes[0])
        #expect(attempts.choose(among: []) == nil)
    }
}
