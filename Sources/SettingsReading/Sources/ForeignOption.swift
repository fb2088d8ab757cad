// Options that people know from other servers, and that have another name here. To say only that they are unknown, with a
// usage text behind it, would leave the reader to search.

/// An option of other servers.
struct ForeignOption: Error, Equatable, CustomStringConvertible {
    /// What it is called elsewhere, and what to write here: a setting and its value.
    private static let settings: [String: (setting: String, value: String)] = [
        "port": ("bind", ":PORT"), "host": ("bind", "127.0.0.1:8000"), "address": ("bind", "127.0.0.1:8000"),
        "listen": ("bind", "127.0.0.1:8000"), "http": ("bind", "127.0.0.1:8000"),
        "http-socket": ("bind", "127.0.0.1:8000"), "socket": ("bind", "unix:/run/shop.sock"),
        "uds": ("bind", "unix:/run/shop.sock"), "uid": ("user", "www-data"), "gid": ("group", "www-data"),
        "cwd": ("chdir", "/srv/shop"), "pidfile": ("pid", "/run/shop.pid"),
        "access-logfile": ("access-log", "access.log"), "error-logfile": ("error-log", "error.log"),
        "log-file": ("error-log", "error.log"),
    ]

    private let word: String
    private let replacement: String

    /// - Parameter next: The word behind it.
    /// - Returns: `nil` for every other word of a command line.
    init?(_ word: String, next: String?) {
        guard word.hasPrefix("--") else { return nil }
        let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, let (setting, example) = Self.settings[String(name)] else { return nil }
        self.word = "--\(name)"
        let value = parts.count == 2 ? String(parts[1]) : next
        replacement = "--\(setting) " + (value.flatMap { Self.kept($0, of: String(name)) } ?? example)
    }

    /// A port or a host that was given is to be kept: a container that listens at 127.0.0.1 is reached by nobody.
    private static func kept(_ value: String, of name: String) -> String? {
        switch name {
        case "port": UInt16(value).map { ":\($0)" }
        case "host", "address":
            // One with a port in it is whole; IPv6 stands in brackets.
            address(value)
        default: nil
        }
    }

    /// An address as `--bind` takes it; `nil` for what is none.
    private static func address(_ value: String) -> String? {
        guard !value.isEmpty, value.utf8.allSatisfy({ "0123456789abcdefABCDEF.:".utf8.contains($0) }) else {
            return nil
        }
        switch value.filter({ $0 == ":" }).count {
        case 0: return "\(value):8000"
        case 1: return value
        default: return "[\(value)]:8000"
        }
    }

    var description: String { "there is no option \(word): write \(replacement)" }

    /// What to write in a configuration file.
    static func advice(_ name: String) -> String? { settings[name].map { "\($0.setting): \($0.value)" } }
}
