import Bytes

/// Finds commands by name and describes them.
public enum CommandTable {
    /// How many commands there are.
    public static var count: Int { CommandID.allCases.count }

    /// The command of that name in any case, or nil; constant time, no allocation.
    ///
    /// - Parameter name: the bytes that the client sent.
    /// - Returns: which command it is, or nil.
    public static func find(_ name: UnsafeRawBufferPointer) -> CommandID? {
        guard let packed = PackedName(name) else { return nil }
        return NameIndex.shared.find(packed)
    }

    /// Arity, keys and flags of a command; constant time, no allocation.
    ///
    /// - Parameter id: which command.
    /// - Returns: its shape.
    public static func shape(_ id: CommandID) -> CommandShape {
        NameIndex.shared.shapes[Int(id.rawValue)]
    }

    /// All that is known about a command.
    ///
    /// - Parameter id: which command.
    /// - Returns: its description.
    public static func spec(_ id: CommandID) -> CommandSpec { specs[Int(id.rawValue)] }

    /// The descriptions of all commands, in the order of ``CommandID``.
    public static let specs: [CommandSpec] = CommandID.allCases.map(describe)
}

/// A name of 1 to 16 bytes in two words, with the case of its letters taken out.
///
/// The bit that tells `A` from `a` is set in every byte. Names of commands are letters only, and no
/// byte but the two cases of a letter becomes that letter, so two names are equal exactly when
/// their words and lengths are.
struct PackedName: Equatable {
    let low: UInt64
    let high: UInt64
    let count: Int

    @inline(__always)
    init?(_ name: UnsafeRawBufferPointer) {
        let count = name.count
        guard count > 0, count <= 16, let base = name.baseAddress else { return nil }
        self.count = count
        // Two loads that overlap cover every length without a loop.
        if count >= 8 {
            low = base.loadUnaligned(as: UInt64.self) | 0x2020_2020_2020_2020
            high =
                base.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
                | 0x2020_2020_2020_2020
        } else if count >= 4 {
            low = UInt64(base.loadUnaligned(as: UInt32.self) | 0x2020_2020)
            high = UInt64(
                base.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self) | 0x2020_2020)
        } else {
            low = UInt64(name[0] | 0x20)
            high = UInt64(name[count / 2] | 0x20) << 8 | UInt64(name[count - 1] | 0x20)
        }
    }

    var hash: Int {
        let mixed = (low ^ (high << 7) ^ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> 56)
    }
}

/// The names in an open hash table, and the shapes beside them; made once, then only read.
///
/// It is `Sendable` because nothing writes to its memory after `init`, and it is never freed.
private struct NameIndex: @unchecked Sendable {
    static let shared = NameIndex()
    private static let placesCount = 256

    private struct Place {
        var name: PackedName
        var id: CommandID
    }

    let shapes: UnsafePointer<CommandShape>
    private let places: UnsafePointer<Place?>

    private init() {
        let specs = CommandTable.specs
        let shapes = UnsafeMutablePointer<CommandShape>.allocate(capacity: specs.count)
        let places = UnsafeMutablePointer<Place?>.allocate(capacity: Self.placesCount)
        places.initialize(repeating: nil, count: Self.placesCount)
        for spec in specs {
            precondition(spec.name.utf8.allSatisfy { $0 >= 97 && $0 <= 122 })
            (shapes + Int(spec.id.rawValue)).initialize(to: spec.shape)
            var name = spec.name
            guard let packed = name.withUTF8({ PackedName(UnsafeRawBufferPointer($0)) }) else {
                preconditionFailure("a command's name has 1 to 16 letters")
            }
            var index = packed.hash
            while places[index] != nil { index = (index + 1) % Self.placesCount }
            places[index] = Place(name: packed, id: spec.id)
        }
        self.shapes = UnsafePointer(shapes)
        self.places = UnsafePointer(places)
    }

    @inline(__always)
    func find(_ name: PackedName) -> CommandID? {
        var index = name.hash
        while let place = places[index] {
            if place.name == name { return place.id }
            index = (index &+ 1) % Self.placesCount
        }
        return nil
    }
}
