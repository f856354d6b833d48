import Log
import Ring

extension Partition {
    /// Adds what this partition leads and holds to a node's report.
    func fill(_ report: inout NodeReport, followers reports: inout [Int: FollowerReport], now: Int)
    {
        for place in 0..<Partition.slotCount {
            let arc = arc(place)
            let keys = index.count(slot: place)
            let bytes = index.bytes(slot: place)
            if arc.home == Int32(shared.number) {
                report.homeSlots += 1
                report.homeKeys += keys
                report.homeBytes += bytes
                if slots[place].phase == .serving, slots[place].committed >= 0 {
                    report.settledSlots += 1
                }
                fill(&reports, &report.unlevel, place, arc, now: now)
            } else if arc.selfIndex >= 0 {
                report.replicaSlots += 1
                report.replicaKeys += keys
                report.replicaBytes += bytes
            }
        }
    }

    private func fill(
        _ reports: inout [Int: FollowerReport], _ unlevel: inout [UnlevelReport], _ place: Int,
        _ arc: HotArc, now: Int
    ) {
        var level: [Int] = slots[place].phase == .serving ? [shared.number] : []
        for replica in 0..<Int(arc.replicaCount) where replica != Int(arc.selfIndex) {
            let member = Int(arc.members[replica])
            let isLevel = isLevel(place, replica)
            if isLevel { level.append(member) }
            var report =
                reports[member]
                ?? FollowerReport(
                    member: member, isConnected: shared.link(to: member)?.isUp ?? false, slots: 0,
                    levelSlots: 0, lagRecords: 0, lagMilliseconds: 0)
            report.slots += 1
            report.levelSlots += isLevel ? 1 : 0
            let follower = follower(place, replica).pointee
            let lag = slots[place].committed - max(follower.acknowledged, 0)
            if lag > 0 {
                report.lagRecords += lag
                report.lagMilliseconds = max(
                    report.lagMilliseconds, (now - follower.since) / 1_000)
            }
            reports[member] = report
        }
        guard level.count < Int(arc.replicaCount) else { return }
        let slot = firstSlot + place
        if let last = unlevel.last, last.last == slot - 1, last.level == level {
            unlevel[unlevel.count - 1].last = slot
        } else if unlevel.count < PartitionReports.unlevelMax {
            unlevel.append(UnlevelReport(first: slot, last: slot, level: level))
        }
    }

    /// Whether a member follows the stream of a slot that this node leads.
    func isLevel(_ place: Int, _ replica: Int) -> Bool {
        isLeading(place) && follower(place, replica).pointee.state == .streaming
    }

    /// Which members lack something in the slots that this node leads, and which arcs are not
    /// settled.
    var gaps: SlotGaps {
        if isQuiet, let quietGaps { return quietGaps }
        let found = findGaps()
        quietGaps = isQuiet ? found : nil
        return found
    }

    private func findGaps() -> SlotGaps {
        var gaps = SlotGaps()
        for place in 0..<Partition.slotCount {
            let arc = shared.hotArcs[Int(slots[place].arc)]
            guard arc.home == Int32(shared.number) else { continue }
            if slots[place].committed < 0 || slots[place].phase == .idle {
                gaps.unsettled.insert(shared.epoch.arcs[Int(slots[place].arc)].first)
            }
            for replica in 0..<Int(arc.followerCount)
            where replica != Int(arc.selfIndex) && !isLevel(place, replica) {
                if replica < Int(arc.replicaCount) {
                    gaps.behind.insert(Int(arc.members[replica]))
                } else if !arc.isAbsentLearner(replica) {
                    gaps.isCopying = true
                }
            }
        }
        return gaps
    }

    /// What this node has of a slot.
    func copyReport(_ slot: Int) -> CopyReport {
        let place = place(slot)
        let digest = String(index.digest(slot: place), radix: 16)
        return CopyReport(
            slot: slot, base: slots[place].isDamaged ? 0 : slots[place].base,
            position: slots[place].position, keys: index.count(slot: place),
            bytes: index.bytes(slot: place),
            digest: String(repeating: "0", count: 16 - digest.count) + digest)
    }

    /// What this node has of a key.
    func keyReport(_ key: UnsafeRawBufferPointer, slot: Int) -> KeyReport {
        let place = place(slot)
        let arc = arc(place)
        let role =
            arc.home == Int32(shared.number) ? "home" : arc.selfIndex >= 0 ? "successor" : "none"
        var report = KeyReport(
            slot: slot, isPresent: false, generation: 0, position: 0, valueBytes: 0, expiry: nil,
            role: role, isCommitted: true)
        guard let entry = index.find(slot: place, key: key, hash: index.hash(key)) else {
            return report
        }
        let isPending =
            role == "home" && entry.generation == slots[place].generation
            && entry.position > slots[place].committed
        report.isPresent = !entry.isTombstone
        report.generation = entry.generation
        report.position = entry.position
        report.valueBytes = entry.value.count
        report.expiry = entry.expiry == 0 ? nil : entry.expiry
        report.isCommitted = !isPending
        if role == "home" {
            // A copy of the present generation has all that is older.
            let isNew = entry.generation == slots[place].generation
            report.durable = durable(place, arc, position: isNew ? entry.position : 0)
        }
        return report
    }

    private func durable(_ place: Int, _ arc: HotArc, position: Int) -> [Int] {
        (0..<Int(arc.replicaCount)).compactMap { replica in
            let isDurable = follower(place, replica).pointee.acknowledged >= position
            return isDurable ? Int(arc.members[replica]) : nil
        }
    }
}

/// What the slots that a node leads lack.
struct SlotGaps {
    /// Members whose copy of some slot is not level.
    var behind: Set<Int> = []
    /// First slots of arcs that are not settled.
    var unsettled: Set<Int> = []
    /// Whether something is still to be copied for the change under way.
    var isCopying = false
}

/// Limits of what a report lists.
enum PartitionReports {
    /// Runs of slots with a copy that is not level.
    static let unlevelMax = 256
}
