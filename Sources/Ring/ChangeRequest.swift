/// What somebody asks of the ring, to be decided by vote.
public struct ChangeRequest: Sendable, Codable, Equatable {
    /// What is asked for.
    public enum Wish: Sendable, Codable, Equatable {
        /// A node that is no member yet wants to be one.
        case join(id: NodeID, name: String, host: String, port: Int)
        /// A member is to hand its slots over and to go.
        case leave(member: Int)
        /// A down member is to lose its place.
        case evict(member: Int)
        /// Tokens are to move until all members carry the same.
        case rebalance
        /// A change is to be taken back.
        case cancel(change: Int)
        /// A setting is to have another value.
        case set(name: String, value: String)
    }

    /// Recognises the request when it arrives twice: 1 to 64 printable bytes.
    public var id: String
    /// What is asked for.
    public var wish: Wish

    /// Makes a request.
    public init(id: String, wish: Wish) {
        self.id = id
        self.wish = wish
    }
}

extension RingEpoch {
    /// Why a request cannot take effect in this epoch, in words for people; nil when it can.
    public func refusal(of request: ChangeRequest) -> String? {
        guard Member.isName(request.id) else { return "a request needs an id of 1 to 64 bytes" }
        switch request.wish {
        case .join(let id, let name, let host, let port):
            return refusal(ofJoin: id, name: name, host: host, port: port)
        case .leave(let number):
            guard let member = member(number: number) else { return "no such member" }
            if let reason = refusalOfTwo(number) { return reason }
            guard member.state == .up else {
                return "\(member.name) is \(member.state.rawValue), only a member that is up leaves"
            }
            return members.count(where: \.canBeHome) > 1
                ? fullQueue : "\(member.name) is the only member that is up"
        case .evict(let number):
            guard let member = member(number: number) else { return "no such member" }
            if let reason = refusalOfTwo(number) { return reason }
            return member.state == .down
                ? fullQueue
                : "\(member.name) is \(member.state.rawValue), only a down member is evicted"
        case .rebalance:
            if queue.waiting.contains(where: { $0.kind == .rebalance }) {
                return "a rebalance waits already"
            }
            return fullQueue
        case .cancel(let change):
            return queue.waiting.contains { $0.id == change }
                ? nil : "no change \(change) waits or is under way"
        case .set("replicas", let value):
            guard let count = Int(value), (1...ClusterSettings.replicasMax).contains(count) else {
                return "replicas must be 1 to \(ClusterSettings.replicasMax)"
            }
            return count == settings.replicas ? "replicas is \(count) already" : fullQueue
        case .set(let name, let value):
            return settings.refusal(ofSetting: name, to: value)
        }
    }

    private var fullQueue: String? {
        queue.waiting.count < ChangeQueue.waitingMax ? nil : "too many changes wait"
    }

    /// Why a second change of one member has to wait.
    private func refusalOfTwo(_ number: Int) -> String? {
        guard let other = queue.waiting.first(where: { $0.kind.member == number }) else {
            return nil
        }
        return "change \(other.id) of this member is not over"
    }

    private func refusal(ofJoin id: NodeID, name: String, host: String, port: Int) -> String? {
        guard Member.isName(name) else { return "a name has 1 to 64 printable bytes" }
        guard Member.isAddress(host: host, port: port) else { return "not an address" }
        guard members.count < Self.membersMax else { return "too many members" }
        if let other = members.first(where: { $0.id == id }) {
            return "the node is a member already, as \(other.name)"
        }
        if former.contains(where: { $0.id == id }) {
            return "slots are still being settled without the node; try again soon"
        }
        if member(named: name) != nil { return "another member is called \(name)" }
        if let other = members.first(where: { $0.host == host && $0.port == port }) {
            return "\(other.name) has the address \(host):\(port)"
        }
        return fullQueue
    }
}
