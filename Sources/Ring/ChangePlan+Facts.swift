/// How many keys and bytes each slot has, as its home tells.
///
/// The numbers come from outside; they are kept so small that no sum of them overflows.
public struct SlotFacts: Sendable, Equatable {
    /// The most that is believed of one slot: 2⁴⁴, so that 7 copies of all slots stay below 2⁶³.
    public static let amountMax = 1 << 44

    /// Sums of the slots before each slot: 16,385 numbers.
    private let keysBefore: [Int]
    private let bytesBefore: [Int]
    /// How many slots nobody told anything of; they count as empty.
    public let unknownSlots: Int

    /// Takes what homes told.
    ///
    /// - Parameter reports: what the home of each slot says of it, in any order; of two that speak
    ///   of one slot the last counts, and what lies outside 0 to 16,383 does not.
    public init(_ reports: some Sequence<CopyReport>) {
        var keys = [Int](repeating: 0, count: Slots.count)
        var bytes = keys
        var isKnown = [Bool](repeating: false, count: Slots.count)
        for report in reports where (0..<Slots.count).contains(report.slot) {
            keys[report.slot] = min(max(0, report.keys), Self.amountMax)
            bytes[report.slot] = min(max(0, report.bytes), Self.amountMax)
            isKnown[report.slot] = true
        }
        keysBefore = Self.sums(keys)
        bytesBefore = Self.sums(bytes)
        unknownSlots = isKnown.count { !$0 }
    }

    private static func sums(_ amounts: [Int]) -> [Int] {
        var sums = [0]
        sums.reserveCapacity(amounts.count + 1)
        for amount in amounts { sums.append(sums[sums.count - 1] + amount) }
        return sums
    }

    /// What an arc holds.
    func amount(of arc: Arc) -> ChangePlan.Amount {
        var amount = ChangePlan.Amount()
        amount.slots = arc.slotCount
        amount.keys = keysBefore[arc.last + 1] - keysBefore[arc.first]
        amount.bytes = bytesBefore[arc.last + 1] - bytesBefore[arc.first]
        return amount
    }

    /// Keys of all slots.
    var keys: Int { keysBefore[Slots.count] }
}

extension ChangePlan.Amount {
    static func += (sum: inout Self, other: Self) {
        sum.slots += other.slots
        sum.keys += other.keys
        sum.bytes += other.bytes
    }
}
