import Glibc

extension Descriptor {
    /// Waits until there is something to read or to accept, or the peer is gone (poll(2)). For threads that have nothing
    /// else to do; an event loop asks ``Epoll``.
    public static func waitForInput(_ descriptor: CInt) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = uninterrupted { poll(&entry, 1, -1) }
    }

    /// Whether the peer of a connection has closed it, and has sent nothing before that is still to be read.
    public static func hasEnded(_ descriptor: CInt) -> Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, CInt(MSG_PEEK) | CInt(MSG_DONTWAIT))
        return count == 0 || count == -1 && errno != EAGAIN && errno != EINTR
    }
}

extension Threads {
    /// Lets others run for a while: for a thread that can do nothing about what went wrong but try again later.
    public static func pause(milliseconds: CInt) { _ = poll(nil, 0, milliseconds) }
}
