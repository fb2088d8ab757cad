// Why a program does not run. The new process says so itself, with the rights that it has by then: what it cannot enter
// or execute is named, and not what merely stands in the call that failed.

import CSyscalls
import Glibc

/// A program that could not be started, and where that was found out.
public struct SpawnError: Error, Equatable {
    /// What a start consists of, in this order.
    public enum Step: Sendable {
        /// The process could not be made, or not be given its descriptors.
        case fork
        /// ``Program/root``
        case root
        /// ``Program/identity``
        case identity
        /// ``Program/directory``
        case directory
        /// ``Program/path``
        case exec

        init(_ step: CSyscalls_step) {
            switch step {
            case CSYSCALLS_ROOT: self = .root
            case CSYSCALLS_IDENTITY: self = .identity
            case CSYSCALLS_DIRECTORY: self = .directory
            case CSYSCALLS_EXEC: self = .exec
            default: self = .fork
            }
        }
    }

    /// The step that failed.
    public let step: Step
    /// errno.
    public let code: CInt
    /// So many bytes of the path of the step lead to a folder that may not be entered; 0 where none is to blame.
    let reach: Int
    /// Whether the program itself may be run, and what its first line names may not.
    public let namesInterpreter: Bool

    /// An error made of its parts.
    public init(step: Step, code: CInt, reach: Int = 0, namesInterpreter: Bool = false) {
        self.step = step
        self.code = code
        self.reach = reach
        self.namesInterpreter = namesInterpreter
    }

    init(_ failure: CSyscalls_failure) {
        let step = CSyscalls_step(rawValue: UInt32(truncatingIfNeeded: failure.step))
        self.init(
            step: Step(step), code: failure.code, reach: Int(failure.reach),
            namesInterpreter: failure.names_interpreter)
    }

    /// The program did not run in time: a process that stands still, a lease on the file, a file system.
    public static let late = SpawnError(step: .exec, code: ETIMEDOUT)
    /// Whether a folder on the way, or an interpreter, is to blame.
    public var hasCulprit: Bool { reach > 0 || namesInterpreter }

    /// The system's words for the error.
    public var reason: String { String(cString: strerror(code)) }
    /// Whether the file or program does not exist.
    public var isNotFound: Bool { code == ENOENT || code == ENOTDIR }
    /// Whether the process may not do that at all.
    public var isNotPermitted: Bool { code == EPERM }
    /// Whether the system or a limit has no room for another process or descriptor, now.
    public var isShortage: Bool {
        step == .fork && [EAGAIN, ENOMEM, EMFILE, ENFILE].contains(code)
    }
}

extension SpawnError {
    /// What keeps a program from running that is there.
    public static var lateReason: String {
        "somebody has stopped the process, a lease holds the file, or its file system does not answer"
    }

    /// What is wrong, with the folder or file that is, and the user for whom it is.
    ///
    /// - Parameters:
    ///   - path: ``Program/path``
    ///   - directory: ``Program/directory``
    ///   - root: ``Program/root``
    ///   - user: Who was to run it; `nil` for the present user.
    public func explanation(
        path: String, directory: String? = nil, root: String? = nil, user: String? = nil
    ) -> String {
        let who = "user \(user ?? String(SystemProcess.effectiveUser))"
        func folder(_ path: String) -> String {
            String(decoding: path.utf8.prefix(reach), as: UTF8.self)
        }
        switch step {
        case .fork: return "fork: \(reason)"
        case .root: return "chroot to '\(root ?? "")': \(reason)"
        case .identity: return "become \(who): \(reason)"
        case .directory:
            let directory = directory ?? ""
            if reach > 0, folder(directory) != directory {
                return
                    "\(who) may not enter the folder '\(folder(directory))', and so not '\(directory)': \(reason)"
            }
            if code == EACCES { return "\(who) may not enter the folder '\(directory)': \(reason)" }
            return "cannot enter the folder '\(directory)': \(reason)"
        case .exec:
            if self == .late {
                return "'\(path)' did not begin to run in time, KILL is sent: \(SpawnError.lateReason)"
            }
            if reach > 0 {
                return
                    "\(who) may not enter the folder '\(folder(path))', and so not run '\(path)': \(reason)"
            }
            if namesInterpreter {
                return code == ENOENT
                    ? "cannot run '\(path)': the interpreter that its first line names is not there: \(reason)"
                    : "\(who) may not run the interpreter that the first line of '\(path)' names, or no program of its file system: \(reason)"
            }
            if code == EACCES { return "\(who) may not run '\(path)': \(reason)" }
            return "exec \(path): \(reason)"
        }
    }

    /// The same for one of the gateway's programs.
    public func explanation(of program: Program) -> String {
        explanation(
            path: program.path, directory: program.directory, root: program.root,
            user: program.identity?.name)
    }
}
