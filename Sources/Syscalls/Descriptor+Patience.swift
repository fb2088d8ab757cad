import Glibc

extension Descriptor {
    /// Opens what a pipe's or a terminal's descriptor leads to once more, for writing without ever waiting. The descriptor
    /// itself stays as it is, because others may share it.
    ///
    /// - Returns: `nil` where there is no need (a file), or no way.
    public static func openAgainWithoutBlocking(_ descriptor: CInt) -> OwnedDescriptor? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFIFO || kind == S_IFCHR else { return nil }
        let number = open("/proc/self/fd/\(descriptor)", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        return number == -1 ? nil : OwnedDescriptor(adopting: number)
    }

    /// Writes what is taken at once. Where the descriptor blocks and is not ours alone, it is asked first whether there is
    /// room: a pipe that has some takes 4096 octets, unless somebody else is quicker.
    public static func writeNow(_ descriptor: CInt, _ bytes: UnsafeBufferPointer<UInt8>) -> SendOutcome {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&entry, 1, 0) > 0 else { return .wouldBlock }
        let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL))
        if count >= 0 { return .bytes(count) }
        switch errno {
        case ENOTSOCK: return write(descriptor, bytes)
        case EAGAIN, EINTR: return .wouldBlock
        case let code: return .failed(code)
        }
    }

    /// Whether both directions of a connection are over: the peer has closed it, or it is broken. One that has only ended
    /// its sending does not count, and on TCP one that has closed cannot be told from that.
    public static func isHungUp(_ descriptor: CInt) -> Bool {
        var entry = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&entry, 1, 0) > 0
    }
}
