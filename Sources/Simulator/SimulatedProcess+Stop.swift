import ServerCore

/// A stop in good order, as the real shell does it: the others take the slots over, what waits is
/// answered, the log is synced.
extension SimulatedProcess {
    private enum StopLimits {
        /// Microseconds after which the process ends all the same.
        static let timeout = 5_000_000
        /// Microseconds for which it stays after it has handed over, to forward what still comes.
        static let linger = 150_000
    }

    func beginStop() {
        guard let running, running.stopsSince == nil else { return }
        world.trace.note(world.now, "n\(number) is asked to stop")
        running.stopsSince = world.now
        carryOut(running.node.onStop(now: monotonic))
    }

    func pursueStop() {
        guard let running, let since = running.stopsSince else { return }
        if !running.isDraining, running.node.isHandingOver(now: monotonic) {
            running.isDraining = true
            leaveForAll(.drain)
        }
        if running.endsAfter == nil, running.node.mayEnd(now: monotonic),
            running.directives.isIdle
        {
            running.endsAfter = world.now + StopLimits.linger
        }
        let isAnswered = running.workers.allSatisfy { $0.waitingCount == 0 }
        let isReady = running.endsAfter.map { world.now >= $0 && isAnswered } ?? false
        guard isReady || world.now - since > StopLimits.timeout else { return }
        endInOrder()
    }

    /// The process syncs what it has written and ends.
    private func endInOrder() {
        world.trace.note(world.now, "n\(number) ends in good order")
        if !isDiskStalled { disk.sync(through: Int.max) }
        world.end(self)
    }
}
