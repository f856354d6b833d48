import Bytes
import RESP

/// Errors that name what the client sent, cut and escaped, in Redis's words.
public enum CommandErrors {
    /// Most bytes of a name, and of all arguments together, that an error repeats.
    public static let echoBytesMax = 128

    /// Writes that a command does not exist.
    ///
    /// - Parameters:
    ///   - arguments: the whole command.
    ///   - reply: gets the error.
    public static func unknownCommand(_ arguments: Arguments, reply: OutputBuffer) {
        reply.append("-ERR unknown command '")
        appendEscaped(arguments[0], atMost: echoBytesMax, to: reply)
        reply.append("', with args beginning with: ")
        var left = echoBytesMax
        var index = 1
        while index < arguments.count && left > 0 {
            reply.append("'")
            appendEscaped(arguments[index], atMost: left, to: reply)
            reply.append("' ")
            left -= min(arguments[index].count, left) + 3
            index += 1
        }
        reply.append("\r\n")
    }

    /// Writes that a command has no such subcommand.
    ///
    /// - Parameters:
    ///   - id: the command.
    ///   - subcommand: what the client sent.
    ///   - reply: gets the error.
    public static func unknownSubcommand(
        _ id: CommandID, _ subcommand: UnsafeRawBufferPointer, reply: OutputBuffer
    ) {
        reply.append("-ERR unknown subcommand '")
        appendEscaped(subcommand, atMost: echoBytesMax, to: reply)
        reply.append("'. Try ")
        reply.append(CommandTable.spec(id).name.uppercased())
        reply.append(" HELP.\r\n")
    }

    /// Writes that CONFIG SET knows no such setting.
    ///
    /// - Parameters:
    ///   - name: what the client sent.
    ///   - reply: gets the error.
    public static func unknownSetting(_ name: UnsafeRawBufferPointer, reply: OutputBuffer) {
        reply.append("-ERR Unknown option or number of arguments for CONFIG SET - '")
        appendEscaped(name, atMost: echoBytesMax, to: reply)
        reply.append("'\r\n")
    }

    /// Writes that a command has too few or too many arguments.
    ///
    /// - Parameters:
    ///   - id: the command.
    ///   - subcommand: the subcommand in lower case, when it is that which has them.
    ///   - reply: gets the error.
    public static func wrongArity(
        _ id: CommandID, subcommand: String? = nil, reply: OutputBuffer
    ) {
        reply.append("-ERR wrong number of arguments for '")
        reply.append(CommandTable.spec(id).name)
        if let subcommand { reply.append("|" + subcommand) }
        reply.append("' command\r\n")
    }
}
