import Commands
import Log

extension Partition {
    enum ExpiryLimits {
        /// Slots that are searched in one go.
        static let slotsPerTick = 8
        /// Removals in one go.
        static let removalsMax = 64
    }

    /// Looks for expired keys in some of the slots that this node leads, and writes their removal.
    func expireSome(clock: Clock) {
        guard shared.writesStopped == nil else { return }
        for _ in 0..<ExpiryLimits.slotsPerTick {
            let place = expiryCursor
            expiryCursor = (expiryCursor + 1) & (Partition.slotCount - 1)
            guard slots[place].phase == .serving else { continue }
            var expired: [[UInt8]] = []
            index.forEach(slot: place) { entry in
                if !entry.isTombstone, expired.count < ExpiryLimits.removalsMax,
                    EntryView.isExpired(entry.expiry, at: clock.wall)
                {
                    expired.append(Array(entry.key))
                }
            }
            for key in expired {
                key.withUnsafeBytes { bytes in
                    _ = remove(place, key: bytes, hash: index.hash(bytes), clock: clock)
                }
            }
        }
    }
}
