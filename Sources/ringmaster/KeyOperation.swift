import Client

/// One of the commands that are about one key.
enum KeyOperation: Equatable {
    case get(key: [UInt8])
    case create(key: [UInt8], value: [UInt8])
    case set(key: [UInt8], value: [UInt8])
    case update(key: [UInt8], value: [UInt8])
    case delete(key: [UInt8])

    /// The command's word.
    var verb: String {
        switch self {
        case .get: "get"
        case .create: "create"
        case .set: "set"
        case .update: "update"
        case .delete: "delete"
        }
    }

    /// What is said when it is done.
    var participle: String {
        switch self {
        case .get: "got"
        case .create: "created"
        case .set: "set"
        case .update: "updated"
        case .delete: "deleted"
        }
    }

    var key: [UInt8] {
        switch self {
        case .get(let key), .create(let key, _), .set(let key, _), .update(let key, _),
            .delete(let key):
            key
        }
    }

    /// Carries it out.
    ///
    /// - Returns: the value that was read; nil for a write.
    /// - Throws: a ``Failure`` with the outcome's exit code.
    func run(_ client: ClusterClient) async throws -> [UInt8]? {
        switch self {
        case .get(let key): return try await client.get(key).get()
        case .create(let key, let value): _ = try await client.create(key, value).get()
        case .set(let key, let value): _ = try await client.set(key, value).get()
        case .update(let key, let value): _ = try await client.update(key, value).get()
        case .delete(let key): _ = try await client.delete(key).get()
        }
        return nil
    }

    /// A failure of it that names the key, for a person.
    func naming(_ failure: Failure) -> Failure {
        Failure(failure.status, "\(verb) \(Shown.text(key)): \(failure.text)")
    }

    /// Reads a line's words; nil when they are no such command.
    init?(_ words: [[UInt8]]) {
        guard let verb = words.first.flatMap({ String(validating: $0, as: UTF8.self) }) else {
            return nil
        }
        switch (verb.lowercased(), words.count) {
        case ("get", 2): self = .get(key: words[1])
        case ("create", 3): self = .create(key: words[1], value: words[2])
        case ("set", 3): self = .set(key: words[1], value: words[2])
        case ("update", 3): self = .update(key: words[1], value: words[2])
        case ("delete", 2): self = .delete(key: words[1])
        default: return nil
        }
    }
}
