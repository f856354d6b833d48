import Testing

@testable import LocalCluster

@Suite struct LocalNameTests {
    @Test("plain names are taken", arguments: ["demo", "n1", "a.b-c_D", "7", "a..b"])
    func good(name: String) {
        #expect(LocalName.complaint(about: name) == nil)
    }

    @Test(
        "names that would leave the folder, hide, or pass for options are refused",
        arguments: [
            "", ".", "..", "../x", "a/b", "/", "-x", "--dir", "\u{1B}[2J", "a b", "ä", "a\0b",
            String(repeating: "a", count: 300),
        ])
    func bad(name: String) {
        #expect(LocalName.complaint(about: name) != nil)
        #expect(throws: LocalClusterError.self) { try LocalName.validated(name) }
    }

    @Test("an error shows a name without sending its bytes to the terminal")
    func shownEscaped() {
        let error = LocalClusterError.badName(name: "\u{1B}]52;c;x\u{7}\u{202E}", why: "no")
        #expect(!error.description.utf8.contains { $0 < 32 || $0 > 126 })
    }

    @Test("the default folder follows XDG_DATA_HOME, then HOME")
    func defaultFolder() throws {
        let both = ["XDG_DATA_HOME": "/data", "HOME": "/home/a"]
        #expect(
            try ClusterFolder(clusterNamed: "demo", environment: both).path
                == "/data/ringmaster/demo")
        let relative = ["XDG_DATA_HOME": "data", "HOME": "/home/a"]
        #expect(
            try ClusterFolder(clusterNamed: "demo", environment: relative).path
                == "/home/a/.local/share/ringmaster/demo")
        #expect(throws: LocalClusterError.self) {
            try ClusterFolder(clusterNamed: "demo", environment: [:])
        }
        #expect(throws: LocalClusterError.self) {
            try ClusterFolder(clusterNamed: "../x", environment: both)
        }
    }

    @Test(
        "a plan out of range is refused",
        arguments: [
            FoundingPlan(nodes: 0), FoundingPlan(nodes: 65), FoundingPlan(replicas: 0),
            FoundingPlan(replicas: 8), FoundingPlan(firstPort: 0), FoundingPlan(firstPort: 65_536),
            FoundingPlan(firstPort: 65_533), FoundingPlan(firstPort: .max),
        ])
    func badPlan(plan: FoundingPlan) {
        var generator = SystemRandomNumberGenerator()
        #expect(throws: LocalClusterError.self) { try plan.manifest(random: &generator) }
    }
}
