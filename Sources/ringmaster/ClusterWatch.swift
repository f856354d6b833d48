import Client
import LocalCluster

/// Makes monitors that know the processes on this machine.
struct ClusterWatch {
    let seeds: [Endpoint]
    let name: String
    /// The cluster on this machine; nil when it was reached by an address.
    let local: LocalCluster?

    /// Watches what the options name.
    ///
    /// - Throws: that no cluster was found.
    init(_ options: ClusterOptions) throws {
        seeds = try options.seeds()
        name = options.cluster
        local = options.at == nil ? try options.local() : nil
    }

    /// Watches a cluster by the address of a node.
    init(at endpoint: Endpoint) {
        seeds = [endpoint]
        name = endpoint.description
        local = nil
    }

    func monitor() -> ClusterMonitor {
        guard let local else { return ClusterMonitor(seeds: seeds, clusterName: name) }
        return ClusterMonitor(seeds: seeds, clusterName: name) {
            // A folder that cannot be read at the moment leaves the processes unknown.
            let processes = (try? local.processes()) ?? []
            return Dictionary(
                processes.map { ($0.name, MemberProcess($0)) },
                uniquingKeysWith: { first, _ in first })
        }
    }
}

extension MemberProcess {
    /// A local node's process in the monitor's terms.
    init(_ process: NodeProcess) {
        let state: ProcessState =
            switch process.state {
            case .running: .running
            case .paused: .paused
            case .exited(.signalled(let signal)): .exited(signal: Int(signal))
            case .exited: .exited(signal: nil)
            case .never: .exited(signal: nil)
            }
        self.init(state: state, pid: process.pid)
    }
}
