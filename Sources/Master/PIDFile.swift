import Settings
import Syscalls

/// The file that tells other programs the master's pid.
///
/// It is written under another name and renamed, so that nobody ever reads half a number. No link is followed in
/// its place, and on the way none of the users of the workers and applications: a root master would write, with the rights
/// of root, where they chose.
final class PIDFile {
    private(set) var path: String
    private let own: [ProcessID]
    private let distrusted: Set<UInt32>

    /// Writes the file.
    ///
    /// - Parameters:
    ///   - own: Processes of this gateway; a file that a container kept may name one of them by chance.
    ///   - distrusted: Users whose links are not followed on the way.
    /// - Throws: When another gateway runs with the same file, the path is a link, or it cannot be written.
    init(
        _ path: String, own: [ProcessID], distrusting distrusted: Set<UInt32> = []
    ) throws(ConfigurationError) {
        self.path = path
        self.own = own
        self.distrusted = distrusted
        do {
            let place = try GuardedPlace(path, distrusting: distrusted)
            try Self.check(place, path, own: own)
            // The rest of a gateway that had the same pid and was killed while it wrote.
            let temporary = try GuardedPlace("\(path).\(SystemProcess.id)", distrusting: distrusted)
            temporary.remove()
            do {
                try temporary.create(text: "\(SystemProcess.id)\n", mode: 0o644)
                try temporary.rename(to: place)
            } catch {
                temporary.remove()
                throw error
            }
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw Self.unwritable(path, error)
        }
    }

    private static func unwritable(_ path: String, _ error: any Error) -> ConfigurationError {
        .environment("cannot write '\(path)' (--pid): \((error as? SyscallError)?.reason ?? "\(error)")")
    }

    /// Gives the file another name, for a master that begins as the successor of another one.
    ///
    /// - Throws: When the new path is one that ``init(_:own:distrusting:)`` would refuse; the file keeps its name then.
    func move(to newPath: String) throws(ConfigurationError) {
        do {
            let old = try GuardedPlace(path, distrusting: distrusted)
            let new = try GuardedPlace(newPath, distrusting: distrusted)
            try Self.check(new, newPath, own: own)
            guard Self.holdsOwnPID(old) else {
                throw ConfigurationError.environment(
                    "'\(path)' (--pid) does not hold the pid of this gateway any more")
            }
            try old.rename(to: new)
        } catch let error as ConfigurationError {
            throw error
        } catch {
            let reason = (error as? SyscallError)?.reason ?? "\(error)"
            throw .environment("cannot rename '\(path)' (--pid) to '\(newPath)': \(reason)")
        }
        path = newPath
    }

    /// Removes the file, unless it is another gateway's by now.
    func remove() {
        guard let place = try? GuardedPlace(path, distrusting: distrusted) else { return }
        if Self.holdsOwnPID(place) { place.remove() }
    }

    private static func holdsOwnPID(_ place: borrowing GuardedPlace) -> Bool {
        number(place.text) == SystemProcess.id
    }

    private static func check(
        _ place: borrowing GuardedPlace, _ path: String, own: [ProcessID]
    ) throws(ConfigurationError) {
        guard !place.isLink else {
            throw .environment("'\(path)' (--pid) is a symbolic link: name the file itself")
        }
        guard let text = place.text else { return }
        guard let pid = number(text) else {
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

    private static func number(_ text: String?) -> ProcessID? {
        guard let line = text?.split(whereSeparator: \.isWhitespace), line.count == 1 else { return nil }
        return ProcessID(line[0])
    }
}
