import Ring
import ServerCore

/// A key that clients use.
struct WatchedKey {
    let bytes: [UInt8]
    let slot: Int
    /// Whether its values are numbers.
    let isCounter: Bool

    /// Slots that clients use.
    private static let slotCount = 3
    /// Names that are tried for slots whose homes differ, before any slot will do.
    private static let triesMax = 20_000

    /// Some keys in each of three slots, which lie in all partitions that are in use, and have
    /// different homes as long as all are up, where the ring has that.
    static func choose(in epoch: RingEpoch, perSlot: Int, partitions: Int) -> [WatchedKey] {
        var chosen: [WatchedKey] = []
        var slots: Set<Int> = []
        var homes: Set<Int> = []
        let partitionSize = Slots.count / Worker.partitionCount
        var number = 0
        while slots.count < slotCount {
            number += 1
            let slot = Slots.slot(of: "{\(number)}")
            guard slot / partitionSize == slots.count % partitions, !slots.contains(slot),
                let home = epoch.home(of: slot),
                homes.insert(home).inserted || number > triesMax
            else { continue }
            slots.insert(slot)
            for place in 0..<perSlot {
                let isCounter = place % 2 == 1
                let name = (isCounter ? "count" : "text") + (place < 2 ? "" : "\(place)")
                chosen.append(
                    WatchedKey(
                        bytes: Array("{\(number)}\(name)".utf8), slot: slot, isCounter: isCounter))
            }
        }
        return chosen
    }
}
