import Client
import Synchronization

/// One line on a terminal that is written over and over; nothing in a pipe.
///
/// It goes to standard error, so that the answer on standard output stays alone.
final class ProgressLine: Sendable {
    private let isShown = Mutex(false)

    /// Shows a text in place of the one before.
    func show(_ text: String) {
        guard StandardError.isTerminal else { return }
        isShown.withLock { $0 = true }
        StandardError.write("\r\u{1B}[K\(text)")
    }

    /// Removes the line, so that others can follow.
    func clear() {
        let wasShown = isShown.withLock { isShown in
            defer { isShown = false }
            return isShown
        }
        if wasShown { StandardError.write("\r\u{1B}[K") }
    }
}

extension ChangeStatus {
    /// How far the change is, in one line that fits a narrow terminal.
    func progress(epoch: Int) -> String {
        let what = ChangeWords.brief(kind: kind, node: node, replicas: replicas)
        switch state {
        case .waiting: return "\(what): waits for the changes before it, epoch \(epoch)"
        case .paused:
            return "\(what): paused at \(Int(percent)) %; `ringmaster moves resume` goes on"
        case .copying where !waitsFor.isEmpty:
            let names = waitsFor.joined(separator: ", ")
            return "\(what): copied to \(Int(percent)) %, waits for \(names), epoch \(epoch)"
        case .copying:
            let rate = bytesPerSecond.map { ", \(Shown.size(Int(min($0, 1e15))))/s" } ?? ""
            let left =
                secondsLeft.flatMap { $0 < 1e9 ? Int($0.rounded(.up)) : nil }
                .map { ", \(Shown.time(seconds: $0)) left" } ?? ""
            return
                "\(what): \(Int(percent)) % of \(Shown.size(bytes))\(rate)\(left), epoch \(epoch)"
        }
    }
}
