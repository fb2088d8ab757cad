import Syscalls

/// What a program is called: the last part of its folder.
struct ProjectName: Equatable {
    /// The name of the package and of its program.
    let text: String

    /// The same as the name of a module.
    var module: String { String(text.map { $0 == "-" ? "_" : $0 }) }

    /// Names of modules that a program or its tests would import instead of itself.
    private static let taken: Set<String> = [
        "foundation", "glibc", "logging", "main", "swift", "synchronization", "testing", "xctest",
    ]

    /// - Parameter folder: A path, perhaps relative.
    init(folder: String) throws(Complaint) {
        let last = folder.split(separator: "/").last.map(String.init) ?? ""
        // `.` is wherever the person is.
        let place = last == "." || last == ".." ? Files.absolutePath(folder) ?? "" : last
        let name = place.split(separator: "/").last.map(String.init) ?? ""
        let isLegible = name.utf8.allSatisfy { octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isLegible, let first = name.first, first.isLetter else {
            throw Complaint(
                "'\(name)' is no name for a program: letters, digits, - and _, and a letter first")
        }
        guard !Self.taken.contains(name.lowercased()) else {
            throw Complaint("'\(name)' is the name of a module that programs import: take another one")
        }
        text = name
    }
}
