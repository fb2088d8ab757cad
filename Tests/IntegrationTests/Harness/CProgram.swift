// Applications written in C are compiled when a test first asks for them, once a process. Several processes run tests at
// once: each compiles into a file of its own, and puts it into its place whole.

import Synchronization
import Syscalls
import Testing

/// A C program below Applications.
struct CProgram {
    /// Answers as its query says, through libfcgi.
    static let responder = CProgram(name: "responder")
    /// Says what it was asked: a FastCGI responder, or a CGI script.
    static let echo = CProgram(name: "echo")
    /// Answers the requests that every language is asked.
    static let table = CProgram(name: "languages/c/table")

    /// Writes down what it finds itself to be. Linked statically: it runs where there is no other file.
    static let probe = CProgram(name: "probe", libraries: ["-static"])

    /// Runs a program for which a part of the file system does not answer.
    static let hung = CProgram(name: "hung", libraries: [])

    /// Stands before the C library, and does not answer who is not to be answered (LD_PRELOAD).
    static let silent = CProgram(name: "silent", libraries: ["-shared", "-fPIC", "-ldl"])

    private static let compiled = Mutex<[String: Result<String, any Error>]>([:])
    private let name: String
    private let libraries: [String]

    private init(name: String, libraries: [String] = ["-lfcgi"]) {
        self.name = name
        self.libraries = libraries
    }

    /// The path of the executable.
    var path: String {
        get throws {
            try Self.compiled.withLock { compiled in
                if let result = compiled[name] { return try result.get() }
                let result = Result { try compile() }
                compiled[name] = result
                return try result.get()
            }
        }
    }

    private func compile() throws -> String {
        let folder = Build.folder + "/applications"
        let program = "\(folder)/\(name.split(separator: "/").last ?? "")"
        try run("mkdir", "-p", folder)
        let made = "\(program).\(SystemProcess.id)"
        let command =
            ["cc", "-O2", "-Wall", "-Werror", "-o", made, Build.application(name + ".c")] + libraries
        let (status, _, errors) = try outcome(of: command)
        try #require(status == .exited(0), "\(command.joined(separator: " ")): \(errors)")
        try Files.rename(made, to: program)
        return program
    }
}

/// Where things are.
enum Build {
    /// The folder of the test bundle; the gateway is built into the same.
    static let folder: String = {
        let program = Files.absolutePath("/proc/self/exe") ?? ""
        return String(program[..<(program.lastIndex(of: "/") ?? program.startIndex)])
    }()

    static let gateway = folder + "/gateway"
    /// A program with a Swift application of its own.
    static let testApplication = folder + "/TestApplication"

    /// The interpreter of the environment that scripts/python-packages makes.
    static var python: String {
        get throws {
            let python = application("../../../.build/python/bin/python3")
            guard Files.isExecutable(python) else { throw MissingTool(name: "scripts/python-packages") }
            return python
        }
    }

    /// A file of the folder Applications.
    static func application(_ name: String) -> String {
        let file = #filePath
        return file[..<file.lastIndex(of: "/")!] + "/../Applications/" + name
    }
}
