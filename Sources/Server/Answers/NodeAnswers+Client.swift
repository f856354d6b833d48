import Bytes
import Commands
import RESP
import ServerCore

/// The CLIENT commands: what a connection is, and CLIENT TRACKING.
extension NodeAnswers {
    func client(_ arguments: Arguments) -> NodeAnswer {
        let name = arguments.text(1).lowercased()
        switch (name, arguments.count) {
        case ("id", 2):
            let identifier = session.identifier
            return .now { $0.integer(identifier) }
        case ("getname", 2):
            let name = session.name
            return .now { writer in name.isEmpty ? writer.null() : writer.bulk(name) }
        case ("setname", 3):
            guard isPlain(arguments.array(2)) else { return badName }
            session.name = arguments.text(2)
            return .ok
        case ("setinfo", 4):
            return setInfo(arguments)
        case ("info", 2):
            let line = infoLine
            return .now { $0.verbatim(line) }
        case ("tracking", 3...):
            return tracking(arguments)
        case ("caching", 3):
            return caching(arguments)
        case ("getredir", 2):
            let redirect = session.tracking?.redirect ?? -1
            return .now { $0.integer(redirect) }
        case ("trackinginfo", 2):
            return trackingInfo()
        case ("no-evict", 3), ("no-touch", 3):
            let isSwitch = ["on", "off"].contains(arguments.text(2).lowercased())
            return isSwitch ? .ok : .error(TrackingFailure.syntax.text)
        case ("reply", 3):
            return reply(arguments.text(2).lowercased())
        default:
            return unknownSubcommand(.client, arguments)
        }
    }

    /// `CLIENT REPLY ON | OFF | SKIP`.
    ///
    /// Who hears nothing cannot know whether a write was done, so silence is refused.
    private func reply(_ mode: String) -> NodeAnswer {
        switch mode {
        case "on": .ok
        case "off", "skip": .error("ERR CLIENT REPLY \(mode.uppercased()) is not served here")
        default: .error(TrackingFailure.syntax.text)
        }
    }

    private func setInfo(_ arguments: Arguments) -> NodeAnswer {
        guard isPlain(arguments.array(3)) else {
            return .error(
                "ERR \(arguments.text(2).prefix(64)) cannot contain spaces, newlines or "
                    + "special characters.")
        }
        if bytesEqualIgnoringCase(arguments[2], "lib-name") {
            session.libraryName = arguments.text(3)
        } else if bytesEqualIgnoringCase(arguments[2], "lib-ver") {
            session.libraryVersion = arguments.text(3)
        } else {
            return .error("ERR Unrecognized option '\(arguments.text(2).prefix(64))'")
        }
        return .ok
    }

    private var infoLine: String {
        var flags = session.isSubscribed ? "P" : ""
        if let tracking = session.tracking {
            flags += "t"
            if tracking.isRedirectBroken { flags += "R" }
            if tracking.mode == .broadcast { flags += "B" }
        }
        let origin = session.origin
        // Who asks is not idle.
        return "id=\(session.identifier) addr=\(origin.address) laddr=\(origin.ownAddress)"
            + " fd=\(origin.descriptor) name=\(session.name)"
            + " age=\(origin.ageSeconds(now: Clock.monotonic())) idle=0"
            + " flags=\(flags.isEmpty ? "N" : flags) db=0 sub=\(session.isSubscribed ? 1 : 0)"
            + " psub=0 ssub=0 multi=-1 cmd=client|info user=default"
            + " redir=\(session.tracking?.redirect ?? -1) resp=\(session.version.rawValue)"
            + " lib-name=\(session.libraryName) lib-ver=\(session.libraryVersion)\n"
    }

    // MARK: Tracking

    /// `CLIENT TRACKING ON | OFF [REDIRECT id] [BCAST] [PREFIX prefix]… [OPTIN] [OPTOUT] [NOLOOP]`.
    private func tracking(_ arguments: Arguments) -> NodeAnswer {
        do throws(TrackingFailure) {
            let clients = host.process.clients
            let options = try TrackingOptions(
                arguments.dropFirst(3), isClient: clients.contains)
            if bytesEqualIgnoringCase(arguments[2], "on") {
                host.beginTracking(session, try options.applied(to: session.tracking))
            } else if bytesEqualIgnoringCase(arguments[2], "off") {
                host.endTracking(session)
            } else {
                throw .syntax
            }
            return .ok
        } catch {
            return .error(error.text)
        }
    }

    /// `CLIENT CACHING YES | NO`.
    private func caching(_ arguments: Arguments) -> NodeAnswer {
        guard let tracking = session.tracking else {
            return .error(TrackingFailure.notTracking.text)
        }
        if bytesEqualIgnoringCase(arguments[2], "yes") {
            guard tracking.mode == .optIn else { return .error(TrackingFailure.notOptIn.text) }
        } else if bytesEqualIgnoringCase(arguments[2], "no") {
            guard tracking.mode == .optOut else { return .error(TrackingFailure.notOptOut.text) }
        } else {
            return .error(TrackingFailure.syntax.text)
        }
        session.isCachingGiven = true
        return .ok
    }

    private func trackingInfo() -> NodeAnswer {
        let tracking = session.tracking
        let flags = trackingFlags(tracking)
        return .now { writer in
            writer.map(3)
            writer.bulk("flags")
            writer.set(flags.count)
            for flag in flags { writer.bulk(flag) }
            writer.bulk("redirect")
            writer.integer(tracking?.redirect ?? -1)
            writer.bulk("prefixes")
            writer.array(tracking?.prefixes.count ?? 0)
            for prefix in tracking?.prefixes ?? [] { writer.bulk(prefix) }
        }
    }

    private func trackingFlags(_ tracking: Tracking?) -> [String] {
        guard let tracking else { return ["off"] }
        var flags = ["on"]
        switch tracking.mode {
        case .usual: break
        case .broadcast: flags.append("bcast")
        case .optIn: flags += session.isCachingGiven ? ["optin", "caching-yes"] : ["optin"]
        case .optOut: flags += session.isCachingGiven ? ["optout", "caching-no"] : ["optout"]
        }
        if tracking.isNoLoop { flags.append("noloop") }
        if tracking.isRedirectBroken { flags.append("broken_redirect") }
        return flags
    }
}
