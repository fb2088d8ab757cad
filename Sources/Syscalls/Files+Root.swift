// Paths of another file system tree. A folder that somebody else may write to can hold links, and a link that
// begins with a slash leads out of it, unless the folder is the root while the path is walked.

import Glibc

extension Files {
    /// Makes paths begin in `root`, as they do for a process after chroot(2), while `body` runs. They are
    /// relative to it, too.
    ///
    /// Only root may do it, and only in a process of one thread: the root is the process's.
    /// - Parameter root: `nil` changes nothing.
    /// - Throws: The errors of `body`; one of `chroot` where `root` cannot be entered.
    public static func inRoot<Value>(
        _ root: String?, _ body: () throws(SyscallError) -> Value
    ) throws(SyscallError) -> Value {
        guard let root else { return try body() }
        let oldRoot = try openDirectory("/")
        let oldFolder = try openDirectory(".")
        try SystemProcess.changeRoot(root)
        let result = Result { () throws(SyscallError) in try body() }
        guard fchdir(oldRoot.number) == 0, chroot(".") == 0, fchdir(oldFolder.number) == 0 else {
            // Whatever this process did next, it would do to the wrong files.
            _exit(1)
        }
        return try result.get()
    }
}

extension SystemProcess {
    /// Makes a folder the root of this process and its working folder (chroot(2)).
    public static func changeRoot(_ path: String) throws(SyscallError) {
        try require("chroot") { chroot(path) }
        try require("chroot") { chdir("/") }
    }
}
