import Glibc

/// Asks whether something listens on a port, by knocking.
enum PortProbe {
    /// Whether a connection to the port is accepted; the host is an IPv4 or IPv6 address.
    ///
    /// A free port of this machine refuses at once; nothing is sent to one that is taken.
    static func isTaken(host: String, port: Int) -> Bool {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(connectable(host), "\(port)", &hints, &list) == 0, let list else {
            return false
        }
        defer { freeaddrinfo(list) }
        let descriptor = socket(
            list.pointee.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if descriptor < 0 { return false }
        defer { close(descriptor) }
        return connect(descriptor, list.pointee.ai_addr, list.pointee.ai_addrlen) == 0
    }

    /// Where a listener on all addresses is reached from this machine.
    private static func connectable(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: host
        }
    }
}
