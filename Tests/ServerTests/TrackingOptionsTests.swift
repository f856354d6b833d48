import RESP
import Testing

@testable import Server

@Suite("What stands behind CLIENT TRACKING ON")
struct TrackingOptionsTests {
    /// What a connection wants after an ON with these words.
    private func applied(_ words: String, to present: Tracking? = nil) -> Result<
        Tracking, TrackingFailure
    > {
        let list = words.split(separator: " ").map { Array($0.utf8) }
        return withArguments(list) { arguments in
            do throws(TrackingFailure) {
                let options = try TrackingOptions(arguments, isClient: { $0 == 7 })
                return .success(try options.applied(to: present))
            } catch {
                return .failure(error)
            }
        }
    }

    private func refused(_ words: String, _ present: String? = nil) throws -> String? {
        var tracking: Tracking?
        if let present { tracking = try applied(present).get() }
        guard case .failure(let failure) = applied(words, to: tracking) else { return nil }
        return failure.text
    }

    @Test("modes, NOLOOP and REDIRECT are taken in any case and order")
    func modes() throws {
        #expect(try applied("").get() == Tracking())
        #expect(try applied("optIn noloop").get() == Tracking(mode: .optIn, isNoLoop: true))
        #expect(
            try applied("REDIRECT 7 OPTOUT").get() == Tracking(mode: .optOut, redirect: 7))
        #expect(
            try applied("bcast prefix a: prefix b:").get()
                == Tracking(
                    mode: .broadcast, prefixes: [Array("a:".utf8), Array("b:".utf8)]))
        #expect(try applied("bcast").get() == Tracking(mode: .broadcast, prefixes: [[]]))
    }

    @Test("prefixes are added to those that there are, other options replace theirs")
    func again() throws {
        let first = try applied("bcast noloop prefix a").get()
        let second = try applied("bcast redirect 7 prefix b", to: first).get()
        #expect(
            second
                == Tracking(
                    mode: .broadcast, prefixes: [Array("a".utf8), Array("b".utf8)], redirect: 7))
        #expect(try applied("", to: applied("optin").get()).get() == Tracking())
    }

    /// As redis-server 7.0.15 answers.
    @Test(
        "what does not go together is refused in Redis's words",
        arguments: [
            ("FOO", nil, "ERR syntax error"),
            ("PREFIX", nil, "ERR syntax error"),
            ("REDIRECT x", nil, "ERR value is not an integer or out of range"),
            ("REDIRECT 8", nil, "ERR The client ID you want redirect to does not exist"),
            (
                "REDIRECT 7 REDIRECT 7", nil,
                "ERR A client can only redirect to a single other client"
            ),
            ("PREFIX a", nil, "ERR PREFIX option requires BCAST mode to be enabled"),
            ("OPTIN OPTOUT", nil, "ERR You can't specify both OPTIN mode and OPTOUT mode"),
            ("BCAST OPTIN", nil, "ERR OPTIN and OPTOUT are not compatible with BCAST"),
            (
                "BCAST PREFIX a PREFIX ab", nil,
                "ERR Prefix 'a' overlaps with another provided prefix 'ab'. Prefixes for a single "
                    + "client must not overlap."
            ),
            (
                "BCAST PREFIX bb", "BCAST PREFIX b",
                "ERR Prefix 'bb' overlaps with an existing prefix 'b'. Prefixes for a single "
                    + "client must not overlap."
            ),
            (
                "", "BCAST",
                "ERR You can't switch BCAST mode on/off before disabling tracking for this client, "
                    + "and then re-enabling it with a different mode."
            ),
            (
                "OPTOUT", "OPTIN",
                "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, "
                    + "and then re-enabling it with a different mode."
            ),
        ] as [(String, String?, String)])
    func refusals(_ words: String, _ present: String?, _ text: String) throws {
        #expect(try refused(words, present) == text)
    }

    @Test("OPTIN remembers behind CACHING YES only, OPTOUT all but what is behind CACHING NO")
    func caching() {
        #expect(Tracking().remembers(isCachingGiven: false))
        #expect(!Tracking(mode: .optIn).remembers(isCachingGiven: false))
        #expect(Tracking(mode: .optIn).remembers(isCachingGiven: true))
        #expect(Tracking(mode: .optOut).remembers(isCachingGiven: false))
        #expect(!Tracking(mode: .optOut).remembers(isCachingGiven: true))
        #expect(!Tracking(mode: .broadcast, prefixes: [[]]).remembers(isCachingGiven: false))
    }
}
