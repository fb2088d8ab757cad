import CSyscalls
import Glibc

/// A program whose path and environment come from a request: octets, which need not be UTF-8.
public struct OctetProgram: Sendable {
    /// The file; also its only argument. No search happens at exec.
    public var path: [UInt8]
    /// `NAME=value` for each variable.
    public var environment: [[UInt8]]
    /// The folder to run in; `nil` stays.
    public var directory: [UInt8]?

    /// A program made of its parts. No octet of them is a NUL: what follows one would be lost.
    public init(path: [UInt8], environment: [[UInt8]], directory: [UInt8]?) {
        self.path = path
        self.environment = environment
        self.directory = directory
    }

    /// The octets of a text that the system will read as a C string.
    fileprivate static func string(_ octets: [UInt8]) -> UnsafeMutablePointer<CChar>? {
        octets.withUnsafeBytes { bytes in
            bytes.isEmpty
                ? strdup("") : strndup(bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
    }
}

extension OctetProgram {
    /// The program in C's terms.
    fileprivate func withRequest(
        _ descriptors: [CInt], _ body: (UnsafePointer<CSyscalls_program>) -> pid_t
    ) -> pid_t {
        let path = Self.string(path)
        let directory = directory.flatMap(Self.string)
        let environment = environment.map(Self.string) + [nil]
        let arguments = [path, nil]
        defer { for string in environment + [path, directory] { free(string) } }
        return environment.withUnsafeBufferPointer { environment in
            arguments.withUnsafeBufferPointer { arguments in
                descriptors.withUnsafeBufferPointer { numbers in
                    var request = CSyscalls_program(
                        path: path, arguments: arguments.baseAddress, environment: environment.baseAddress,
                        root: nil, directory: directory, descriptors: numbers.baseAddress,
                        descriptor_count: CInt(numbers.count), kept: nil, kept_count: 0, identity: nil,
                        limits: nil, limit_count: 0, umask: -1, leads_group: true, leads_session: false,
                        dies_with_parent: true, is_trial: false)
                    return body(&request)
                }
            }
        }
    }
}

extension ChildProcess {
    /// Begins to start `program` at the head of a process group of its own, with `descriptors` as its 0, 1, … and no others. It is
    /// killed when this process dies.
    ///
    /// - Throws: Why there is no process.
    public static func begin(
        _ program: OctetProgram, descriptors: [CInt]
    ) throws(SpawnError) -> StartingProcess {
        var report: CInt = -1
        let outcome = program.withRequest(descriptors) { request in
            let pid = CSyscalls_begin(request, &report)
            return pid == -1 ? -errno : pid
        }
        return try started(outcome, report)
    }

    /// The same for a program that the new process looks for itself: what it looks at may hold it, and nobody else.
    ///
    /// The caller has one thread.
    /// - Parameters:
    ///   - held: A descriptor that `find` uses; -1 for none. No other ones are open in there but `descriptors`.
    ///   - find: Runs in the new process, with a copy of this one's memory. Its word is told by ``StartingProcess/progress(_:)``;
    ///     without a program, the process ends.
    /// - Throws: Why there is no process.
    public static func begin(
        descriptors: [CInt], held: CInt, find: () -> (word: StartWord, program: OctetProgram?)
    ) throws(SpawnError) -> StartingProcess {
        var report: CInt = -1
        let nothing = OctetProgram(path: [], environment: [], directory: nil)
        let outcome = nothing.withRequest(descriptors) { request in
            let pid = CSyscalls_begin_undecided(request, held, &report)
            return pid == -1 ? -errno : pid
        }
        guard outcome == 0 else { return try started(outcome, report) }
        let (word, program) = find()
        CSyscalls_say(report, word.code, word.detail)
        // Nothing of the other process's is to be written or undone here.
        guard let program else { _exit(0) }
        _ = program.withRequest([]) { request in CSyscalls_finish(request, report) }
        _exit(127)
    }
}

extension SyscallError {
    /// Whether the system or a limit has no room for another process, now.
    public var isOutOfProcesses: Bool { code == EAGAIN || code == ENOMEM }
}

extension SystemProcess {
    /// Makes this process the head of a process group of its own.
    public static func leadGroup() { _ = setpgid(0, 0) }
}
