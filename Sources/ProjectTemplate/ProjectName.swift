import Syscalls

/// What a program is called: the last part of its folder.
struct ProjectName: Equatable {
    /// The name of the package and of its program.
    let text: String

    /// The same as the name of a module.
    var module: String { String(text.map { $0 == "-" ? "_" : $0 }) }

    /// Names of modules, in small letters: of Swift's, which a program or its tests would import instead of itself, of the
    /// gateway's, and of the packages that it depends on. No two modules of a build may have one name.
    private static let modules: Set<String> = [
        "main", "swift", "glibc", "cxx", "cxxstdlib", "dispatch", "distributed", "foundation",
        "foundationessentials",
        "foundationinternationalization", "foundationnetworking", "foundationxml", "observation",
        "regexbuilder",
        "runtime", "swiftononesupport", "swiftshims", "synchronization", "testing", "xctest",
        "applicationlibrary", "cbrotli", "cdigest", "cfastcgi", "cgatewayapplication", "cpcre2", "csyscalls",
        "cyaml", "czlib",
        "compression", "fastcgibridge", "gateway", "gatewayinterface", "gatewayjson", "gatewaytesting",
        "gatewaytool",
        "http", "middleware", "octets", "patterns", "projecttemplate", "spawnfcgi", "syscalls", "websockets",
        "yaml",
        "buffers", "cgiresponder", "eventloop", "logs", "master", "otherservers", "plans", "routing",
        "scoreboard", "settings", "settingsreading", "worker",
        "argumentparser", "argumentparsertoolinfo", "httptypes", "httptypesfoundation",
        "inmemorylogging",
        "logging",
    ]

    /// Swift's reserved words (The Swift Programming Language, "Lexical Structure"): no module has such a name.
    private static let keywords: Set<String> = [
        "Any", "Protocol", "Self", "Type", "as", "associatedtype", "break", "case", "catch", "class",
        "continue",
        "default", "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false",
        "fileprivate", "for",
        "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "nil", "operator",
        "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return", "self", "static",
        "struct",
        "subscript", "super", "switch", "throw", "throws", "true", "try", "typealias", "var", "where",
        "while",
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
        guard !Self.keywords.contains(name) else {
            throw Complaint("'\(name)' is a word of Swift's, and no name for a program: take another one")
        }
        guard !Self.modules.contains(name.lowercased()) else {
            throw Complaint("'\(name)' is the name of a module that programs import: take another one")
        }
        text = name
    }
}
