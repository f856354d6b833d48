import Bytes
import RESP

/// AUTH. Everybody is let in: there is one user, `default`, and no password.
extension NodeAnswers {
    /// `AUTH [username] password`.
    func auth(_ arguments: Arguments) -> NodeAnswer {
        switch arguments.count {
        case 2:
            .error(
                "ERR AUTH <password> called without any password configured for the default "
                    + "user. Are you sure your configuration is correct?")
        case 3: isDefaultUser(arguments[1]) ? .ok : wrongPassword
        default: .error("ERR syntax error")
        }
    }

    /// Whether it is the one user that there is, whom any password lets in, as in Redis.
    func isDefaultUser(_ name: UnsafeRawBufferPointer) -> Bool {
        name.elementsEqual("default".utf8)
    }

    var wrongPassword: NodeAnswer {
        .error("WRONGPASS invalid username-password pair or user is disabled.")
    }
}
