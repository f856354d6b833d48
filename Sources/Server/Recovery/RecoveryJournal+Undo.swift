import Foundation

extension RecoveryJournal {
    /// Whether a former node has run since its directory was read, so that the new one must not take
    /// its place any more.
    ///
    /// - Throws: that such a node runs now, or that a directory cannot be read.
    func isOutdated() throws -> Bool {
        for move in moves where try move.isAhead() {
            let lock = try DirectoryLock(move.directory)
            defer { lock.release() }
            let identity = try NodeIdentity.read(from: move.directory)
            if identity.id != move.id || identity.incarnation != move.incarnation { return true }
        }
        return false
    }

    /// Puts the former directories back and removes the new ones; the journal is left to the caller.
    ///
    /// What is broken off is put right by doing it once more.
    ///
    /// - Throws: ``RecoveryFailure/ranSince(_:)`` when a new node has run already, before anything
    ///   is changed.
    func undo() throws {
        for move in moves where try Directories.exists(move.kept(formerID)) {
            guard try Directories.exists(move.directory) else { continue }
            guard try NodeIdentity.read(from: move.directory).incarnation == 0 else {
                throw RecoveryFailure.ranSince(move.name)
            }
        }
        for move in moves { try undo(move) }
    }

    private func undo(_ move: Move) throws {
        let kept = move.kept(formerID)
        if try Directories.exists(kept) {
            if try Directories.exists(move.directory) {
                let lock = try DirectoryLock(move.directory)
                defer { lock.release() }
                try Self.rename(move.directory, to: move.made)
            }
            try Self.rename(kept, to: move.directory)
        }
        if try Directories.exists(move.made) {
            try FileManager.default.removeItem(atPath: move.made)
        }
    }
}

extension RecoveryJournal.Move {
    /// Whether it is still to be done.
    fileprivate func isAhead() throws -> Bool {
        try Directories.exists(made) && Directories.exists(directory)
    }
}
