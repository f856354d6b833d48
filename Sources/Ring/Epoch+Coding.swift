// Arcs are most of an epoch, so they are coded as arrays without names:
//
//     arc  [first, last, era, era …]            eras oldest first
//     era  [generation, home, replica, replica …]   home 0 while there is none
//
// An arc of three replicas with one era takes about 30 bytes of JSON.

extension Arc {
    /// Decodes the array form.
    ///
    /// - Throws: what the decoder throws, and `DecodingError` for an arc without an era.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        first = try container.decode(Int.self)
        last = try container.decode(Int.self)
        history = []
        while !container.isAtEnd { history.append(try container.decode(Era.self)) }
        if history.isEmpty {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "an arc has at least one era")
        }
    }

    /// Encodes the array form.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(first)
        try container.encode(last)
        for era in history { try container.encode(era) }
    }
}

extension Era {
    /// Decodes the array form.
    ///
    /// - Throws: what the decoder throws.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        generation = try container.decode(Int.self)
        let number = try container.decode(Int.self)
        home = number == 0 ? nil : number
        replicas = []
        while !container.isAtEnd { replicas.append(try container.decode(Int.self)) }
    }

    /// Encodes the array form.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(generation)
        try container.encode(home ?? 0)
        for replica in replicas { try container.encode(replica) }
    }
}
