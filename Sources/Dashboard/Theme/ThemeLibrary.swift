import Glibc
import Terminal

/// Finds themes: by file, in the user's folder, and among those built into the program.
enum ThemeLibrary {
    /// The themes that the program carries, with their files; a test compares it with the folder.
    static var shipped: [(name: String, bytes: [UInt8])] {
        [("default", PackageResources.default_theme)]
    }

    /// What was found.
    struct Found: Sendable {
        var theme: Theme
        var warnings: [ThemeWarning]
    }

    /// Loads a theme: the name or file that was asked for, else what `RINGMASTER_THEME` says, else
    /// `default`; a name means the user's folder first and then the shipped themes.
    ///
    /// - Throws: `AccessFailure` when there is none of that name, or its file cannot be read.
    static func load(_ asked: String?) throws(AccessFailure) -> Found {
        let wanted =
            asked ?? Environment.value("RINGMASTER_THEME").flatMap { $0.isEmpty ? nil : $0 }
        let name = wanted ?? "default"
        if name.utf8.contains(UInt8(ascii: "/")) || name.hasSuffix(".theme") {
            return parse(try read(name), file: name)
        }
        if let folder = userFolder {
            let path = "\(folder)/\(name).theme"
            if access(path, F_OK) == 0 { return parse(try read(path), file: path) }
        }
        if let found = shipped.first(where: { $0.name == name }) {
            return parse(found.bytes, file: "\(name).theme")
        }
        throw AccessFailure(
            "there is no theme '\(ForeignText.shown(name))'; there are "
                + shipped.map(\.name).joined(separator: ", "))
    }

    private static func parse(_ bytes: [UInt8], file: String) -> Found {
        let (theme, warnings) = ThemeParser.parse(bytes, file: file)
        return Found(theme: theme, warnings: warnings)
    }

    /// `ringmaster/themes` in the user's configuration folder.
    private static var userFolder: String? {
        if let folder = Environment.value("XDG_CONFIG_HOME"), folder.hasPrefix("/") {
            return folder + "/ringmaster/themes"
        }
        return Environment.value("HOME").map { $0 + "/.config/ringmaster/themes" }
    }

    private static func read(_ path: String) throws(AccessFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw AccessFailure(
                "the theme '\(ForeignText.shown(path))' cannot be read: "
                    + String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= SectionedText.bytesMax {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw AccessFailure(
                    "the theme '\(ForeignText.shown(path))' cannot be read: "
                        + String(cString: strerror(errno)))
            }
            if count == 0 { return bytes }
            bytes += chunk.prefix(count)
        }
        throw AccessFailure("the theme '\(ForeignText.shown(path))' is larger than a theme can be")
    }
}
