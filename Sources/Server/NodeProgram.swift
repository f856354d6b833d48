import Logging

/// One server process, from its directory to its end.
public enum NodeProgram {
    static let logger = Logger(label: "ringmaster") { label in
        PrintableLog(StreamLogHandler.standardError(label: label))
    }

    /// Runs a node until it is told to stop by SIGTERM or SIGINT, or cannot go on.
    ///
    /// - Parameter options: how it is to run.
    /// - Throws: `StorageFailure` or ``NodeFailure`` in words for people.
    public static func run(_ options: NodeOptions) async throws {
        guard options.isLoopback else { throw NodeFailure.notLoopback(host: options.host) }
        if options.found { try foundAlone(options) }
        try await joinIfVacant(options, logger)
        while try await serve(options, logger) {
            guard try await joinAgain(options, logger) else { return }
        }
    }

    /// Runs the node that the directory holds, until it ends.
    ///
    /// - Returns: whether the node is out and should join anew; its directory is vacant then.
    private static func serve(_ options: NodeOptions, _ logger: Logger) async throws -> Bool {
        var directory = try DataDirectory(
            options.directory, fsync: options.fsync, host: options.host, port: options.port,
            bootID: options.log.bootID)
        do {
            try await RunningNode(options, directory, logger).run()
            try directory.close()
            return false
        } catch let end as NodeFailure {
            guard case .out(_, let number, _, let hasLeft) = end else {
                directory.release()
                throw end
            }
            logger.notice("\(end); its data is dropped")
            if hasLeft {
                try directory.forget()
            } else {
                try becomeVacant(directory, formerNumber: number)
            }
            return !hasLeft
        } catch {
            directory.release()
            throw error
        }
    }

    /// Founds a cluster of one where there is no node yet.
    private static func foundAlone(_ options: NodeOptions) throws {
        do {
            try Founding.found(
                clusterID: Founding.clusterID(), clusterName: options.clusterName, replicas: 3,
                nodes: [
                    Founding.Node(
                        name: "n1", directory: options.directory, host: options.host,
                        port: options.port)
                ])
        } catch StorageFailure.nodeExists {
            return
        }
    }
}
