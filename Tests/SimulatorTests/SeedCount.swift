#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// How many seeds a test goes through, and how many steps.
enum SeedCount {
    /// Whether `RINGMASTER_EVERY_STEP` is set: then no step is left out.
    static var isEveryStep: Bool { getenv("RINGMASTER_EVERY_STEP") != nil }

    /// The number in `RINGMASTER_SEEDS`, when that names one.
    static func fromEnvironment(default usual: Int) -> Int {
        guard let text = getenv("RINGMASTER_SEEDS") else { return usual }
        return Int(String(cString: text)).map { max(1, $0) } ?? usual
    }
}
