import Client
import Ring
import Terminal

@testable import Dashboard

/// A cluster of five made by hand, and models over it.
enum Fixture {
    static func epoch(nodes: Int = 5) -> RingEpoch {
        RingEpoch.founding(
            clusterID: String(repeating: "5", count: 32), clusterName: "demo",
            settings: ClusterSettings(),
            nodes: (1...nodes).map { (id($0), "n\($0)", "127.0.0.1", 7100 + $0) })
    }

    static func id(_ number: Int) -> NodeID {
        let digits = String(number, radix: 16)
        guard let id = NodeID(String(repeating: "0", count: 40 - digits.utf8.count) + digits) else {
            preconditionFailure("forty hexadecimal digits are an id")
        }
        return id
    }

    static func report(_ member: Member, _ epoch: RingEpoch) -> NodeReport {
        var report = NodeReport(
            id: member.id, number: member.number, name: member.name, host: member.host,
            port: member.port, pid: 8100 + member.number, incarnation: member.incarnation,
            clusterID: epoch.clusterID, clusterName: epoch.clusterName, epoch: epoch.number)
        report.homeSlots = epoch.homeSlotCounts[member.number] ?? 0
        report.settledSlots = report.homeSlots
        report.homeKeys = 20_000 + 100 * member.number
        report.replicaKeys = 40_000 + member.number
        report.uptimeMilliseconds = 3_723_000
        report.memoryBytes = 24 << 20
        report.followers = epoch.members.filter { $0.number != member.number }.map {
            FollowerReport(
                member: $0.number, isConnected: true, slots: 1_600, levelSlots: 1_600,
                lagRecords: 0, lagMilliseconds: 0)
        }
        return report
    }

    /// What is known when the members `silent` do not answer.
    static func snapshot(
        _ epoch: RingEpoch = Fixture.epoch(), silent: Set<Int> = [], events: [EventReport] = []
    ) -> ClusterSnapshot {
        let members = epoch.members.map { member in
            var view = MemberSnapshot(
                number: member.number, name: member.name, host: member.host, port: member.port)
            view.pid = 8100 + member.number
            if silent.contains(member.number) {
                view.process = .exited(signal: 9)
                view.contact = .unreachable(since: 5_000)
                return view
            }
            view.process = .running
            view.contact = .reachable
            let earlier = report(member, epoch)
            var latest = earlier
            latest.traffic.reads = 400 + member.number
            latest.traffic.writes = 200
            latest.traffic.readLatency[9] = 400
            latest.traffic.writeLatency[10] = 198
            latest.traffic.writeLatency[12] = 2
            view.earlier = TimedReport(milliseconds: 9_000, report: earlier)
            view.latest = TimedReport(milliseconds: 10_000, report: latest)
            return view
        }
        return ClusterSnapshot(
            milliseconds: 10_000, clusterName: "demo", epoch: epoch, members: members,
            events: events)
    }

    static func event(_ sequence: Int, _ level: EventReport.Level, _ text: String) -> EventReport {
        EventReport(
            sequence: sequence, milliseconds: 1_000 * (43_440 + sequence), level: level,
            node: "n4", text: text)
    }

    static let defaultTheme: Theme = {
        let bytes = ThemeLibrary.shipped.first { $0.name == "default" }?.bytes ?? []
        return ThemeParser.parse(bytes, file: "default.theme").theme
    }()

    static func model(
        width: Int = 120, height: Int = 36, isASCII: Bool = false,
        depth: ColorDepth = .palette16, isReadOnly: Bool = false, ownsLocalNodes: Bool = true
    ) -> TestScreen {
        var options = DashboardOptions()
        options.isReadOnly = isReadOnly
        let model = Model(
            options: options, ownsLocalNodes: ownsLocalNodes,
            capabilities: TerminalCapabilities(depth: depth, isASCII: isASCII),
            theme: defaultTheme, size: Size(width: width, height: height))
        let screen = TestScreen(model)
        _ = screen.update(.snapshot(snapshot()), at: 10_000)
        return screen
    }

    static func draw(_ screen: TestScreen) -> Grid {
        var cache = RenderCache()
        return render(screen.model, cache: &cache)
    }

    /// Whether a screen still shows a picture; a Bool, because a failed comparison of pictures would
    /// print thousands of cells.
    static func isShown(_ grid: Grid, by screen: TestScreen) -> Bool { draw(screen) == grid }

    /// The rows of a picture as text.
    static func rows(_ grid: Grid) -> [String] {
        (0..<grid.size.height).map { y in
            var row = String.UnicodeScalarView()
            for x in 0..<grid.size.width where !grid[x, y].isContinuation {
                row.append(grid[x, y].scalar)
            }
            return String(row)
        }
    }

    static func text(_ model: TestScreen) -> String {
        rows(draw(model)).joined(separator: "\n")
    }
}

/// A model by reference, so that expectations can drive it.
@dynamicMemberLookup
final class TestScreen {
    var model: Model

    init(_ model: Model) { self.model = model }

    subscript<Value>(dynamicMember path: WritableKeyPath<Model, Value>) -> Value {
        get { model[keyPath: path] }
        set { model[keyPath: path] = newValue }
    }

    subscript<Value>(dynamicMember path: KeyPath<Model, Value>) -> Value {
        model[keyPath: path]
    }

    func update(_ event: Event, at now: Int) -> [Effect] { model.update(event, at: now) }

    /// Presses keys one after the other and returns what is to be done in the end.
    @discardableResult
    func press(_ keys: Key...) -> [Effect] {
        keys.flatMap { model.update(.input(.key($0)), at: model.now + 1) }
    }

    /// Types text.
    @discardableResult
    func type(_ text: String) -> [Effect] {
        text.unicodeScalars.flatMap {
            model.update(.input(.key(.character($0))), at: model.now + 1)
        }
    }
}
