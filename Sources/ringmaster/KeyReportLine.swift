import Client
import FoundationEssentials

/// The outcome of one key command as JSON.
///
///     {"command": "get", "outcome": "done", "key": "user:42", "value": "Ada"}
///
/// `outcome` is `done`, `no`, `notDone` or `unknown`; `reason` says why it is not `done`. A key or
/// value that is not UTF-8 is in `keyBase64` or `valueBase64` instead.
struct KeyReportLine: Encodable {
    var command: String
    var outcome = "done"
    var reason: String?
    var key: String?
    var keyBase64: String?
    var value: String?
    var valueBase64: String?

    init(command: String, key: [UInt8]) {
        self.command = command
        (self.key, keyBase64) = Self.fields(key)
    }

    mutating func set(value bytes: [UInt8]) { (value, valueBase64) = Self.fields(bytes) }

    mutating func set(_ failure: Failure) {
        outcome =
            switch failure.status {
            case .done: "done"
            case .no: "no"
            case .usage, .notDone: "notDone"
            case .unknown: "unknown"
            }
        reason = failure.text
    }

    /// Text, or base64 where the bytes are no text.
    static func fields(_ bytes: [UInt8]) -> (text: String?, base64: String?) {
        if let text = String(validating: bytes, as: UTF8.self) { return (text, nil) }
        return (nil, Data(bytes).base64EncodedString())
    }
}
