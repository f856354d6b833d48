import Glibc
import Testing

@testable import Server

@Suite("StorageFailure")
struct StorageFailureTests {
    @Test("clients hear what has failed, and no path")
    func clientText() {
        func failure(_ operation: String, _ code: Int32) -> StorageFailure {
            .system(operation: operation, path: "/secret/log", code: code)
        }
        #expect(failure("write", ENOSPC).clientText == "the disk is full")
        #expect(failure("sync", ENOSPC).clientText == "the log has failed")
        #expect(failure("write", EIO).clientText == "the log has failed")
        let stopped = StorageFailure.stopped(reason: "cannot sync /secret/log")
        #expect(stopped.clientText == "the log has failed")
    }
}
