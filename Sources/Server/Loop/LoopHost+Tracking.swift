import Commands
import RESP
import Ring
import ServerCore

/// Changed keys on their way to the connections that know them.
extension LoopHost {
    // MARK: Connections

    /// A connection begins to track, or in another way than so far.
    func beginTracking(_ session: ClientSession, _ tracking: Tracking) {
        guard let connection = connection(session.connection) else { return }
        if session.tracking == nil { process.clients.beginTracking(loop: number) }
        session.tracking = tracking
        self.tracking.begin(session.connection, connection, tracking)
        watch()
        scheduleFlush()
        for loop in 0..<process.loopCount where loop != number {
            process.onLoop(loop) { host in
                host.watch()
                host.scheduleFlush()
            }
        }
    }

    /// A connection is gone, or does not track any more.
    func endTracking(_ session: ClientSession) {
        guard tracking.end(session.connection) else { return }
        session.tracking = nil
        session.isCachingGiven = false
        process.clients.endTracking(loop: number, now: Clock.monotonic())
    }

    /// Asks the homes to tell of changed keys as long as some client of the process tracks.
    func watch() {
        let clock = Clock.read()
        worker?.setWatching(process.clients.wantsChanges(now: clock.now), clock: clock)
    }

    // MARK: What connections do

    /// Notes what a connection that tracks is about to read or write.
    ///
    /// - Returns: the write whose reply it wants to know; nil for everything else.
    func noteTracked(
        _ id: CommandID, _ arguments: Arguments, by session: ClientSession, _ tracking: Tracking
    ) -> OwnWrite? {
        let shape = CommandTable.shape(id)
        guard worker != nil, shape.accepts(count: arguments.count) else { return nil }
        if shape.flags.contains(.write) {
            guard tracking.isNoLoop else { return nil }
            let write = OwnWrite(id, arguments)
            self.tracking.noteWrite(write, by: session.connection)
            for key in write.keys { tellIfUnwatched(key) }
            return write
        }
        for index in CommandKeys(id, argumentCount: arguments.count) {
            let key = arguments.array(index)
            if tracking.remembers(isCachingGiven: session.isCachingGiven) {
                self.tracking.noteRead(key, by: session.connection)
            } else if !tracking.covers(key) {
                continue
            }
            tellIfUnwatched(key)
        }
        return nil
    }

    /// A key whose home does not tell of changes yet counts as changed at once: the client gets its
    /// value and has to forget it.
    private func tellIfUnwatched(_ key: [UInt8]) {
        let partition = key.withUnsafeBytes { Slots.slot(of: $0) } >> 10
        let owner = process.owner(ofPartition: partition)
        if owner == number {
            guard !isWatched(key) else { return }
            tracking.note(keys: [key])
            scheduleFlush()
            return
        }
        // The question overtakes neither the command, which goes the same way behind it, nor does
        // the command's reply overtake the answer.
        let asker = number
        process.onLoop(owner) { host in
            guard !host.isWatched(key) else { return }
            host.process.onLoop(asker) { host in
                host.tracking.note(keys: [key])
                host.scheduleFlush()
            }
        }
    }

    private func isWatched(_ key: [UInt8]) -> Bool {
        key.withUnsafeBytes { worker?.isWatched($0) } ?? false
    }

    // MARK: What has changed

    func keyChanged(_ key: UnsafeRawBufferPointer) {
        changedKeys.append(Array(key))
        scheduleFlush()
    }

    func slotChanged(_ slot: Int) {
        changedSlots.append(slot)
        scheduleFlush()
    }

    /// Hands what this loop's partitions have told to all loops whose connections want to hear.
    ///
    /// Replies to other loops' connections come behind it, so that whoever has a write's reply has
    /// heard of the change before.
    func shareChanges() {
        guard !changedKeys.isEmpty || !changedSlots.isEmpty else { return }
        let keys = changedKeys
        let slots = changedSlots
        changedKeys.removeAll(keepingCapacity: true)
        changedSlots.removeAll(keepingCapacity: true)
        for loop in process.clients.trackingLoops {
            if loop == number {
                tracking.note(keys: keys, slots: slots)
            } else {
                process.onLoop(loop) { host in
                    host.tracking.note(keys: keys, slots: slots)
                    host.scheduleFlush()
                }
            }
        }
    }

    // MARK: REDIRECT

    /// Tells the client that another one's invalidations are redirected to.
    func redirect(_ invalidation: Invalidation, to client: Int) {
        let connection = client / ServerLimits.loopsMax
        process.onLoop(client % ServerLimits.loopsMax) { host in
            host.connection(connection)?.takeRedirected(invalidation)
        }
    }
}
