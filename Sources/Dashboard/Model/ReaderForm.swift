import Client
import Ring

/// The fields of a reader: which key, how often; through which node was selected before.
struct ReaderForm: Sendable, Equatable {
    var key: LineEditor
    var rate: LineEditor
    /// The member's number.
    var node: Int
    var isInRate = false
    /// Why the last attempt failed.
    var problem: String?

    /// What a reader reads in a second if nothing else is said.
    static let rateUsual = 200

    /// What the fields ask for, or what is wrong with them.
    func wish(_ epoch: RingEpoch) -> Result<ReaderWish, AccessFailure> {
        guard !key.isEmpty else { return .failure(AccessFailure("a key is missing")) }
        guard let number = Int(rate.text), (1...ReaderWish.perSecondMax).contains(number) else {
            return .failure(
                AccessFailure("a rate is 1 to \(ReaderWish.perSecondMax.grouped) a second"))
        }
        guard let member = epoch.member(number: node) else {
            return .failure(AccessFailure("that node is no member any more"))
        }
        return .success(
            ReaderWish(
                key: key.bytes, node: member.name,
                endpoint: Endpoint(host: member.host, port: member.port), perSecond: number))
    }
}

extension RingEpoch {
    /// What a node is to a key, for people.
    func role(of node: Int, for key: [UInt8]) -> String {
        guard let era = arc(at: Slots.slot(ofBytes: key))?.present else { return "" }
        let home = era.home.map(name) ?? "nobody"
        if era.home == node { return "is its home and answers by itself: no copy is needed" }
        return era.replicas.contains(node)
            ? "is a successor of \(home), its home"
            : "holds no replica of it; its home is \(home)"
    }

    /// A name for a key that a node holds no replica of, if there is such a slot.
    func hotKey(for node: Int) -> [UInt8] {
        let names = ["hot"] + (1...200).map { "hot:\($0)" }
        let found = names.first { name in
            let slot = Slots.slot(ofBytes: Array(name.utf8))
            return arc(at: slot)?.present.replicas.contains(node) == false
        }
        return Array((found ?? names[0]).utf8)
    }
}
