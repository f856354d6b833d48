import LocalCluster

/// Sees local nodes off that are no members any more.
struct LocalNodeEnd {
    /// How long the process of a node may take to end by itself: it first hears that all slots are
    /// settled without it, and drops its data.
    static let patience: Duration = .seconds(30)

    /// How long the process of a node that was not let in may take before it is told to end.
    static let joinerPatience: Duration = .seconds(5)

    let local: LocalCluster

    /// Ends and forgets a node whose join was cancelled or failed: no slot ever counted on it.
    func seeOffJoiner(_ name: String) async throws {
        guard let manifest = try local.folder.manifest(),
            manifest.nodes.contains(where: { $0.name == name })
        else { return }
        try local.findUnrecorded()
        if try await !local.awaitEnd(of: name, within: Self.joinerPatience) {
            // The others talk to it no more, so it may never hear that it is out.
            try await local.stop([name])
        }
        try await local.forget(name)
    }

    /// Waits until a node's process has ended by itself, and forgets the node.
    ///
    /// - Returns: whether it was one of this folder's.
    /// - Throws: that its process goes on, with what to do.
    @discardableResult
    func seeOff(_ name: String) async throws -> Bool {
        guard let manifest = try local.folder.manifest(),
            manifest.nodes.contains(where: { $0.name == name })
        else { return false }
        try local.findUnrecorded()
        StandardError.progress("waiting for \(name)'s process to end")
        guard try await local.awaitEnd(of: name, within: Self.patience) else {
            throw Failure(
                .notDone,
                "\(name) is no member any more, and its process goes on until all slots are settled "
                    + "without it; `ringmaster status` shows whether they are, and `ringmaster leave "
                    + "\(name)` removes its folder when the process has ended")
        }
        try await local.forget(name)
        return true
    }
}
