import Bytes
import Foundation

extension LogStore {
    /// The largest buffer that is kept from one batch to the next, in bytes.
    private static let keptBytesMax = 4 << 20

    /// Starts the store's thread, which ends with ``close()``.
    func startThread() {
        Thread.detachNewThread {
            Thread.current.name = "log"
            if self.settings.policy == .always {
                self.commitGroups()
            } else {
                self.synchronizeBehind()
            }
            self.finish()
        }
    }

    // MARK: always

    /// `always`: takes all that came while the last sync ran, writes it, syncs once.
    private func commitGroups() {
        var batch = OutputBuffer(capacity: 64 << 10)
        defer { batch.deallocate() }
        while let (ticket, records) = take(&batch) {
            let bytes = batch.count
            do throws(StorageFailure) {
                if bytes > 0 { try commit(batch.bytes, records) }
                forget(bytes)
                if bytes > 0 { noteDurable(ticket) }
            } catch {
                forget(bytes)
                stop(error)
            }
            batch.clear(keepingAtMost: LogStore.keptBytesMax)
            endCompactionIfWanted()
        }
    }

    private func noteDurable(_ ticket: UInt64) {
        state.withLock { $0.writtenTicket = ticket }
        listener.onDurable(ticket)
    }

    /// Waits for something to do and takes what is to be written.
    ///
    /// - Returns: nil when the store is closing and nothing is left.
    private func take(_ batch: inout OutputBuffer) -> (ticket: UInt64, records: Int)? {
        var taken: (UInt64, Int)?
        state.waitUntil { state in
            if state.pending.isEmpty, state.compacted == nil { return state.isClosing }
            if state.pending.isEmpty, state.isClosing { return true }
            swap(&state.pending, &batch)
            taken = (state.ticket, state.pendingRecords)
            state.pendingRecords = 0
            return true
        }
        return taken
    }

    /// Writes and syncs; waits while the disk is full.
    private func commit(_ batch: UnsafeRawBufferPointer, _ records: Int) throws(StorageFailure) {
        while let full = try commitOnce(batch, records) {
            let isFirst = state.withLock { state in
                defer { state.full = full }
                return state.full == nil
            }
            if isFirst { listener.onFull(full) }
            // What it removes may be the room that is waited for.
            endCompactionIfWanted()
            guard waitForRoom() else { throw full }
        }
        let wasFull = state.withLock { state in
            defer { state.full = nil }
            return state.full != nil
        }
        if wasFull { listener.onFull(nil) }
    }

    /// Returns that the disk is full, and nothing was written.
    private func commitOnce(
        _ batch: UnsafeRawBufferPointer, _ records: Int
    ) throws(StorageFailure) -> StorageFailure? {
        // Under this policy only this thread touches the disk's value: it is taken out and put
        // back, so that event loops never wait for the disk itself.
        let (former, isRollWanted) = try state.withLock { (state) throws(StorageFailure) in
            if let failure = state.failure { throw .stopped(reason: failure.description) }
            return (state.disk, state.isRollWanted)
        }
        var disk = former
        var hasRolled = false
        defer {
            state.withLock { state in
                state.disk = disk
                if hasRolled { state.isRollWanted = false }
            }
        }
        do throws(StorageFailure) {
            if isRollWanted {
                try disk.beginCompaction()
                hasRolled = true
            }
            try disk.write(batch, records)
        } catch {
            guard error.isFullDisk else { throw error }
            try disk.cutBack()
            return error
        }
        let start = Microseconds.now()
        try disk.synchronize()
        disk.countSync(microseconds: Microseconds.now() - start)
        return nil
    }

    /// Waits until it is time to try a full disk again; false when the store is closing.
    private func waitForRoom() -> Bool {
        var isClosing = false
        state.waitUntil(milliseconds: settings.fullRetryMilliseconds) { state in
            isClosing = state.isClosing
            return isClosing
        }
        return !isClosing
    }

    // MARK: everysec and no

    /// `everysec` and `no`: syncs what was written each second, or only segments that are complete,
    /// without holding up those who write more.
    private func synchronizeBehind() {
        var isClosing = false
        while !isClosing {
            waitForWork()
            isClosing = state.withLock { $0.isClosing }
            writePending()
            if !isClosing { synchronizeWritten() }
            endCompactionIfWanted()
        }
    }

