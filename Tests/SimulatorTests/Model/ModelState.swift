/// One state of the model, packed, so that millions of them can be kept and compared.
///
/// ```
/// 0   epochs decided · crashes left · abandons left · floor
/// 4   the read that is being confirmed: generation + 1, content, floor at its start, who confirmed
/// 8   per write: status, the content that it was applied to
/// 14  per epoch: the oldest generation of its history
/// 20  per generation, 32 bytes: chosen content + 1, settled base and position, served,
///     committed + 1, log length, log; +12 per node: durable position + 1; +16 per node: its answer
///     to the Collect, a copy of which the base counts one more
/// 148 per node, 12 bytes: alive, incarnation, epoch; +3 its copy in memory; +7 its copy on the
///     disk; +11 the givers of the leases that it holds
/// ```
///
/// A copy is four bytes: base, position, content, and whether an install has touched the content
/// since the base and the position were written. Content is the number of the last write that it
/// contains, from 1; 0 is the slot as it was founded. That tells a deleted key from one that never
/// was, which no node can: ``SlotModel/digest(_:)``.
struct ModelState: Hashable {
    enum Limits {
        static var nodes: Int { 4 }
        static var eras: Int { 4 }
        static var epochs: Int { 6 }
        static var writes: Int { 3 }
    }

    /// What a writer was told.
    enum Status: Int {
        case unissued
        case pending
        /// Its home leads no more, and waits to be told what the next generation began with.
        case undecided
        case done
        case unknown
        case notDone
    }

    struct Copy: Equatable {
        var base: Int
        var position: Int
        var content: Int
        var isMixed = false

        /// Whether this copy knows more than another.
        func exceeds(_ other: Copy) -> Bool { exceeds(other.base, other.position) }

        func exceeds(_ base: Int, _ position: Int) -> Bool {
            (self.base, self.position) > (base, position)
        }
    }

    private(set) var bytes = [UInt8](repeating: 0, count: 196)

    subscript(offset: Int) -> Int {
        get { Int(bytes[offset]) }
        set { bytes[offset] = UInt8(truncatingIfNeeded: newValue) }
    }

    func copy(at offset: Int) -> Copy {
        Copy(
            base: self[offset], position: self[offset + 1], content: self[offset + 2],
            isMixed: self[offset + 3] != 0)
    }

    mutating func setCopy(_ copy: Copy, at offset: Int) {
        self[offset] = copy.base
        self[offset + 1] = copy.position
        self[offset + 2] = copy.content
        self[offset + 3] = copy.isMixed ? 1 : 0
    }

    // MARK: The whole

    var decided: Int {
        get { self[0] }
        set { self[0] = newValue }
    }
    var crashesLeft: Int {
        get { self[1] }
        set { self[1] = newValue }
    }
    var abandonsLeft: Int {
        get { self[2] }
        set { self[2] = newValue }
    }
    /// The last write that anybody was shown or promised: nothing may contain less from now on.
    var floor: Int {
        get { self[3] }
        set { self[3] = newValue }
    }
    /// The generation whose home has a read to confirm, plus one; 0 is none.
    var readEra: Int {
        get { self[4] }
        set { self[4] = newValue }
    }
    var readContent: Int {
        get { self[5] }
        set { self[5] = newValue }
    }
    var readFloor: Int {
        get { self[6] }
        set { self[6] = newValue }
    }
    var readConfirmed: Int {
        get { self[7] }
        set { self[7] = newValue }
    }

    func status(_ write: Int) -> Status { Status(rawValue: self[6 + 2 * write]) ?? .unissued }
    mutating func setStatus(_ status: Status, _ write: Int) {
        self[6 + 2 * write] = status.rawValue
    }
    func predecessor(_ write: Int) -> Int { self[7 + 2 * write] }
    mutating func setPredecessor(_ content: Int, _ write: Int) { self[7 + 2 * write] = content }
    func oldestEra(_ epoch: Int) -> Int { self[14 + epoch] }
    mutating func setOldestEra(_ era: Int, _ epoch: Int) { self[14 + epoch] = era }

