import Octets
import Syscalls

/// What gives paths a meaning: a folder of scripts or files in front of an application.
protocol Site: AnyObject {
    /// Decides what `path`, decoded and normalized, means; for a script appends its pairs to `environ`.
    func resolve(_ path: UnsafeBufferPointer<UInt8>, into environ: inout ByteBuffer) -> Destination
}

/// The site of an application, as it is decided before the workers are forked.
enum SitePlan: Equatable, Sendable {
    /// A folder of PHP scripts and files.
    case php(String)
    /// A folder of CGI scripts.
    case scripts(String)
    /// One CGI script for all paths.
    case script(String, root: String)

    /// DOCUMENT_ROOT.
    var root: String {
        switch self {
        case .php(let root), .scripts(let root), .script(_, let root): root
        }
    }

    /// The site itself, opened by the worker with the rights that it has.
    func open() throws(SyscallError) -> any Site {
        switch self {
        case .php(let root): try PHPSite(root)
        case .scripts(let root): try CGISite(root)
        case .script(let script, let root): SingleScriptSite(script, root: root)
        }
    }
}
