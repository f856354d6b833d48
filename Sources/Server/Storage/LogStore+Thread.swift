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

    /// `always`: takes all that came while the last sync ran, writes it, syncs once.
    private func commitGroups() {
        var batch = OutputBuffer(capacity: 64 << 10)
        defer { batch.deallocate() }
        while let (ticket, records) = take(&batch) {
            do throws(StorageFailure) {
                try commit(batch.bytes, records)
                onDurable(ticket)
            } catch {
                stop(error)
            }
            forget(batch.count)
            batch.clear(keepingAtMost: LogStore.keptBytesMax)
        }
    }

    /// Waits for something to write and takes it.
    ///
    /// - Returns: nil when the store is closing and nothing is left.
    private func take(_ batch: inout OutputBuffer) -> (ticket: UInt64, records: Int)? {
        var taken: (UInt64, Int)?
        state.waitUntil { state in
            guard !state.pending.isEmpty else { return state.isClosing }
            swap(&state.pending, &batch)
            taken = (state.ticket, state.pendingRecords)
            state.pendingRecords = 0
            return true
        }
        return taken
    }

    private func commit(_ batch: UnsafeRawBufferPointer, _ records: Int) throws(StorageFailure) {
        // Under this policy only this thread touches the disk's value: it is taken out and put
        // back, so that event loops never wait for the disk itself.
        var disk = try state.withLock { (state) throws(StorageFailure) in
            if let failure = state.failure { throw .stopped(reason: failure.description) }
            return state.disk
        }
        defer { state.withLock { $0.disk = disk } }
        try disk.write(batch, records)
        try disk.synchronize()
    }

    /// `everysec` and `no`: syncs what was written each second, or only segments that are complete,
    /// without holding up those who write more.
    private func synchronizeBehind() {
        let isEachSecond = settings.policy == .everysec
        var isClosing = false
        while !isClosing {
            if isEachSecond {
                state.waitUntil(seconds: 1) { $0.isClosing }
            } else {
                state.waitUntil { state in
                    state.isClosing || state.failure == nil && !state.disk.retired.isEmpty
                }
            }
            let files = state.withLock { state in
                isClosing = state.isClosing
                return isClosing || state.failure != nil ? nil : state.disk.takeUnsynchronized()
            }
            if let files { synchronize(files) }
        }
    }

    private func synchronize(_ files: [DataFile]) {
        do throws(StorageFailure) {
            let actions = state.withLock { $0.disk.writer.actions }
            for file in files { try actions.synchronize(file) }
            state.withLock { $0.disk.countSync() }
        } catch {
            stop(error)
        }
        for file in files.dropLast() { file.close() }
    }

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
}
