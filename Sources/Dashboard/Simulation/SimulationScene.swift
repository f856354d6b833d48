import Client

/// A simulated run at one instant, as the dashboard draws it.
public struct SimulationScene: Sendable {
    /// A message that one member sent to another, both by number.
    public struct Message: Sendable, Equatable {
        /// The sender.
        public var sender: Int
        /// The receiver.
        public var receiver: Int

        /// Makes a message.
        public init(sender: Int, receiver: Int) {
            self.sender = sender
            self.receiver = receiver
        }
    }

    /// What would be known of a real cluster in that state; its times are simulated.
    public var snapshot: ClusterSnapshot
    /// What was sent since the scene before, oldest first.
    public var messages: [Message]
    /// The simulated time in microseconds.
    public var microseconds: Int
    /// What the run is doing, or how it ended.
    public var caption: String
    /// Whether nothing more will happen.
    public var isOver: Bool

    /// Makes a scene.
    public init(
        snapshot: ClusterSnapshot, messages: [Message], microseconds: Int, caption: String,
        isOver: Bool
    ) {
        self.snapshot = snapshot
        self.messages = messages
        self.microseconds = microseconds
        self.caption = caption
        self.isOver = isOver
    }
}

/// A run that goes on when it is told to; used by one thread only.
public protocol SimulationSource {
    /// Lets simulated time pass.
    ///
    /// - Parameter microseconds: how much; 0 only looks.
    /// - Returns: how things stand then.
    func advance(by microseconds: Int) -> SimulationScene
}