    private func waitForWork() {
        if state.withLock({ $0.full != nil }) {
            _ = waitForRoom()
        } else if settings.policy == .everysec {
            state.waitUntil(milliseconds: 1_000) { state in
                state.isClosing || state.full != nil || state.compacted != nil
            }
        } else {
            state.waitUntil { state in
                state.isClosing || state.full != nil || state.compacted != nil
                    || state.failure == nil && !state.disk.retired.isEmpty
            }
        }
    }

    /// Writes what could not be written because the disk was full.
    private func writePending() {
        do throws(StorageFailure) {
            let written = try state.withLock { (state) throws(StorageFailure) -> UInt64? in
                guard state.full != nil, state.failure == nil else { return nil }
                do throws(StorageFailure) {
                    try state.beginCompactionIfWanted()
                    try state.disk.write(state.pending.bytes, state.pendingRecords)
                } catch {
                    guard error.isFullDisk else { throw error }
                    try state.disk.cutBack()
                    if state.isClosing { throw error }
                    return nil
                }
                forget(state.pending.count)
                state.pending.clear(keepingAtMost: LogStore.keptBytesMax)
                state.pendingRecords = 0
                state.full = nil
                state.writtenTicket = state.ticket
                return state.ticket
            }
            guard let written else { return }
            listener.onDurable(written)
            listener.onFull(nil)
        } catch {
            stop(error)
        }
    }

    private func synchronizeWritten() {
        let unsynced = state.withLock { state in
            state.failure == nil ? state.disk.takeUnsynchronized() : nil
        }
        guard let unsynced else { return }
        do throws(StorageFailure) {
            let actions = state.withLock { $0.disk.writer.actions }
            let start = Microseconds.now()
            if let directory = unsynced.directory { try Directories.synchronize(directory) }
            for file in unsynced.files { try actions.synchronize(file) }
            let duration = Microseconds.now() - start
            state.withLock { $0.disk.noteSynchronized(unsynced, microseconds: duration) }
        } catch {
            stop(error)
        }
        for file in unsynced.files.dropLast() { file.close() }
    }

    // MARK: The end

    private func finish() {
        do throws(StorageFailure) {
            try state.withLock { (state) throws(StorageFailure) in
                if state.failure == nil {
                    try state.disk.close()
                } else {
                    state.disk.abandon()
                }
            }
        } catch {
            stop(error)
        }
        state.withLock { $0.isFinished = true }
        state.signal()
    }

    // MARK: Compaction

    /// Once all that a compaction has written is on the disk: lets the log begin with it.
    private func endCompactionIfWanted() {
        let wanted = state.withLock { state in
            guard state.isCompactionWritten || state.failure != nil || state.isClosing else {
                return nil as CompactionEnd?
            }
            defer { state.compacted = nil }
            return state.compacted
        }
        guard let wanted else { return }
        do throws(StorageFailure) {
            try finishCompaction()
            wanted.tell(nil)
        } catch {
            state.withLock { state in
                state.isRollWanted = false
                _ = state.disk.endCompaction(isDone: false)
            }
            wanted.tell(error)
        }
    }

    private func finishCompaction() throws(StorageFailure) {
        try state.withLock { (state) throws(StorageFailure) in
            try state.check()
            try state.beginCompactionIfWanted()
        }
        synchronizeWritten()
        let disk = try state.withLock { (state) throws(StorageFailure) in
            try state.check()
            return state.disk
        }
        guard let first = disk.compactedFrom else { return }
        try disk.takeEffect(first)
        let obsolete = state.withLock { $0.disk.endCompaction(isDone: true) }
        for segment in obsolete { try Directories.remove(LogFiles.path(directory, segment)) }
    }
}

extension LogStore.State {
    mutating func beginCompactionIfWanted() throws(StorageFailure) {
        guard isRollWanted else { return }
        try disk.beginCompaction()
        isRollWanted = false
    }
}

extension LogStore {
    /// Begins a compaction: whatever is appended from now on is in a segment of its own.
    ///
    /// Everything that is to be kept must be appended once more, between other records. Then
    /// ``endCompaction(_:)`` removes the segments before. Until that is done, and if it never is,
    /// all segments count.
    public func beginCompaction() {
        state.withLock { $0.isRollWanted = true }
    }

    /// Removes what came before the compaction, once all that was appended so far is on the disk.
    ///
    /// - Parameter done: is told, on the store's own thread, why it failed; nil when it did not. The
    ///   log is as good as before then.
    public func endCompaction(_ done: @escaping @Sendable (StorageFailure?) -> Void) {
        state.withLock { $0.compacted = CompactionEnd(ticket: $0.ticket, tell: done) }
        state.signal()
    }
}

/// The monotonic clock, for durations.
enum Microseconds {
    static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }
}
