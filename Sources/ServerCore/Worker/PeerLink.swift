import Bytes

/// The outgoing side of the link to one member, as a worker sees it.
///
/// What is appended within a tick leaves as few frames at its end; while the link is down nothing
/// is kept, since all of it can be asked for again.
final class PeerLink {
    /// Bytes of installs that may be under way to one member.
    static let installBytesMax = 8 << 20
    /// From so many bytes of a tick on reads for the member are put off.
    static let tickBytesMax = 32 << 20

    let member: Int
    let out = OutputBuffer(capacity: 16 << 10)
    var isUp = false
    /// Whether the member does not keep up with what it is sent.
    var isPressed = false
    var installBytes = 0
    private var pending: [Pending] = []
    private var dirty: [Int] = []

    /// What one partition has for this member within a tick.
    private struct Pending {
        var isDirty = false
        let buffers: [OutputBuffer]
    }

    /// The frames that are collected over a tick.
    enum Batched: Int, CaseIterable {
        // In the order in which they leave: an answer that says «I have this much» must not
        // overtake what it speaks of.
        case stream, acknowledge, refuse, collect, copy, fetch, outcome, settled
        case renew, lease, over, dropped, watch, watched

        var frame: PeerFrame {
            switch self {
            case .stream: .stream
            case .acknowledge: .acknowledge
            case .refuse: .refuse
            case .collect: .collect
            case .copy: .copy
            case .fetch: .fetch
            case .outcome: .outcome
            case .settled: .settled
            case .renew: .renew
            case .lease: .lease
            case .over: .over
            case .dropped: .dropped
            case .watch: .watch
            case .watched: .watched
            }
        }
    }

    init(member: Int, partitions: Int) {
        self.member = member
        pending = (0..<partitions).map { _ in
            Pending(buffers: Batched.allCases.map { _ in OutputBuffer(capacity: 16) })
        }
    }

    deinit {
        out.deallocate()
        for partition in pending {
            for buffer in partition.buffers { buffer.deallocate() }
        }
    }

    /// Whether an answer of any size is to wait: the member takes what is under way first.
    var putsOffReads: Bool { isPressed || out.count >= PeerLink.tickBytesMax }

    /// Where a partition's frame of one kind grows; only while the link is up.
    func buffer(_ kind: Batched, partition: Int) -> OutputBuffer {
        if !pending[partition].isDirty {
            pending[partition].isDirty = true
            dirty.append(partition)
        }
        return pending[partition].buffers[kind.rawValue]
    }

    /// Appends a log line to a partition's stream; what would become too large for one element of a
    /// frame leaves in several.
    func stream(_ line: UnsafeRawBufferPointer, partition: Int) {
        let buffer = buffer(.stream, partition: partition)
        buffer.append(line)
        if buffer.count >= PeerFrame.pieceBytes { flush(partition: partition) }
    }

    /// Appends numbers to a partition's frame of one kind; nothing while the link is down.
    func append(_ kind: Batched, partition: Int, _ first: Int, _ second: Int) {
        guard isUp else { return }
        append(first, second, to: buffer(kind, partition: partition))
    }

    func append(_ kind: Batched, partition: Int, _ first: Int, _ second: Int, _ third: Int) {
        guard isUp else { return }
        let buffer = buffer(kind, partition: partition)
        append(first, second, to: buffer)
        buffer.append(UInt8(ascii: " "))
        buffer.append(decimal: third)
    }

    func append(
        _ kind: Batched, partition: Int, _ first: Int, _ second: Int, _ third: Int, _ fourth: Int
    ) {
        guard isUp else { return }
        append(kind, partition: partition, first, second, third)
        let buffer = buffer(kind, partition: partition)
        buffer.append(UInt8(ascii: " "))
        buffer.append(decimal: fourth)
    }

    private func append(_ first: Int, _ second: Int, to buffer: OutputBuffer) {
        if !buffer.isEmpty { buffer.append(UInt8(ascii: " ")) }
        buffer.append(decimal: first)
        buffer.append(UInt8(ascii: " "))
        buffer.append(decimal: second)
    }

    /// Moves what one partition has collected into ``out``, before a frame that must not overtake.
    func flush(partition: Int) {
        guard pending[partition].isDirty else { return }
        pending[partition].isDirty = false
        let writer = FrameWriter(buffer: out)
        for kind in Batched.allCases {
            let buffer = pending[partition].buffers[kind.rawValue]
            guard !buffer.isEmpty else { continue }
            if isUp {
                writer.begin(kind.frame, elements: 2)
                writer.element(partition)
                writer.element(buffer.bytes)
            }
            buffer.clear()
        }
    }

    /// Moves all that was collected into ``out``.
    func flush() {
        for partition in dirty { flush(partition: partition) }
        dirty.removeAll(keepingCapacity: true)
    }

    func reset() {
        flush()
        out.clear()
        isPressed = false
        installBytes = 0
    }
}
