// How a log is written to whatever stands behind its descriptor, without ever waiting for a reader. A file takes what it is
// given. A pipe, a socket or a terminal that nobody reads does not, and a blocking write(2) would hold its writer until
// somebody does. O_NONBLOCK is no way out for a descriptor that was inherited: it is a flag of the open file description,
// which the shell, the service manager and other programs share. Who sets it breaks their writes; who relies on it waits as
// soon as one of them takes it back. So, in this order:
//
// - A pipe or a terminal is opened again through /proc/self/fd. The new description is ours alone, and does not block.
// - A pipe that may not be opened again (it is another user's, or there is no /proc) is written by splice(2) from a pipe of
//   our own: SPLICE_F_NONBLOCK is said with each call. poll(2) before write(2) would not do: with several writers, another
//   one may take the room in between.
// - A socket is sent to with MSG_DONTWAIT, which is said with each call too.
// - A terminal that may not be opened again is asked by poll(2) first. Whoever types Ctrl-S between the two calls holds one
//   write.

import CSyscalls
import Glibc

/// How a descriptor is written.
enum LogWay {
    /// A file, a device, or an open file description of our own that does not block.
    case plain
    case pipe, socket, terminal

    /// - Parameter isOwn: Whether it is an open file description of our own that does not block.
    init(_ number: CInt, isOwn: Bool) {
        var status = stat()
        guard !isOwn, fstat(number, &status) == 0 else {
            self = .plain
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFIFO: self = .pipe
        case S_IFSOCK: self = .socket
        case S_IFCHR where isatty(number) == 1: self = .terminal
        default: self = .plain
        }
    }

    /// Whether a descriptor is one of a pipe.
    static func isPipe(_ number: CInt) -> Bool {
        var status = stat()
        return fstat(number, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }

    /// Writes what is taken at once.
    func write(_ number: CInt, _ bytes: UnsafeBufferPointer<UInt8>) -> SendOutcome {
        let count = uninterrupted {
            switch self {
            case .plain: Glibc.write(number, bytes.baseAddress, bytes.count)
            case .pipe: CSyscalls_write_pipe(number, bytes.baseAddress, bytes.count)
            case .socket:
                Glibc.send(number, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL))
            case .terminal: Self.ask(number, bytes)
            }
        }
        if count > 0 { return .bytes(count) }
        return count == 0 || errno == EAGAIN ? .wouldBlock : .failed(errno)
    }

    private static func ask(_ number: CInt, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var entry = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        // The line discipline says that there is room when 256 bytes have it.
        guard poll(&entry, 1, 0) > 0 else { return 0 }
        return Glibc.write(number, bytes.baseAddress, min(bytes.count, 256))
    }

    /// Waits until a descriptor may have room.
    static func awaitRoom(_ number: CInt, milliseconds: CInt) {
        var entry = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        _ = poll(&entry, 1, milliseconds)
    }
}
