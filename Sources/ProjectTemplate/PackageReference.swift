// Where the gateway's package is, for the manifest of one that depends on it.

import Syscalls

/// The gateway's package.
enum PackageReference: Equatable {
    /// A folder, by its absolute path.
    case folder(String)
    /// A repository.
    case repository(String)

    /// - Parameters:
    ///   - given: A folder or a URL, by the person.
    ///   - program: The path of this program: where none is given, the package is that which it was built in.
    init(_ given: String?, builtIn program: String?) throws(Complaint) {
        if let given {
            if given.contains("://") || given.hasPrefix("git@") {
                self = .repository(given)
            } else if let path = Files.absolutePath(given), Self.isGateway(path) {
                self = .folder(path)
            } else {
                throw Complaint(
                    "--package '\(given)' is neither a URL nor the folder of the gateway's package")
            }
            return
        }
        var place = program.flatMap { Files.absolutePath($0) } ?? ""
        while let slash = place.lastIndex(of: "/") {
            place = String(place[..<slash])
            if Self.isGateway(place) {
                self = .folder(place)
                return
            }
        }
        throw Complaint(
            "this program does not lie in the folder that it was built in: say where the gateway's package is, "
                + "with --package PATH-OR-URL")
    }

    private static func isGateway(_ folder: String) -> Bool {
        Files.status("\(folder)/Package.swift")?.kind == .regular
            && Files.status("\(folder)/Sources/GatewayInterface")?.kind == .directory
    }

    /// Whether a module of the gateway has this name: no other one in the same build may. Of a repository nobody knows.
    func hasModule(_ name: String) -> Bool {
        guard case .folder(let path) = self, let modules = try? Files.list("\(path)/Sources") else {
            return false
        }
        return modules.contains { $0.name.lowercased() == name.lowercased() }
    }

    /// The dependency in a manifest.
    var dependency: String {
        switch self {
        case .folder(let path): ".package(name: \"gateway\", path: \(Self.literal(path)))"
        case .repository(let url): ".package(url: \(Self.literal(url)), branch: \"main\")"
        }
    }

    /// What the manifest calls the package: the end of a URL, by which Swift's package manager knows it.
    var identity: String {
        guard case .repository(let url) = self else { return "gateway" }
        let last = url.split { $0 == "/" || $0 == ":" }.last.map(String.init) ?? url
        return last.hasSuffix(".git") ? String(last.dropLast(4)) : last
    }

    /// A text as Swift reads it.
    static func literal(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\0"..<" ": quoted += "\\u{\(String(scalar.value, radix: 16))}"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
