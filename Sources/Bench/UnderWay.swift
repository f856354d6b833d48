import NIOCore

/// A request that was sent and is not answered.
struct RequestUnderWay: Sendable, Equatable {
    /// When it was to be sent: its latency counts from here.
    var due: NIODeadline
    /// When it was sent.
    var sent: NIODeadline
    /// What was asked for.
    var operation: Operation
    /// The number of the value that it writes, from 1; 0 when values are not numbered.
    var number = 0
}

/// The requests under way on a connection, oldest first: a ring of fixed capacity.
struct UnderWay {
    private var requests: [RequestUnderWay]
    private var head = 0
    /// Requests under way.
    private(set) var count = 0

    /// Makes an empty ring for at most so many requests, 1 or more.
    init(capacity: Int) {
        let nothing = RequestUnderWay(
            due: .distantPast, sent: .distantPast, operation: Operation(kind: .retrieve, key: 0))
        requests = Array(repeating: nothing, count: capacity)
    }

    /// Notes that a request was sent; it must fit.
    mutating func append(_ request: RequestUnderWay) {
        precondition(count < requests.count)
        let place = head + count
        requests[place < requests.count ? place : place - requests.count] = request
        count += 1
    }

    /// The oldest, which is then under way no more; nil when none is.
    mutating func popFirst() -> RequestUnderWay? {
        guard count > 0 else { return nil }
        let request = requests[head]
        head = head + 1 == requests.count ? 0 : head + 1
        count -= 1
        return request
    }
}

/// When the requests of one connection fall due in an open loop: at a fixed rate, whether or when
/// answers come, in turn with the other connections.
struct Pace: Sendable, Equatable {
    private let start: NIODeadline
    private let client: Int
    private let clients: Int
    private let rate: Int
    private var index = 0

    /// Makes a pace.
    ///
    /// - Parameters:
    ///   - start: when the first client's first request falls due.
    ///   - client: the connection, from 0.
    ///   - clients: how many share the rate.
    ///   - rate: requests per second of all of them, 1 or more.
    init(start: NIODeadline, client: Int, clients: Int, rate: Int) {
        self.start = start
        self.client = client
        self.clients = clients
        self.rate = rate
    }

    /// When the next request falls due.
    var due: NIODeadline {
        let turn = Double(index) * Double(clients) + Double(client)
        return start + .nanoseconds(Int64(turn * 1e9 / Double(rate)))
    }

    /// Goes on to the next request and returns when the present one falls due.
    mutating func next() -> NIODeadline {
        defer { index += 1 }
        return due
    }
}
