import Octets
import Syscalls

/// What gives paths a meaning: a folder of scripts or files in front of an application.
package protocol Site: AnyObject {
    /// Decides what a path means; for a script, appends its pairs to `environ`.
    ///
    /// - Parameters:
    ///   - path: Decoded and normalized; without what stands before the folder's own part of it.
    ///   - mount: What stood before it: SCRIPT_NAME begins with it.
    ///   - rules: How the route answers with files.
    func resolve(
        _ path: UnsafeBufferPointer<UInt8>, mount: UnsafeBufferPointer<UInt8>, rules: FileRules,
        into environ: inout ByteBuffer
    ) -> Destination
}

/// The site of an application, as it is decided before the workers are forked.
package enum SitePlan: Equatable, Sendable {
    /// A folder of PHP scripts and files, and what the interpreter calls it, where that is not the same.
    case php(String, told: String?)
    /// A folder of CGI scripts.
    case scripts(String)
    /// One CGI script for all paths.
    case script(String, root: String)

    /// The site itself, opened by the worker with the rights that it has.
    ///
    /// - Parameters:
    ///   - links: By which a front controller is looked for.
    ///   - refusals: Where is said what is not given away.
    package func open(links: FollowedLinks, refusals: RefusalLog) throws(SyscallError) -> any Site {
        switch self {
        case .php(let root, let told): try PHPSite(root, told: told, links: links, refusals: refusals)
        case .scripts(let root): try CGISite(root, refusals: refusals)
        case .script(let script, let root): SingleScriptSite(script, root: root)
        }
    }
}
