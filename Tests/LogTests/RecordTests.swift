import Bytes
import Log
import Testing

@Suite("Records as JSON lines")
struct RecordTests {
    @Test("the lines are the documented ones")
    func documentedLines() {
        func text(_ sample: Sample) -> String {
            String(decoding: sample.line.dropLast(24), as: UTF8.self)
        }
        #expect(
            text(Sample(value: bytes("text"), expiry: 1_700_000_000_000))
                == #"{"s":10778,"k":"user:1","v":"text","g":7,"p":12,"x":1700000000000"#)
        #expect(text(Sample(.remove)) == #"{"o":"remove","s":10778,"k":"user:1","g":7,"p":12"#)
        #expect(
            text(Sample(.copy, key: [0, 255], value: [128, 129, 130, 131]))
                == #"{"o":"copy","s":10778,"k64":"AP8=","v64":"gIGCgw==","g":7,"p":12"#)
        #expect(text(Sample(.drop)) == #"{"o":"drop","s":10778,"k":"user:1","g":7,"p":12"#)
        #expect(
            text(Sample(slots: 0...16_383, generation: 1, position: 0))
                == #"{"o":"mark","s":0,"t":16383,"g":1,"p":0"#)
        #expect(
            text(Sample(slots: 5...5, generation: 2, position: 3))
                == #"{"o":"mark","s":5,"g":2,"p":3"#)
        #expect(text(Sample(.clear, slots: 614...1_228)) == #"{"o":"clear","s":614,"t":1228"#)
        #expect(text(Sample(.void, slots: 5...5)) == #"{"o":"void","s":5"#)
        #expect(text(Sample(.doubt, slots: 0...16_383)) == #"{"o":"doubt","s":0,"t":16383"#)
    }

    @Test("the checksum is the published XXH64 of what stands before it")
    func checksumVectors() {
        func sum(_ text: String) -> UInt64 { bytes(text).withUnsafeBytes { Checksum.xxh64($0) } }
        #expect(sum("") == 0xEF46_DB37_51D8_E999)
        #expect(sum("a") == 0xD24E_C4F1_A98C_6E5B)
        #expect(sum("abc") == 0x44BC_2CF5_AD77_0999)
        #expect(sum("Nobody inspects the spammish repetition") == 0xFBCE_A83C_8A37_8BF1)
        let line = Sample(value: bytes("v")).line
        #expect(line == sealed(String(decoding: line.dropLast(24), as: UTF8.self)))
    }

    @Test("every kind and any bytes make the round trip")
    func roundTrips() {
        var generator = SeededGenerator(state: 1)
        for round in 0..<20_000 {
            var sample = Sample(
                RecordKind.allCases[round % 4], key: someBytes(&generator),
                slot: Int.random(in: 0..<16_384, using: &generator),
                generation: number(&generator), position: number(&generator))
            if sample.kind.hasValue {
                sample.value = someBytes(&generator)
                sample.expiry = Bool.random(using: &generator) ? number(&generator) : 0
            }
            #expect(decoded(sample.line) == .success(sample))
        }
        for slots in [0...0, 7...7, 0...16_383, 100...101] {
            let mark = Sample(slots: slots, generation: 9, position: RecordLimits.numberMax - 1)
            #expect(decoded(mark.line) == .success(mark))
            for kind in RecordKind.allCases where !kind.hasKey && kind != .mark {
                let sample = Sample(kind, slots: slots)
                #expect(decoded(sample.line) == .success(sample))
            }
        }
    }

