import CSyscalls
import Glibc

/// A limit that the kernel puts on a process (setrlimit(2)).
public struct ResourceLimit: Equatable, Sendable {
    /// What is limited, by the names of limits.conf(5).
    public enum Resource: String, CaseIterable, Sendable {
        /// Octets of address space.
        case addressSpace = "as"
        /// Octets of a core file.
        case core
        /// Seconds of processor time.
        case cpu
        /// Octets of data.
        case data
        /// Octets of a file that it writes.
        case fileSize = "fsize"
        /// Octets of locked memory.
        case memlock
        /// Descriptors.
        case nofile
        /// Processes of its user.
        case nproc
        /// Octets of stack.
        case stack

        var number: CInt {
            let resource: __rlimit_resource =
                switch self {
                case .addressSpace: RLIMIT_AS
                case .core: RLIMIT_CORE
                case .cpu: RLIMIT_CPU
                case .data: RLIMIT_DATA
                case .fileSize: RLIMIT_FSIZE
                case .memlock: __RLIMIT_MEMLOCK
                case .nofile: RLIMIT_NOFILE
                case .nproc: __RLIMIT_NPROC
                case .stack: RLIMIT_STACK
                }
            return CInt(resource.rawValue)
        }
    }

    /// What is limited.
    public let resource: Resource
    /// The limit that counts; `UInt64.max` is none.
    public let soft: UInt64
    /// What the process may raise it to.
    public let hard: UInt64

    /// A limit made of its parts.
    public init(_ resource: Resource, soft: UInt64, hard: UInt64) {
        self.resource = resource
        self.soft = soft
        self.hard = hard
    }

    var c: CSyscalls_limit { CSyscalls_limit(resource: resource.number, soft: soft, hard: hard) }
}
