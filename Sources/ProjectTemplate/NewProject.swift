// `gateway new DIR`: writes the package of a program with an application of its own. It knows neither the gateway nor HTTP, only
// what such a package looks like.

import Syscalls

/// The command.
public enum NewProject {
    static let usage = """
        Usage: gateway new DIR [--package PATH-OR-URL]

        Writes a Swift package into DIR, which must be empty or not exist: a program that is a gateway with an application
        of its own, and its tests. The last part of DIR is its name.

          --package PATH-OR-URL  The gateway's package: a folder, or a URL of its repository. Without it the folder that
                                 this program was built in.

        """

    /// Runs the command. It ends the process: with 0, with 2 where the arguments are wrong, and with 1 where a file cannot be written.
    public static func main(_ arguments: [String]) -> Never {
        do throws(Complaint) {
            guard let order = try Order(arguments) else {
                try? Descriptor.writeText(1, usage)
                SystemProcess.exitImmediately(0)
            }
            let package = try PackageReference(order.package, builtIn: SystemProcess.executablePath)
            let report = try write(order, package)
            try? Descriptor.writeText(1, report)
            SystemProcess.exitImmediately(0)
        } catch {
            try? Descriptor.writeText(2, "gateway new: \(error.message)\n")
            SystemProcess.exitImmediately(error.code)
        }
    }

    /// Writes the files.
    ///
    /// - Returns: What is to be done next, for a person.
    static func write(_ order: Order, _ package: PackageReference) throws(Complaint) -> String {
        let name = try ProjectName(folder: order.folder)
        if package.hasModule(name.module) {
            throw Complaint("the gateway has a module '\(name.module)' itself: give the folder another name")
        }
        let files = ProjectFiles(name, package).all
        do {
            try Files.createFolder(order.folder)
            guard try Files.list(order.folder).isEmpty else {
                throw Complaint(
                    "'\(order.folder)' is not empty: name a folder that is, or that does not exist")
            }
            for file in files {
                let path = "\(order.folder)/\(file.path)"
                if let slash = path.lastIndex(of: "/") { try Files.createFolder(String(path[..<slash])) }
                try Files.create(path, text: file.text, mode: 0o644)
            }
        } catch let error as Complaint {
            throw error
        } catch {
            throw Complaint("cannot write into '\(order.folder)': \(error)", code: 1)
        }
        return """
            \(files.map { "\(order.folder)/\($0.path)\n" }.joined())
            Next:
              cd \(order.folder)
              swift run \(name.text) --bind 127.0.0.1:8000
              swift test

            """
    }
}

/// What is wrong, for a person, and what the command ends with.
struct Complaint: Error, Equatable {
    let message: String
    let code: Int32

    init(_ message: String, code: Int32 = 2) { (self.message, self.code) = (message, code) }
}

/// What the command line asks for.
struct Order: Equatable {
    let folder: String
    let package: String?

    /// - Parameter arguments: Without the names of program and command.
    /// - Returns: `nil` where help is asked for.
    init?(_ arguments: [String]) throws(Complaint) {
        var (folder, package) = (String?.none, String?.none)
        var words = arguments[...]
        while let word = words.popFirst() {
            switch word {
            case "-h", "--help": return nil
            case "--package":
                guard let value = words.popFirst() else {
                    throw Complaint("--package needs a folder or a URL")
                }
                package = value
            case _ where word.hasPrefix("--package="): package = String(word.dropFirst("--package=".count))
            case _ where word.hasPrefix("-"):
                throw Complaint("there is no option '\(word)': gateway new --help")
            default:
                guard folder == nil else { throw Complaint("one folder, not '\(folder!)' and '\(word)'") }
                folder = word
            }
        }
        guard let folder, !folder.isEmpty else { throw Complaint("name a folder: gateway new DIR") }
        (self.folder, self.package) = (folder, package)
    }
}
