import Client
import Terminal

/// The dashboard as a whole.
public enum DashboardProgram {
    /// Takes the terminal, shows the cluster until the user leaves, and gives the terminal back.
    ///
    /// - Throws: `TerminalFailure` when there is no terminal to draw on; `AccessFailure` when the
    ///   theme that was asked for cannot be had.
    public static func run(
        access: any ClusterAccess, options: DashboardOptions
    ) async throws -> DashboardEnd {
        let theme = try ThemeLibrary.load(options.theme)
        let mailbox = try Mailbox()
        let (effects, effectsIn) = AsyncStream.makeStream(of: Effect.self)
        let loop = DashboardLoop(
            options: options, ownsLocalNodes: access.ownsLocalNodes, theme: theme,
            mailbox: mailbox, effects: effectsIn)
        return try await withThrowingTaskGroup(of: DashboardEnd?.self) { group in
            group.addTask {
                defer { effectsIn.finish() }
                return try await ScreenThread.run { try loop.run() }
            }
            group.addTask {
                for await snapshot in access.snapshots() { mailbox.post(snapshot) }
                return nil
            }
            group.addTask {
                await EffectRunner(access: access, mailbox: mailbox).run(effects)
                return nil
            }
            var end = DashboardEnd.quit
            for try await result in group {
                guard let result else { continue }
                end = result
                group.cancelAll()
            }
            return end
        }
    }
}
