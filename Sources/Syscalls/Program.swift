import CSyscalls
import Glibc

/// A program to be started in a process of its own.
public struct Program: Sendable {
    /// The file, found already: no search happens at exec.
    public var path: String
    /// argv, the program's name first.
    public var arguments: [String]
    /// `NAME=value` for each variable; `nil` for the environment of this process, octet by octet.
    public var environment: [String]?
    /// The folder that becomes `/` for it (chroot(2)), while the process still has the rights to do that; it is the working
    /// folder then.
    public var root: String?
    /// The folder to run in; `nil` stays. It is entered with the rights of ``identity``.
    public var directory: String?
    /// Who runs it; `nil` for the same user as now.
    public var identity: UserIdentity?
    /// The permissions that files it creates do not get, 0 to 0o777; `nil` for the same as now.
    public var umask: UInt32?
    /// Resource limits that it gets; all others are inherited.
    public var limits: [ResourceLimit] = []
    /// Descriptors that it finds open under the numbers that they have here, each above those of `spawn`.
    public var keptDescriptors: [CInt] = []
    /// Whether it leads a process group of its own.
    public var leadsGroup = true
    /// Whether it leads a session of its own, and so a group that it cannot leave, without a terminal.
    public var leadsSession = false
    /// Whether it is killed when its parent dies.
    public var diesWithParent = true

    /// A program made of its parts.
    public init(
        path: String, arguments: [String], environment: [String]?, directory: String? = nil,
        identity: UserIdentity? = nil, umask: UInt32? = nil
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.identity = identity
        self.umask = umask
    }
}

extension SystemProcess {
    /// Makes this process run another program, with the same pid: execve(2). Only ``Program/path``, its arguments, its
    /// environment and ``Program/keptDescriptors`` count.
    ///
    /// - Returns: Why that failed; otherwise it does not return.
    public static func execute(_ program: Program) -> SyscallError {
        for number in program.keptDescriptors { try? Descriptor.setCloseOnExec(number, false) }
        let code = program.withRequest([]) { request in
            execve(
                request.pointee.path, request.pointee.arguments,
                request.pointee.environment ?? UnsafePointer(environ))
            return errno
        }
        for number in program.keptDescriptors { try? Descriptor.setCloseOnExec(number, true) }
        return SyscallError(call: "exec \(program.path)", code: code)
    }
}

extension Program {
    /// Everything that the new process needs, in C's terms: it must not allocate before exec.
    func withRequest(
        _ descriptors: [CInt], isTrial: Bool = false, _ body: (UnsafePointer<CSyscalls_program>) -> pid_t
    ) -> pid_t {
        withOptionalCString(directory) { directory in
            withOptionalCString(root) { root in
                withCStrings([path] + arguments) { strings in
                    withOptionalCStrings(environment) { environment in
                        keptDescriptors.withUnsafeBufferPointer { kept in
                            descriptors.withUnsafeBufferPointer { numbers in
                                withOptionalIdentity(identity) { identity in
                                    limits.map(\.c).withUnsafeBufferPointer { limits in
                                        var request = CSyscalls_program(
                                            path: strings[0], arguments: strings + 1,
                                            environment: environment,
                                            root: root, directory: directory,
                                            descriptors: numbers.baseAddress,
                                            descriptor_count: CInt(numbers.count), kept: kept.baseAddress,
                                            kept_count: CInt(kept.count), identity: identity,
                                            limits: limits.baseAddress, limit_count: CInt(limits.count),
                                            umask: umask.map { CInt($0 & 0o777) } ?? -1,
                                            leads_group: leadsGroup,
                                            leads_session: leadsSession, dies_with_parent: diesWithParent,
                                            is_trial: isTrial)
                                        return body(&request)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

private func withOptionalCStrings<Result>(
    _ strings: [String]?, _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) -> Result
) -> Result {
    guard let strings else { return body(nil) }
    return withCStrings(strings, body)
}

private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers)
}

private func withOptionalCString<Result>(
    _ string: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
    guard let string else { return body(nil) }
    return string.withCString(body)
}

private func withOptionalIdentity<Result>(
    _ identity: UserIdentity?, _ body: (UnsafePointer<CSyscalls_identity>?) -> Result
) -> Result {
    guard let identity else { return body(nil) }
    return identity.withC(body)
}
