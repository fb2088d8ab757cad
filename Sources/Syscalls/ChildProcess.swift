import CSyscalls
import Glibc

/// How a process ended.
public enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
    /// It called exit with this code.
    case exited(Int)
    /// A signal killed it.
    case signalled(Int)

    init(_ status: CInt) {
        self =
            CSyscalls_exited(status)
            ? .exited(Int(CSyscalls_exit_code(status))) : .signalled(Int(CSyscalls_term_signal(status)))
    }

    /// `exited with code 3`, `was killed by signal 9`
    public var description: String {
        switch self {
        case .exited(let code): "exited with code \(code)"
        case .signalled(let number):
            "was killed by signal \(number) (\(String(cString: strsignal(CInt(number)))))"
        }
    }
}

/// A program to be started as an application process.
public struct Program: Sendable {
    /// The file, found already: no search happens at exec.
    public var path: String
    /// argv, the program's name first.
    public var arguments: [String]
    /// `NAME=value` for each variable.
    public var environment: [String]
    /// The folder to run in; `nil` stays.
    public var directory: String?

    /// A program made of its parts.
    public init(path: String, arguments: [String], environment: [String], directory: String? = nil) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
    }
}

/// Processes that this one starts and reaps.
public enum ChildProcess {
    /// fork(2) for a process that goes on in this program: a worker.
    ///
    /// The caller has one thread. The child has default signal actions.
    /// - Parameter diesWithParent: Whether it is killed when its parent dies.
    /// - Returns: The child's pid; 0 in the child.
    public static func fork(diesWithParent: Bool) throws(SyscallError) -> pid_t {
        let parent = getpid()
        let pid = try require("fork") { Glibc.fork() }
        if pid == 0 {
            CSyscalls_reset_signals()
            if diesWithParent, !CSyscalls_die_with_parent(parent, SIGKILL) { _exit(0) }
        }
        return pid
    }

    /// Starts `program` in a process group of its own, with `descriptors` as its 0, 1, … and no others.
    ///
    /// - Throws: The error of the step that failed, exec included; no process is left then.
    public static func spawn(_ program: Program, descriptors: [CInt]) throws(SyscallError) -> pid_t {
        let pid = program.path.withCString { path in
            withCStrings(program.arguments) { arguments in
                withCStrings(program.environment) { environment in
                    withOptionalCString(program.directory) { directory in
                        descriptors.withUnsafeBufferPointer { numbers in
                            var request = CSyscalls_program(
                                path: path, arguments: arguments, environment: environment,
                                directory: directory,
                                descriptors: numbers.baseAddress, descriptor_count: CInt(numbers.count))
                            return CSyscalls_spawn(&request)
                        }
                    }
                }
            }
        }
        guard pid > 0 else { throw SyscallError(call: "exec \(program.path)", code: errno) }
        return pid
    }

    /// A process that ended and was not reaped yet.
    public static func reap() -> (pid: pid_t, status: ExitStatus)? {
        var status: CInt = 0
        let pid = waitpid(-1, &status, WNOHANG)
        return pid > 0 ? (pid, ExitStatus(status)) : nil
    }

    /// Waits for the end of one process.
    public static func wait(_ pid: pid_t) {
        while waitpid(pid, nil, 0) == -1, errno == EINTR {}
    }

    /// Sends a signal to one process.
    public static func signal(_ pid: pid_t, _ signal: Signal) { _ = Glibc.kill(pid, signal.rawValue) }

    /// Sends a signal to a process group.
    public static func signalGroup(_ group: pid_t, _ signal: Signal) {
        // Group 0 and 1 would be ourselves and everybody.
        guard group > 1 else { return }
        _ = Glibc.kill(-group, signal.rawValue)
    }
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
