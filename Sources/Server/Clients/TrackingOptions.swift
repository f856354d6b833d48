import Bytes
import RESP

/// Why CLIENT TRACKING or CLIENT CACHING is refused.
struct TrackingFailure: Error, Equatable {
    /// The error that the client gets, its code first.
    let text: String

    static let syntax = TrackingFailure(text: "ERR syntax error")
    static let twoRedirects = TrackingFailure(
        text: "ERR A client can only redirect to a single other client")
    static let noSuchClient = TrackingFailure(
        text: "ERR The client ID you want redirect to does not exist")
    static let notNumber = TrackingFailure(text: "ERR value is not an integer or out of range")
    static let prefixWithoutBroadcast = TrackingFailure(
        text: "ERR PREFIX option requires BCAST mode to be enabled")
    static let broadcastSwitched = TrackingFailure(
        text: "ERR You can't switch BCAST mode on/off before disabling tracking for this client, "
            + "and then re-enabling it with a different mode.")
    static let broadcastWithChoice = TrackingFailure(
        text: "ERR OPTIN and OPTOUT are not compatible with BCAST")
    static let twoChoices = TrackingFailure(
        text: "ERR You can't specify both OPTIN mode and OPTOUT mode")
    static let choiceSwitched = TrackingFailure(
        text: "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, "
            + "and then re-enabling it with a different mode.")
    static let notTracking = TrackingFailure(
        text: "ERR CLIENT CACHING can be called only when the client is in tracking mode with "
            + "OPTIN or OPTOUT mode enabled")
    static let notOptIn = TrackingFailure(
        text: "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.")
    static let notOptOut = TrackingFailure(
        text: "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.")

    static func overlap(_ prefix: [UInt8], existing other: [UInt8]) -> TrackingFailure {
        overlap(prefix, "an existing prefix", other)
    }

    static func overlap(_ prefix: [UInt8], provided other: [UInt8]) -> TrackingFailure {
        overlap(prefix, "another provided prefix", other)
    }

    private static func overlap(
        _ prefix: [UInt8], _ what: String, _ other: [UInt8]
    ) -> TrackingFailure {
        let prefix = String(decoding: prefix, as: UTF8.self)
        let other = String(decoding: other, as: UTF8.self)
        return TrackingFailure(
            text: "ERR Prefix '\(prefix)' overlaps with \(what) '\(other)'. "
                + "Prefixes for a single client must not overlap.")
    }
}

/// What stands behind CLIENT TRACKING ON.
struct TrackingOptions: Equatable {
    var redirect = 0
    var isBroadcast = false
    var isOptIn = false
    var isOptOut = false
    var isNoLoop = false
    var prefixes: [[UInt8]] = []

    /// Reads the options.
    ///
    /// - Parameters:
    ///   - arguments: what stands behind ON or OFF.
    ///   - isClient: whether a client of that id is connected.
    /// - Throws: what is wrong with them by themselves.
    init(_ arguments: Arguments, isClient: (Int) -> Bool) throws(TrackingFailure) {
        var index = 0
        while index < arguments.count {
            let word = arguments[index]
            let hasMore = index + 1 < arguments.count
            if bytesEqualIgnoringCase(word, "redirect"), hasMore {
                index += 1
                guard redirect == 0 else { throw .twoRedirects }
                guard let client = parseDecimal(arguments[index]) else { throw .notNumber }
                guard isClient(client) else { throw .noSuchClient }
                redirect = client
            } else if bytesEqualIgnoringCase(word, "prefix"), hasMore {
                index += 1
                prefixes.append(arguments.array(index))
            } else if bytesEqualIgnoringCase(word, "bcast") {
                isBroadcast = true
            } else if bytesEqualIgnoringCase(word, "optin") {
                isOptIn = true
            } else if bytesEqualIgnoringCase(word, "optout") {
                isOptOut = true
            } else if bytesEqualIgnoringCase(word, "noloop") {
                isNoLoop = true
            } else {
                throw .syntax
            }
            index += 1
        }
    }

    /// What the connection wants from now on.
    ///
    /// - Parameter present: what it has wanted so far; nil when it does not track.
    /// - Returns: that with the options; prefixes are added to those that there are.
    /// - Throws: which options do not go together, or not with what there is.
    func applied(to present: Tracking?) throws(TrackingFailure) -> Tracking {
        guard isBroadcast || prefixes.isEmpty else { throw .prefixWithoutBroadcast }
        let wasBroadcast = present.map { $0.mode == .broadcast }
        guard wasBroadcast == nil || wasBroadcast == isBroadcast else { throw .broadcastSwitched }
        guard !isBroadcast || !(isOptIn || isOptOut) else { throw .broadcastWithChoice }
        guard !(isOptIn && isOptOut) else { throw .twoChoices }
        let isSwitched = isOptIn && present?.mode == .optOut || isOptOut && present?.mode == .optIn
        guard !isSwitched else { throw .choiceSwitched }
        let former = present?.prefixes ?? []
        try checkOverlaps(with: former)
        var tracking = Tracking(isNoLoop: isNoLoop, redirect: redirect)
        if isBroadcast {
            tracking.mode = .broadcast
            let added = prefixes.isEmpty ? [[]] : prefixes
            tracking.prefixes = former + added.filter { !former.contains($0) }
        } else {
            tracking.mode = isOptIn ? .optIn : isOptOut ? .optOut : .usual
        }
        return tracking
    }

    private func checkOverlaps(with former: [[UInt8]]) throws(TrackingFailure) {
        for (index, prefix) in prefixes.enumerated() {
            for other in former where overlap(prefix, other) {
                throw .overlap(prefix, existing: other)
            }
            for other in prefixes[(index + 1)...] where overlap(prefix, other) {
                throw .overlap(prefix, provided: other)
            }
        }
    }

    private func overlap(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.starts(with: other) || other.starts(with: one)
    }
}
