import NIOCore
import Ring
import ServerCore

/// What an event loop does for the log besides feeding it: compaction, and news of damaged copies.
extension LoopHost {
    /// Ticks between two looks at the copies.
    private static let ticksPerLook = 50

    /// Does this tick's part.
    func careForLog(_ worker: Worker, _ store: LogStore) {
        ticksToLogCare -= 1
        if ticksToLogCare <= 0 {
            ticksToLogCare = LoopHost.ticksPerLook
            lookAtCopies(worker, store)
        }
        if isRewriting { rewriteSome(worker, store) }
    }

    private func lookAtCopies(_ worker: Worker, _ store: LogStore) {
        let look = process.compactor.look(
            worker.copyHealth, loop: number, log: store.report(), room: store.freeBytes,
            now: Clock.monotonic())
        if let present = look.present { tell(present, after: look.former ?? CopyHealth()) }
        guard look.begins else { return }
        store.beginCompaction()
        process.events.logger.info(
            "\(process.identity.name): compacts its log of \(store.report().bytes) bytes")
        for loop in 0..<process.loopCount {
            process.onLoop(loop) { host in
                host.worker?.beginRewrite()
                host.isRewriting = true
            }
        }
    }

    private func tell(_ health: CopyHealth, after former: CopyHealth) {
        let name = process.identity.name
        let inDoubt = health.settledInDoubt - former.settledInDoubt
        if inDoubt > 0 {
            process.events.add(
                .warning, node: name,
                "\(inDoubt) slots were settled from copies that may have forgotten writes, since "
                    + "too many of their machines had stopped: what was acknowledged in the last "
                    + "moments before may be lost")
        }
        if former.damaged > 0, health.damaged == 0 {
            process.events.add(
                .info, node: name, "repaired: every damaged copy was installed anew from peers")
        }
        if former.doubtful > 0, health.doubtful == 0 {
            process.events.add(
                .info, node: name,
                "every copy that may have forgotten writes is level with its peers again")
        }
    }

    private func rewriteSome(_ worker: Worker, _ store: LogStore) {
        let bytes = process.compactor.bytes(
            backlog: store.backlog, isHeldUp: store.isCongested || store.isFull)
        guard bytes > 0 else { return }
        let isDone = worker.rewriteSome(bytesMax: bytes)
        process.compactor.note(share: worker.rewriteShare, loop: number)
        guard isDone else { return }
        isRewriting = false
        // The last of it leaves with this tick's batch.
        isRewriteEnding = true
    }

    /// The batch with the last slots was handed to the log.
    func endRewrite(_ store: LogStore) {
        isRewriteEnding = false
        guard process.compactor.finished(loop: number) else { return }
        let process = process
        let former = store.report().freedBytes
        store.endCompaction { [weak store] failure in
            process.compactor.end(isDone: failure == nil, now: Clock.monotonic())
            let name = process.identity.name
            if let failure {
                process.events.add(
                    .warning, node: name, "the log could not be compacted: \(failure)")
            } else if let freed = store?.report().freedBytes {
                process.events.add(
                    .info, node: name, "the log was compacted: \(freed - former) bytes freed")
            }
        }
    }

    /// The disk is full, or has room again.
    func onLogFull(_ reason: String?) {
        worker?.onLogFull(reason)
        scheduleFlush()
    }
}
