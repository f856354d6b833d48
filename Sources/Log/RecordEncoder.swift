import Bytes
import Ring

/// Writes records as JSON lines.
///
/// ```
/// {"s":5798,"k":"user:1","v":"text","g":7,"p":12,"x":1700000000000,"c":"9f3a06c1d2e4b758"}
/// {"o":"remove","s":5798,"k":"user:1","g":7,"p":13,"c":"…"}
/// {"o":"copy","s":5798,"k64":"AP8=","v64":"gIGCgw==","g":3,"p":9,"c":"…"}
/// {"o":"drop","s":5798,"k":"user:2","g":7,"p":13,"c":"…"}
/// {"o":"mark","s":0,"t":16383,"g":1,"p":0,"c":"…"}
/// {"o":"clear","s":614,"t":1228,"c":"…"}
/// {"o":"void","s":5798,"c":"…"}
/// {"o":"doubt","s":0,"t":16383,"c":"…"}
/// ```
///
/// | field | meaning |
/// | --- | --- |
/// | `o` | operation; a line without it is a write. `batch` is reserved |
/// | `s`, `t` | slot; last slot of a range, left out when it is the same |
/// | `k`, `v` | key and value as text |
/// | `k64`, `v64` | the same as base64: for what is no UTF-8, or would be longer as JSON text |
/// | `g`, `p` | generation and position; not in a clear, void or doubt |
/// | `x` | expiry in milliseconds since 1970, left out when the entry does not expire |
/// | `c` | XXH64 (seed 0) of all bytes before `,"c"`, 16 hexadecimal digits |
///
/// The order of the fields is fixed. The slot is on the line although the key tells it: where the
/// two agree, a damaged line can be laid at its slot's door.
public enum RecordEncoder {
    /// Appends one record and a line feed.
    ///
    /// - Parameters:
    ///   - record: numbers are 0 or more and below ``RecordLimits/numberMax``.
    ///   - output: where the line goes; must not hold the record's key or value.
    public static func append(_ record: Record, to output: OutputBuffer) {
        precondition(isInRange(record), "a number does not fit into a line")
        let keyCount = base64Count(record.key.count)
        let valueCount = base64Count(record.value.count)
        let start = output.reserve(keyCount + valueCount + fixedBytesMax)
        var line = LineWriter(at: start)
        switch record.kind {
        case .write: line.write("{\"s\":")
        case .remove: line.write("{\"o\":\"remove\",\"s\":")
        case .copy: line.write("{\"o\":\"copy\",\"s\":")
        case .drop: line.write("{\"o\":\"drop\",\"s\":")
        case .mark: line.write("{\"o\":\"mark\",\"s\":")
        case .clear: line.write("{\"o\":\"clear\",\"s\":")
        case .void: line.write("{\"o\":\"void\",\"s\":")
        case .doubt: line.write("{\"o\":\"doubt\",\"s\":")
        }
        line.write(decimal: record.slot)
        if record.kind.hasKey {
            line.write(record.key, text: ",\"k\":\"", base64: ",\"k64\":\"")
        } else if record.lastSlot != record.slot {
            line.write(",\"t\":")
            line.write(decimal: record.lastSlot)
        }
        if record.kind.hasValue {
            line.write(record.value, text: ",\"v\":\"", base64: ",\"v64\":\"")
        }
        if record.kind.hasKey || record.kind == .mark {
            line.write(",\"g\":")
            line.write(decimal: record.generation)
            line.write(",\"p\":")
            line.write(decimal: record.position)
        }
        if record.expiry > 0, record.kind.hasValue {
            line.write(",\"x\":")
            line.write(decimal: record.expiry)
        }
        output.advance(line.close())
    }

    /// More than all names, numbers and punctuation of a line take.
    static let fixedBytesMax = 256

    @inline(__always)
    private static func isInRange(_ record: Record) -> Bool {
        let numbers = record.generation | record.position | record.expiry
        return numbers >= 0 && numbers < RecordLimits.numberMax
            && record.slot >= 0 && record.slot <= record.lastSlot
            && record.lastSlot < Slots.count
    }
}
