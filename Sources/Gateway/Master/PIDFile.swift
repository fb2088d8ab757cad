import Syscalls

/// The file that tells other programs the master's pid.
///
/// It is written under another name and renamed, so that nobody ever reads half a number. No link is followed: a root
/// master would write, with the rights of root, where somebody else chose.
final class PIDFile {
    private(set) var path: String
    private let own: [ProcessID]

    /// Writes the file.
    ///
    /// - Parameter own: Processes of this gateway; a file that a container kept may name one of them by chance.
    /// - Throws: When another gateway runs with the same file, the path is a link, or it cannot be written.
    init(_ path: String, own: [ProcessID]) throws(ConfigurationError) {
        self.path = path
        self.own = own
        try Self.check(path, own: own)
        // The rest of a gateway that had the same pid and was killed while it wrote.
        let temporary = "\(path).\(SystemProcess.id)"
        Files.remove(temporary)
        do {
            try Files.create(temporary, text: "\(SystemProcess.id)\n", mode: 0o644)
            try Files.rename(temporary, to: path)
        } catch {
            Files.remove(temporary)
            throw .environment("cannot write '\(path)' (--pid): \(error.reason)")
        }
    }

    /// Gives the file another name, for a master that begins as the successor of another one.
    ///
    /// - Throws: When the new path is one that ``init(_:own:)`` would refuse; the file keeps its name then.
    func move(to newPath: String) throws(ConfigurationError) {
        try Self.check(newPath, own: own)
        guard holdsOwnPID else {
            throw .environment("'\(path)' (--pid) does not hold the pid of this gateway any more")
        }
        do {
            try Files.rename(path, to: newPath)
        } catch {
            throw .environment("cannot rename '\(path)' (--pid) to '\(newPath)': \(error.reason)")
        }
        path = newPath
    }

    /// Removes the file, unless it is another gateway's by now.
    func remove() {
        if holdsOwnPID { Files.remove(path) }
    }

    private var holdsOwnPID: Bool { !Files.isLink(path) && Self.number(path) == SystemProcess.id }

    private static func check(_ path: String, own: [ProcessID]) throws(ConfigurationError) {
        guard !Files.isLink(path) else {
            throw .environment("'\(path)' (--pid) is a symbolic link: name the file itself")
        }
        guard let text = Files.text(path) else { return }
        guard let pid = number(path) else {
            guard text.isEmpty else {
                throw .environment("'\(path)' (--pid) holds something else than a pid: name another file")
            }
            return
        }
        guard pid <= 0 || pid == SystemProcess.id || own.contains(pid) || !SystemProcess.isRunning(pid) else {
            throw .environment(
                "'\(path)' (--pid) names the running process \(pid): stop it, or remove the file")
        }
    }

    private static func number(_ path: String) -> ProcessID? {
        guard let line = Files.text(path)?.split(whereSeparator: \.isWhitespace), line.count == 1 else {
            return nil
        }
        return ProcessID(line[0])
    }
}
