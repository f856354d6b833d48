#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// How many seeds a test goes through.
enum SeedCount {
    /// The number in `RINGMASTER_SEEDS`, when that names one.
    static func fromEnvironment(default usual: Int) -> Int {
        guard let text = getenv("RINGMASTER_SEEDS") else { return usual }
        return Int(String(cString: text)).map { max(1, $0) } ?? usual
    }
}