    private func someBytes(_ generator: inout SeededGenerator) -> [UInt8] {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return generator.bytes(0...40)
        case 1: return generator.bytes(0...70).map { $0 & 0x7F }
        case 2: return generator.bytes(0...70).map { $0 % 95 + 32 }
        default:
            let scalars = "aé\u{2028}\u{1F600}\"\\\n\u{0}ß\u{FEFF}\u{FFFF}"
            return bytes(
                String((0..<20).compactMap { _ in scalars.randomElement(using: &generator) }))
        }
    }

    private func number(_ generator: inout SeededGenerator) -> Int {
        let bits = Int.random(in: 1...53, using: &generator)
        return Int.random(in: 0..<(1 << bits), using: &generator)
    }

    @Test("every length around the word size is scanned to its end", arguments: 0...33)
    func plainLengths(count: Int) {
        let plain = [UInt8](repeating: UInt8(ascii: "a"), count: count)
        #expect(decoded(Sample(value: plain).line) == .success(Sample(value: plain)))
        for place in 0..<count {
            for byte: UInt8 in [0x00, 0x1F, 0x20, 0x22, 0x5C, 0x7F, 0x80, 0xFF, 0x0A] {
                var value = plain
                value[place] = byte
                let line = Sample(value: value).line
                #expect(!line.contains(0x0A))
                #expect(decoded(line) == .success(Sample(value: value)))
            }
        }
    }

    @Test("text stays text where it is no longer than base64")
    func textOrBase64() {
        func isText(_ value: [UInt8]) -> Bool {
            String(decoding: Sample(value: value).line, as: UTF8.self).contains(#""v":"#)
        }
        #expect(isText(bytes("ein Schiff, ein Wort: größer")))
        #expect(isText(bytes("")))
        #expect(isText(bytes("one\nline of many")))
        #expect(!isText([0, 1, 2, 3]))
        #expect(!isText([0xED, 0xA0, 0x80]))
        #expect(!isText([0xC0, 0xAF]))
        #expect(!isText([0xF4, 0x90, 0x80, 0x80]))
        #expect(!isText([0xE2, 0x80]))
        #expect(!isText(Array(repeating: 0x22, count: 12)))
        let nasty = Sample(value: Array(repeating: 1, count: 3000))
        #expect(nasty.line.count <= RecordLimits.lineBytesMax(keyBytesMax: 6, valueBytesMax: 3000))
    }

    @Test("every flip of every bit of a line is noticed")
    func bitFlips() {
        let samples = [
            Sample(value: bytes("some \"text\" of a value"), expiry: 1_700_000_000_000),
            Sample(.remove), Sample(.copy, key: [0xFF], value: [0xFE]),
            Sample(slots: 3...9, generation: 4, position: 5), Sample(.clear, slots: 3...9),
            Sample(.void, slots: 3...3), Sample(.doubt, slots: 3...9),
        ]
        for sample in samples {
            let line = sample.line
            for place in line.indices {
                for bit in 0..<8 {
                    var flipped = line
                    flipped[place] ^= 1 << bit
                    #expect(throws: RecordFailure.self) { try decoded(flipped).get() }
                }
            }
            for count in 0..<line.count {
                #expect(throws: RecordFailure.self) {
                    try decoded(Array(line.prefix(count))).get()
                }
            }
        }
    }

    @Test(
        "a whole line that is not ours says what is wrong with it",
        arguments: [
            (#"{"o":"batch","s":1"#, RecordFailure.Reason.reservedOperation),
            (#"{"o":"explode","s":1"#, .unknownOperation),
            (#"{"s":16384,"k":"a","v":"b","g":1,"p":1"#, .number),
            (#"{"s":-1,"k":"a","v":"b","g":1,"p":1"#, .number),
            (#"{"s":01,"k":"a","v":"b","g":1,"p":1"#, .number),
            (#"{"s":1,"k":"a","v":"b","g":9007199254740992,"p":1"#, .number),
            (#"{"s":1,"k":"a","v":"b","g":18446744073709551616,"p":1"#, .number),
            (#"{"s":1,"k":"a","v":"b","g":1e999,"p":1"#, .syntax),
            (#"{"s":1,"k":"a","v":"b","p":1,"g":1"#, .syntax),
            (#"{"s":1,"k":"a","k":"a","v":"b","g":1,"p":1"#, .syntax),
            (#"{"s":1,"k":"a","v":"b","g":1,"p":1,"y":2"#, .syntax),
            (#"{"s":1,"k":"\ud800","v":"b","g":1,"p":1"#, .escape),
            (#"{"s":1,"k":"\u000a","v":"b","g":1,"p":1"#, .escape),
            (#"{"s":1,"k":"\/","v":"b","g":1,"p":1"#, .escape),
            (#"{"s":1,"k":"a"#, .syntax), (#"{"s":1,"k":"a\"#, .syntax),
            (#"{"s":1,"k64":"A","v":"b","g":1,"p":1"#, .base64),
            (#"{"s":1,"k64":"AB==","v":"b","g":1,"p":1"#, .base64),
            (#"{"s":1,"k64":"====","v":"b","g":1,"p":1"#, .base64),
            (#"{"s":1,"k64":"A*==","v":"b","g":1,"p":1"#, .base64),
            (#"{"o":"mark","s":5,"t":4,"g":1,"p":1"#, .number),
            (#"{"o":"mark","s":5"#, .syntax), (#"{"o":"clear","s":5,"g":1,"p":1"#, .syntax),
            (#"{"o":"void","s":5,"t":16384"#, .number),
            (#"{"o":"doubt","k":"a"#, .unknownOperation),
            (#"{"o":"remove","s":5,"k":"a","g":1,"p":1,"x":3"#, .syntax),
            (String(repeating: "[", count: 100_000), .syntax), ("", .incomplete),
        ])
    func foreignLines(text: String, reason: RecordFailure.Reason) {
        guard case .failure(let failure) = decoded(sealed(text)) else {
            Issue.record("decoded")
            return
        }
        #expect(failure.reason == reason)
        #expect(failure.offset <= sealed(text).count)
    }

    @Test("random bytes, sealed or not, never trap")
    func randomLines() {
        var generator = SeededGenerator(state: 2)
        let alphabet = bytes(#"{}"":,\skvgpxco640189AZ=/+u"#)
        for _ in 0..<20_000 {
            let length = Int.random(in: 0...60, using: &generator)
            let noise = (0..<length).compactMap { _ in alphabet.randomElement(using: &generator) }
            _ = decoded(noise)
            _ = decoded(sealed(String(decoding: noise, as: UTF8.self)))
            _ = decoded(sealed(#"{"s":1,"k":""# + String(decoding: noise, as: UTF8.self)))
        }
    }
}
