#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A value that several threads share, with a way to wait for it to change.
///
/// For threads of our own only: never waited for on an event loop or in a task.
///
/// Sendable, because the value is reached through ``withLock(_:)`` and ``waitUntil(_:)`` only,
/// which hold the mutex; and the system's objects keep their addresses from `init` to `deinit`.
final class Monitor<Value>: @unchecked Sendable {
    private var value: Value
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(_ value: sending Value) {
        self.value = value
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        let codes = [
            pthread_mutex_init(mutex, nil), pthread_cond_init(condition, &attributes),
            pthread_condattr_destroy(&attributes),
        ]
        precondition(codes.allSatisfy { $0 == 0 })
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` with the value; nothing else reaches it meanwhile.
    func withLock<Answer, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }

    /// Wakes all who wait.
    func signal() { pthread_cond_broadcast(condition) }

    /// Waits for ``signal()`` until `isDone` says so.
    ///
    /// - Parameter isDone: sees and may change the value.
    func waitUntil(_ isDone: (inout Value) -> Bool) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !isDone(&value) { pthread_cond_wait(condition, mutex) }
    }

    /// Waits until `isDone` says so, but no longer than some milliseconds.
    func waitUntil(milliseconds: Int, _ isDone: (inout Value) -> Bool) {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let nanoseconds = deadline.tv_nsec + milliseconds % 1_000 * 1_000_000
        deadline.tv_sec += milliseconds / 1_000 + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !isDone(&value) {
            if pthread_cond_timedwait(condition, mutex, &deadline) != 0 { return }
        }
    }
}
