// The same command line, in a folder of its own, once for spawn-fcgi and once for ours: what both do to their
// surroundings is compared, whole. An aspect that is to differ is named in the row, and in
// docs/spawn-fcgi.md; it has to differ then.

import Syscalls
import Testing

/// A row of the comparison.
struct Comparison: Sendable, CustomTestStringConvertible {
    /// The command line. `@` stands for the folder, `PORT` for a port that is free.
    let arguments: [String]
    /// A shell script that prepares the folder.
    var before = ""
    /// What is open before.
    var occupied: String?
    /// What the command is called by.
    var caller: [String] = []
    /// The aspects that differ.
    var differs: Set<Aspect> = []

    init(
        _ arguments: String..., before: String = "", occupied: String? = nil, caller: [String] = [],
        differs: Set<Aspect> = []
    ) {
        self.arguments = arguments
        self.before = before
        self.occupied = occupied
        self.caller = caller
        self.differs = differs
    }

    /// Whether the command becomes its process: `-n` is an option, and the process does not end.
    private var stays: Bool {
        let isPOSIX = caller.contains("POSIXLY_CORRECT=1")
        let options = arguments.prefix { $0 != "--" && !(isPOSIX && $0.hasSuffix("/probe")) }
        return options.contains { $0.hasPrefix("-n") } && !arguments.contains("exit")
    }

    var testDescription: String {
        let command = arguments.map { $0.isEmpty || $0.contains(" ") ? "'\($0)'" : $0 }.joined(separator: " ")
        return command + (before.isEmpty ? "" : "  after \(before)")
            + (caller.isEmpty ? "" : "  by \(caller)")
    }

    /// By a shell that does something first.
    static func shell(_ script: String) -> [String] { ["sh", "-c", "\(script); exec \"$@\"", "sh"] }
    /// By nobody: without root's rights.
    static let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
}

/// What is compared.
enum Aspect: String, CaseIterable, Sendable {
    case code, output, errors
    /// Names, kinds, modes and owners of what is in the folder, and the text of the pid file.
    case files
    /// What the processes found.
    case reports
}

extension Comparison {
    static let original = "/usr/bin/spawn-fcgi"

    /// A link with spawn-fcgi's name.
    static func ours() throws -> String {
        let folder = Build.folder + "/applications"
        try run("mkdir", "-p", folder)
        try run("ln", "-sfn", Build.gateway, folder + "/spawn-fcgi")
        return folder + "/spawn-fcgi"
    }

    /// What a program does with this row.
    func observe(_ program: String, port: UInt16) throws -> [Aspect: String] {
        let folder = try TemporaryFolder()
        try run("cp", CProgram.probe.path, folder / "probe")
        // The processes write there, whoever they are.
        try run("chmod", "777", folder.path)
        let filled: (String) -> String = { text in
            text.replacing("@", with: folder.path).replacing("PORT", with: "\(port)")
        }
        try run("sh", "-ec", filled(before), directory: folder.path)
        let listener = try occupied.map { place in
            let path = SocketAddress(unixPath: filled(place))
            return Holder(
                try Socket.listen(
                    place == "PORT"
                        ? SocketAddress.resolve(host: "127.0.0.1", port: port)[0] : #require(path),
                    backlog: 1, isNonBlocking: true))
        }
        defer { withExtendedLifetime(listener) {} }
        let run = try CommandRun(
            caller + [program] + arguments.map(filled), folder: folder,
            stays: stays)
        defer { run.discard() }
        return try run.observe(program).mapValues { $0.replacing("=\(port)", with: "=PORT") }
    }
}

/// A descriptor that closures may hold.
private final class Holder {
    private let descriptor: OwnedDescriptor
    init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }
}
