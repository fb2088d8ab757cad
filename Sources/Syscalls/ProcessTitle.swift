import CSyscalls
import Glibc

/// What `ps` shows of a process.
public enum ProcessTitle {
    /// Shows `title` instead of the arguments, in a process of one thread; it is cut where it is longer than the
    /// arguments were. The first 15 octets become the name that `top` shows.
    ///
    /// Call it in the master first: what it forks inherits the room.
    public static func set(_ title: String) {
        // Read from the memory that the title is about to take.
        _ = CommandLine.arguments
        CSyscalls_set_title(title)
    }
}

extension SystemProcess {
    /// The arguments that this process was started with, the program's name first, whatever its title is now.
    public static var arguments: [String] {
        (0..<CSyscalls_argument_count()).map { String(cString: CSyscalls_argument($0)) }
    }

    /// The file that this process runs; the path where it was, when it has been replaced since.
    public static var executablePath: String? {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count)
        guard count > 0 else { return nil }
        let text = String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let mark = " (deleted)"
        return text.hasSuffix(mark) ? String(text.dropLast(mark.count)) : text
    }
}
