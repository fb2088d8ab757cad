import Glibc

extension Files {
    /// What is in a folder, without `.` and `..`, in no order. A link is `other`: who follows them may never end.
    public static func list(
        _ directory: String
    ) throws(SyscallError) -> [(name: String, kind: FileStatus.Kind)] {
        guard let stream = opendir(directory) else {
            throw SyscallError(call: "open \(directory)", code: errno)
        }
        defer { closedir(stream) }
        var entries: [(name: String, kind: FileStatus.Kind)] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            entries.append((name, kind(entry.pointee, "\(directory)/\(name)")))
        }
        return entries
    }

    private static func kind(_ entry: dirent, _ path: String) -> FileStatus.Kind {
        switch CInt(entry.d_type) {
        case CInt(DT_REG): return .regular
        case CInt(DT_DIR): return .directory
        case CInt(DT_UNKNOWN):
            // Some file systems do not say.
            var status = stat()
            return lstat(path, &status) == 0 ? FileStatus(status).kind : .other
        default: return .other
        }
    }

    /// Creates a folder, and those that it lies in; one that is there is left as it is.
    public static func createFolder(_ path: String) throws(SyscallError) {
        guard status(path)?.kind != .directory else { return }
        var parent = path[...]
        while parent.count > 1, parent.hasSuffix("/") { parent.removeLast() }
        if let slash = parent.lastIndex(of: "/"), slash > parent.startIndex {
            try createFolder(String(parent[..<slash]))
        }
        // Another process may have been quicker.
        if mkdir(path, 0o777) != 0, status(path)?.kind != .directory {
            throw SyscallError(call: "mkdir \(path)", code: errno)
        }
    }

    /// rmdir(2): the folder has to be empty.
    public static func removeFolder(_ path: String) throws(SyscallError) {
        try require("rmdir \(path)") { rmdir(path) }
    }

    /// Gives a file another owner; a link itself, not what it leads to.
    ///
    /// - Parameters:
    ///   - user: A number; `nil` leaves it.
    ///   - group: A number; `nil` leaves it.
    public static func chown(_ path: String, user: UInt32?, group: UInt32?) throws(SyscallError) {
        try require("chown \(path)") { lchown(path, user ?? .max, group ?? .max) }
    }
}
