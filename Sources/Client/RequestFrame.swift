import NIOCore

/// Requests as bytes: a RESP array of bulk strings.
enum RequestFrame {
    static func encode(_ words: [[UInt8]]) -> ByteBuffer {
        let size = words.reduce(16) { $0 + $1.count + 24 }
        var frame = ByteBufferAllocator().buffer(capacity: size)
        frame.writeString("*\(words.count)\r\n")
        for word in words {
            frame.writeString("$\(word.count)\r\n")
            frame.writeBytes(word)
            frame.writeStaticString("\r\n")
        }
        return frame
    }
}
