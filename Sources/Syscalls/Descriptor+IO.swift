import CSyscalls
import Glibc

/// What a receive came to.
public enum ReceiveOutcome: Equatable, Sendable {
    /// So many bytes, at least one.
    case bytes(Int)
    /// The peer sends no more.
    case end
    /// Nothing waits.
    case wouldBlock
    /// The connection is broken.
    case failed(CInt)
}

/// What a send came to.
public enum SendOutcome: Equatable, Sendable {
    /// So many bytes, perhaps fewer than given.
    case bytes(Int)
    /// The peer takes no more for now.
    case wouldBlock
    /// The connection is broken.
    case failed(CInt)
}

/// Reading and writing by number, for whoever holds the owner. These do not throw: on a connection a failure is an
/// outcome like any other, and the path that every byte takes has no place for an error object.
public enum Descriptor {
    /// read(2).
    @inline(__always)
    public static func receive(
        _ descriptor: CInt, into memory: UnsafeMutableBufferPointer<UInt8>
    ) -> ReceiveOutcome {
        let count = uninterrupted { recv(descriptor, memory.baseAddress, memory.count, 0) }
        if count > 0 { return .bytes(count) }
        if count == 0 { return .end }
        return errno == EAGAIN ? .wouldBlock : .failed(errno)
    }

    /// send(2) without SIGPIPE.
    @inline(__always)
    public static func send(_ descriptor: CInt, _ bytes: UnsafeBufferPointer<UInt8>) -> SendOutcome {
        let count = uninterrupted {
            Glibc.send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
        }
        if count >= 0 { return .bytes(count) }
        return errno == EAGAIN ? .wouldBlock : .failed(errno)
    }

    /// sendfile(2): at most `count` bytes of `file` from `offset`.
    public static func sendFile(
        _ descriptor: CInt, file: CInt, offset: Int, count: Int
    ) -> SendOutcome {
        var position = off_t(offset)
        let sent = uninterrupted { sendfile(descriptor, file, &position, min(count, 1 << 20)) }
        if sent > 0 { return .bytes(sent) }
        // A file that became shorter after its length was announced cannot be sent as promised.
        if sent == 0 { return .failed(EIO) }
        return errno == EAGAIN ? .wouldBlock : .failed(errno)
    }

    /// Closes everything above the standard descriptors but one, whoever owns it: for a process that was forked and needs
    /// nothing else.
    public static func closeAll(except kept: CInt) { CSyscalls_close_all_but(kept) }

    /// Whether the peer has closed, or sent what nobody waits for: a look without taking anything.
    public static func hasUnexpectedInput(_ descriptor: CInt) -> Bool {
        var byte: UInt8 = 0
        let flags = CInt(MSG_PEEK) | CInt(MSG_DONTWAIT)
        let count = recv(descriptor, &byte, 1, flags)
        return count >= 0 || errno != EAGAIN
    }

    /// write(2) of all bytes to a file, pipe or terminal.
    ///
    /// - Returns: Whether all of them were written; logs have nobody to tell when they were not.
    @discardableResult
    public static func writeAll(_ descriptor: CInt, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var rest = bytes
        while rest.count > 0 {
            let count = uninterrupted { Glibc.write(descriptor, rest.baseAddress, rest.count) }
            if count == -1 { return false }
            rest = UnsafeBufferPointer(rebasing: rest[count...])
        }
        return true
    }

    /// write(2) of as many bytes as can be written to a file, pipe or terminal.
    ///
    /// - Returns: How many were written, and what kept the rest from it.
    public static func writeMost(
        _ descriptor: CInt, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> (count: Int, error: SyscallError?) {
        var written = 0
        while written < bytes.count {
            let count = uninterrupted {
                Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            }
            if count == -1 { return (written, SyscallError(call: "write", code: errno)) }
            written += count
        }
        return (written, nil)
    }

    /// read(2) of a pipe or file.
    public static func read(
        _ descriptor: CInt, into memory: UnsafeMutableBufferPointer<UInt8>
    ) -> ReceiveOutcome {
        let count = uninterrupted { Glibc.read(descriptor, memory.baseAddress, memory.count) }
        if count > 0 { return .bytes(count) }
        if count == 0 { return .end }
        return errno == EAGAIN ? .wouldBlock : .failed(errno)
    }

    /// write(2) to a pipe that does not block. The process ignores SIGPIPE.
    public static func write(_ descriptor: CInt, _ bytes: UnsafeBufferPointer<UInt8>) -> SendOutcome {
        let count = uninterrupted { Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
        if count >= 0 { return .bytes(count) }
        return errno == EAGAIN ? .wouldBlock : .failed(errno)
    }

    /// Bytes that wait in a pipe; 0 also where that cannot be told.
    public static func unread(_ descriptor: CInt) -> Int { max(0, Int(CSyscalls_unread(descriptor))) }

    /// Closes a number that a fork left in this process and whose owner lives in the parent only. The owner's copy here
    /// must never be released.
    public static func closeInherited(_ descriptor: CInt) { _ = close(descriptor) }

    /// Whether a number is that of an open descriptor.
    public static func isOpen(_ descriptor: CInt) -> Bool { fcntl(descriptor, F_GETFD) != -1 }

    /// Decides whether a descriptor is closed when this process runs another program.
    public static func setCloseOnExec(_ descriptor: CInt, _ closes: Bool) throws(SyscallError) {
        try require("fcntl") { fcntl(descriptor, F_SETFD, closes ? FD_CLOEXEC : 0) }
    }

    /// Bytes that were sent and that the peer's side has not taken: not read, of a unix stream, or not acknowledged, of
    /// TCP; 0 also where that cannot be told.
    public static func unreadByPeer(_ descriptor: CInt) -> Int {
        max(0, Int(CSyscalls_unread_by_peer(descriptor)))
    }

    /// Makes close(2) reset the connection, so that the peer cannot take its end for the end of the data.
    public static func resetOnClose(_ descriptor: CInt) {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Shuts the receiving side down: what the peer of a unix socket still sends fails (EPIPE), and its close shows as a hang-up.
    public static func shutdownReceiving(_ descriptor: CInt) { _ = shutdown(descriptor, CInt(SHUT_RD)) }

    /// Shuts the sending side down: the peer sees the end, and what it still sends can be read.
    public static func shutdownSending(_ descriptor: CInt) { _ = shutdown(descriptor, CInt(SHUT_WR)) }
}
