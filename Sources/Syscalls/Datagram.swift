import Glibc

/// Single messages to a unix socket.
public enum Datagram {
    /// Sends one message, without ever waiting.
    ///
    /// - Returns: Whether the receiver has it; one that is full or gone is the caller's to ignore.
    @discardableResult
    public static func send(to address: SocketAddress, _ bytes: [UInt8]) -> Bool {
        let type = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        let number = socket(address.family, type, 0)
        guard number >= 0 else { return false }
        let socket = OwnedDescriptor(adopting: number)
        return address.withPointer { target, length in
            sendto(socket.number, bytes, bytes.count, CInt(MSG_NOSIGNAL), target, length) == bytes.count
        }
    }
}
