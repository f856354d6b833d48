import ServerCore

/// The log of a running process: read back at its beginning, and what its thread tells later.
extension RunningNode {
    /// Reads the log back into the workers, while the port already says that it is loading.
    func replay(into workers: [Worker]) throws -> LogStore {
        let process = process
        var settings = LogStore.Settings(policy: options.fsync)
        settings.segmentBytesMax = options.log.segmentBytesMax
        let replay = LogStore.Replay(
            progress: { share in process.loaded.withLockedValue { $0 = min(share, 0.999) } },
            damage: { slot in for worker in workers { worker.markDamaged(slot: slot) } },
            record: { record in
                if record.kind.hasKey {
                    workers[process.owner(ofPartition: record.slot >> 10)].restore(record)
                } else {
                    for worker in workers { worker.restore(record) }
                }
            })
        let (store, report) = try LogStore.open(
            directory.logPath, owner: LogOwner(identity), settings: settings,
            isDoubtful: directory.mayHaveForgotten, replay: replay, listener: listener())
        if directory.mayHaveForgotten { try directory.noteStart() }
        tell(report)
        return store
    }

    /// What the log's thread tells the event loops.
    private func listener() -> LogStore.Listener {
        let process = process
        let name = identity.name
        return LogStore.Listener(
            onDurable: { ticket in
                for loop in 0..<process.loopCount {
                    process.onLoop(loop) { $0.onDurable(ticket) }
                }
            },
            onFailure: { failure in
                process.events.add(
                    .error, node: name,
                    "the log has failed, no more writes until a restart: \(failure)")
                for loop in 0..<process.loopCount {
                    process.onLoop(loop) { $0.onLogFailure(failure.clientText) }
                }
                process.onControl { $0.handOver() }
            },
            onFull: { failure in
                process.events.add(
                    failure == nil ? .info : .error, node: name,
                    failure.map { "the disk is full, no writes until there is room: \($0)" }
                        ?? "the disk has room again, writes go on")
                for loop in 0..<process.loopCount {
                    process.onLoop(loop) { $0.onLogFull(failure?.clientText) }
                }
            })
    }

    private func tell(_ report: ReplayReport) {
        let name = identity.name
        if let tail = report.tail {
            process.events.add(.warning, node: name, "a torn tail was cut: \(tail)")
        }
        for damage in report.damage {
            process.events.add(.error, node: name, "damage in the log: \(damage)")
        }
        if report.damageCount > 0 { process.compactor.noteDamage() }
        if directory.mayHaveForgotten {
            process.events.add(
                .warning, node: name,
                "the machine stopped while records were not synced (fsync "
                    + "\(directory.before.fsync.rawValue)): its copies count for nothing until they "
                    + "are level with their peers")
        }
        logger.info("\(name): replayed \(report.records) records, \(report.bytes) bytes")
    }
}
