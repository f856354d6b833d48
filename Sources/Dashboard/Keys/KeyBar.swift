import Client

/// What the bar at the bottom says of the table.
extension Model {
    /// Whether an action can do anything here; the bar leaves out what cannot.
    func isPossible(_ action: Action) -> Bool {
        if isReadOnly, action.changesCluster { return false }
        switch action {
        case .node(let verb): return ownsLocalNodes && targetNode?.canBeTold(verb) == true
        case .joinNode: return ownsLocalNodes
        case .leaveNode: return targetNode?.state == .up
        case .evictNode:
            guard let node = targetNode, node.state == .down else { return false }
            return status?.evictionObstacle(of: node) == nil
        case .moves: return !changes.waiting.isEmpty
        case .filter: return hasFilter
        case .newLine:
            if case .form(let form) = overlay { return form.hasValue }
            return false
        case .focusNext:
            if case .form(let form) = overlay { return form.hasValue && !form.isKeyFixed }
            return true
        case .undo: return undo != nil
        case .startBench, .valueBefore, .valueNext: return bench.run == nil
        case .move where screen == .bench && overlay == nil: return bench.run == nil
        case .cancel: return overlay != nil || prompt != nil || bench.run?.isStopping == false
        case .complete, .historyBack, .historyForward: return prompt?.purpose == .command
        default: return true
        }
    }

    /// Whether there is a list here that can be filtered.
    private var hasFilter: Bool {
        switch screen {
        case .keys: true
        case .main: panel == .nodes || panel == .replication || panel == .events
        case .caches, .bench: false
        }
    }

    /// The word for a key at this moment; nil keeps it out of the bar.
    func barLabel(_ binding: KeyBinding) -> String? {
        switch binding.action {
        case .node(.pauseOrResume) where targetNode?.process == "paused": "resume"
        case .moves(.pauseOrResume) where epoch?.settings.areMovesPaused == true: "resume"
        case .zoom where isZoomed: "all panels"
        case .accept: acceptLabel ?? binding.bar
        default: binding.bar
        }
    }

    /// What Enter does in the fields that are open.
    private var acceptLabel: String? {
        switch overlay {
        case .form(let form):
            switch form.purpose {
            case .create: "create"
            case .edit: "save"
            case .ask: "go on"
            }
        case .join: "plan"
        case .reader: "start"
        default: nil
        }
    }
}

extension NodeStatus {
    /// Whether its process is in a state in which this does something.
    fileprivate func canBeTold(_ verb: Action.NodeVerb) -> Bool {
        switch verb {
        case .start: process == "exited" || process == "unknown"
        case .stop, .kill, .pauseOrResume: process != "exited"
        }
    }
}
