import Bytes
import Commands
import RESP
import Ring

extension NodeAnswers {
    /// `CONFIG GET pattern…`: the settings that clients and tools look at; and `CONFIG SET`.
    func config(_ arguments: Arguments) -> NodeAnswer {
        if bytesEqualIgnoringCase(arguments[1], "set"), arguments.count == 4 {
            return configSet(arguments)
        }
        guard bytesEqualIgnoringCase(arguments[1], "get"), arguments.count >= 3 else {
            return unknownSubcommand(.config, arguments)
        }
        let isShort = (2..<arguments.count).allSatisfy {
            arguments[$0].count <= Glob.patternBytesMax
        }
        guard isShort else { return .error("\(Glob.patternTooLong)") }
        let patterns = (2..<arguments.count).map { index in
            Glob(arguments.text(index).lowercased())
        }
        let found = (fixedSettings + clusterSettings).filter { name, _ in
            patterns.contains { pattern in
                var name = name
                return name.withUTF8 { pattern.matches(UnsafeRawBufferPointer($0)) }
            }
        }
        return .now { writer in
            writer.map(found.count)
            for (name, value) in found {
                writer.bulk(name)
                writer.bulk(value)
            }
        }
    }

    /// What was settled when the node was founded or started.
    var fixedSettings: [(name: String, value: String)] {
        let options = host.process.options
        return [
            ("appendfsync", options.fsync.rawValue),
            ("appendonly", "yes"),
            ("bind", options.host),
            ("cluster-enabled", "yes"),
            ("databases", "1"),
            ("io-threads", "\(host.process.loopCount)"),
            ("maxclients", "\(ServerLimits.connectionsMax)"),
            ("maxmemory", "0"),
            ("maxmemory-policy", "noeviction"),
            ("port", "\(options.port)"),
            ("proto-max-bulk-len", "\(ValueLimits().valueBytesMax)"),
            ("save", ""),
            ("timeout", "0"),
        ]
    }

    private var clusterSettings: [(name: String, value: String)] {
        guard let settings = host.worker?.epoch.settings else { return [] }
        return (ClusterSettings.names + ["lease", "replicas"]).compactMap { name in
            settings.value(ofSetting: name).map { (name, $0) }
        }
    }
}