    // MARK: A generation

    private func at(era: Int) -> Int { 20 + 32 * era }

    /// The content that the generation began with; nil while it is not chosen.
    func chosen(_ era: Int) -> Int? {
        let content = self[at(era: era)]
        return content == 0 ? nil : content - 1
    }
    mutating func setChosen(_ content: Int, base: Int, position: Int, _ era: Int) {
        self[at(era: era)] = content + 1
        self[at(era: era) + 1] = base
        self[at(era: era) + 2] = position
    }
    func settledBase(_ era: Int) -> Int { self[at(era: era) + 1] }
    func settledPosition(_ era: Int) -> Int { self[at(era: era) + 2] }
    func isServed(_ era: Int) -> Bool { self[at(era: era) + 3] != 0 }
    mutating func serve(_ era: Int) { self[at(era: era) + 3] = 1 }
    /// Up to where a majority is durable, as its home knows; -1 while it is not settled.
    func committed(_ era: Int) -> Int { self[at(era: era) + 4] - 1 }
    mutating func setCommitted(_ position: Int, _ era: Int) {
        self[at(era: era) + 4] = position + 1
    }
    func logLength(_ era: Int) -> Int { self[at(era: era) + 5] }
    func log(_ era: Int, _ position: Int) -> Int { self[at(era: era) + 5 + position] }
    mutating func appendLog(_ write: Int, position: Int, _ era: Int) {
        self[at(era: era) + 5] = position
        self[at(era: era) + 5 + position] = write
    }
    /// The largest position of the generation that was ever durable at a node; -1 is none.
    func durable(_ era: Int, _ node: Int) -> Int { self[at(era: era) + 12 + node] - 1 }
    mutating func setDurable(_ position: Int, _ era: Int, _ node: Int) {
        let offset = at(era: era) + 12 + node
        self[offset] = max(self[offset], position + 1)
    }
    func answer(_ era: Int, _ node: Int) -> Copy? {
        var copy = self.copy(at: at(era: era) + 16 + 4 * node)
        guard copy.base > 0 else { return nil }
        copy.base -= 1
        return copy
    }
    mutating func setAnswer(_ copy: Copy?, _ era: Int, _ node: Int) {
        var kept = copy ?? Copy(base: -1, position: 0, content: 0)
        kept.base += 1
        setCopy(kept, at: at(era: era) + 16 + 4 * node)
    }

    // MARK: A node

    private func at(node: Int) -> Int { 148 + 12 * node }

    func isAlive(_ node: Int) -> Bool { self[at(node: node)] != 0 }
    mutating func setAlive(_ isAlive: Bool, _ node: Int) {
        self[at(node: node)] = isAlive ? 1 : 0
    }
    func incarnation(_ node: Int) -> Int { self[at(node: node) + 1] }
    mutating func setIncarnation(_ incarnation: Int, _ node: Int) {
        self[at(node: node) + 1] = incarnation
    }
    /// The place of the adopted epoch in the plan.
    func epoch(_ node: Int) -> Int { self[at(node: node) + 2] }
    mutating func setEpoch(_ epoch: Int, _ node: Int) { self[at(node: node) + 2] = epoch }
    func memory(_ node: Int) -> Copy { copy(at: at(node: node) + 3) }
    mutating func setMemory(_ copy: Copy, _ node: Int) { setCopy(copy, at: at(node: node) + 3) }
    func disk(_ node: Int) -> Copy { copy(at: at(node: node) + 7) }
    mutating func setDisk(_ copy: Copy, _ node: Int) { setCopy(copy, at: at(node: node) + 7) }
    /// From whom it holds leases for the generation that it leads.
    func leases(_ node: Int) -> Int { self[at(node: node) + 11] }
    mutating func setLeases(_ givers: Int, _ node: Int) { self[at(node: node) + 11] = givers }
}
