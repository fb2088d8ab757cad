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

extension ChildProcess {
    /// Begins to start `program` at the head of a process group of its own, with `descriptors` as its 0, 1, … and no others. It is
    /// killed when this process dies.
    ///
    /// - Throws: Why there is no process.
    public static func begin(
        _ program: OctetProgram, descriptors: [CInt]
    ) throws(SpawnError) -> StartingProcess {
        let path = OctetProgram.string(program.path)
        let directory = program.directory.flatMap(OctetProgram.string)
        let environment = program.environment.map(OctetProgram.string) + [nil]
        let arguments = [path, nil]
        defer { for string in environment + [path, directory] { free(string) } }
        var report: CInt = -1
        let outcome = environment.withUnsafeBufferPointer { environment in
            arguments.withUnsafeBufferPointer { arguments in
                descriptors.withUnsafeBufferPointer { numbers in
                    var request = CSyscalls_program(
                        path: path, arguments: arguments.baseAddress, environment: environment.baseAddress,
                        root: nil, directory: directory, descriptors: numbers.baseAddress,
                        descriptor_count: CInt(numbers.count), kept: nil, kept_count: 0, identity: nil,
                        limits: nil, limit_count: 0, umask: -1, leads_group: true, leads_session: false,
                        dies_with_parent: true, is_trial: false)
                    let pid = CSyscalls_begin(&request, &report)
                    return pid == -1 ? -errno : pid
                }
            }
        }
        return try started(outcome, report)
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
