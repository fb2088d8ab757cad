import Syscalls

/// The file that tells other programs the master's pid.
final class PIDFile {
    private let path: String

    /// Writes the file under another name and renames it, so that nobody ever reads half a number.
    ///
    /// - Throws: When another gateway runs with the same file, or it cannot be written.
    ///
    /// - Parameter own: Processes of this gateway; a file that a container kept may name one of them by chance.
    init(_ path: String, own: [ProcessID]) throws(ConfigurationError) {
        self.path = path
        if let text = Files.text(path), let pid = ProcessID(text.filter(\.isNumber)), pid > 0,
            !own.contains(pid), SystemProcess.exists(pid)
        {
            throw .environment(
                "'\(path)' (--pid) names the running process \(pid): stop it, or remove the file")
        }
        let temporary = "\(path).\(SystemProcess.id)"
        do {
            Files.remove(temporary)
            try Files.create(temporary, text: "\(SystemProcess.id)\n", mode: 0o644)
            try Files.rename(temporary, to: path)
        } catch {
            throw .environment("cannot write '\(path)' (--pid): \(error.reason)")
        }
    }

    func remove() { Files.remove(path) }
}
