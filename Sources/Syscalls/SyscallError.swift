// Every system call of the project passes through here: one policy for errno. An interruption is retried, waiting
// is a result, and everything else is an error that remembers which call it was.

import Glibc

/// A system call that failed.
public struct SyscallError: Error, Equatable, CustomStringConvertible {
    /// The call's name.
    public let call: String
    /// errno.
    public let code: CInt

    /// An error made of its parts.
    public init(call: String, code: CInt) {
        self.call = call
        self.code = code
    }

    /// A file would take more than it may.
    public static func quotaExceeded(_ call: String) -> SyscallError {
        SyscallError(call: call, code: EDQUOT)
    }
    /// Data that should be there is not.
    public static func inputOutput(_ call: String) -> SyscallError { SyscallError(call: call, code: EIO) }

    /// The system's words for the error.
    public var reason: String { String(cString: strerror(code)) }
    /// `bind: Address already in use`
    public var description: String { "\(call): \(reason)" }

    /// Whether the file or program does not exist.
    public var isNotFound: Bool { code == ENOENT || code == ENOTDIR }
    /// Whether the process may not do that at all.
    public var isNotPermitted: Bool { code == EPERM }
    /// Whether the same call may succeed later.
    public var isTryAgain: Bool { code == EAGAIN }
    /// Whether nobody listens there.
    public var isRefused: Bool { code == ECONNREFUSED }
    /// Whether another socket has the address.
    public var isAddressInUse: Bool { code == EADDRINUSE }
    /// Whether this machine does not have the address.
    public var isAddressUnavailable: Bool { code == EADDRNOTAVAIL }
    /// Whether this machine has no addresses of the family at all.
    public var isFamilyUnavailable: Bool { code == EAFNOSUPPORT }
    /// Whether the process or the system has no descriptor left.
    public var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
    /// Whether a file system has no room left.
    public var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }
}

/// What a call on a non-blocking descriptor came to.
public enum Progress<Value> {
    /// It is done.
    case done(Value)
    /// It would have to wait.
    case wouldBlock
}

extension Progress: Sendable where Value: Sendable {}

/// Makes a call again until no signal interrupts it (signal(7)).
@inline(__always)
func uninterrupted<Value: FixedWidthInteger>(_ body: () -> Value) -> Value {
    while true {
        let value = body()
        if value != -1 || errno != EINTR { return value }
    }
}

@inline(__always)
func syscall<Value: FixedWidthInteger>(
    _ call: @autoclosure () -> String, _ body: () -> Value
) throws(SyscallError) -> Progress<Value> {
    let value = uninterrupted(body)
    if value != -1 { return .done(value) }
    let code = errno
    guard code == EAGAIN else { throw SyscallError(call: call(), code: code) }
    return .wouldBlock
}

/// For calls that never wait: EAGAIN is an error like any other.
@inline(__always)
@discardableResult
func require<Value: FixedWidthInteger>(
    _ call: @autoclosure () -> String, _ body: () -> Value
) throws(SyscallError) -> Value {
    guard case .done(let value) = try syscall(call(), body) else {
        throw SyscallError(call: call(), code: EAGAIN)
    }
    return value
}
