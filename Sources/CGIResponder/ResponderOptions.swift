// The command line of `gateway fcgiwrap`: fcgiwrap's own letters, and long options for what it lacks. A parser of its own,
// because letters are bundled and take their values as getopt(3) has it.

import Settings
import Syscalls

/// How CGI scripts are run.
struct ResponderOptions: Equatable {
    /// A variable that scripts get beside those of the request.
    struct Variable: Equatable {
        let name: String
        /// `nil` takes the value from the responder's own environment.
        let value: String?
    }

    /// Scripts at once.
    var scripts = 1
    /// Whether what scripts write to their standard error goes to the web server; otherwise to the responder's own.
    var sendsErrors = false
    /// Where to listen; `nil` for descriptor 0.
    var listen: BindAddress?
    /// The only scripts that are run; empty for all.
    var allowed: [String] = []
    /// Seconds that a script may run; 0 for ever.
    var timeout = 0
    var variables: [Variable] = []
    /// The folder that all scripts are in, absolute and without links.
    var root: String?
    /// Which links in that folder are followed; `nil` for the default.
    var links: FollowedLinks?
    /// The script that every request runs.
    var script: String?
    /// Whether only the usage is asked for.
    var asksForHelp = false

    static let usage = """
        Usage: gateway fcgiwrap [options]
        Runs CGI scripts for a web server that speaks FastCGI, on the socket that is descriptor 0.

          -c N                      scripts at once, 1 to 1024 (1)
          -f                        send what scripts write to stderr to the web server; else it goes to our own stderr
          -s ADDRESS                listen there: unix:PATH, tcp:HOST:PORT or tcp6:[HOST]:PORT
          -p FILE                   run only this script; repeatable
          --timeout SECONDS         kill a script that runs longer (0: never)
          --env NAME[=VALUE]        a variable for scripts, with our own value where none is given; repeatable
          --root FOLDER             run only what is in this folder
          --follow-links RULE       links in that folder: owner, on or off (owner); without --root all are followed
          --script FILE             run this script, whatever the request names
          -h, --help                print this
        """

    /// - Parameter arguments: Without the program's name.
    init(parsing arguments: [String]) throws(ConfigurationError) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word.hasPrefix("--"), word.count > 2 {
                try takeLong(word.dropFirst(2), &rest)
            } else if word.hasPrefix("-"), word.count > 1, word != "--" {
                try takeLetters(word.dropFirst(), &rest)
            } else if word != "--" || !rest.isEmpty {
                throw .usage("'\(word == "--" ? rest.first! : word)' is no option (-h lists them)")
            }
        }
        guard root == nil || script == nil else {
            throw .usage("--root and --script exclude each other: leave one out")
        }
        guard links == nil || root != nil else {
            throw .usage("--follow-links is about the folder of --root: add it, or leave this out")
        }
    }

    private mutating func takeLetters(
        _ letters: Substring, _ rest: inout ArraySlice<String>
    ) throws(ConfigurationError) {
        var letters = letters
        while let letter = letters.popFirst() {
            switch letter {
            case "f": sendsErrors = true
            case "h": asksForHelp = true
            case "c", "s", "p":
                // The rest of the word, or the next one.
                guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else {
                    throw .usage("-\(letter) wants a value (-h lists the options)")
                }
                return try take(value, for: "-\(letter)")
            default: throw .usage("-\(letter) is no option (-h lists them)")
            }
        }
    }

    private mutating func takeLong(
        _ word: Substring, _ rest: inout ArraySlice<String>
    ) throws(ConfigurationError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = "--\(parts[0])"
        if name == "--help", parts.count == 1 {
            asksForHelp = true
            return
        }
        guard ["--timeout", "--env", "--root", "--follow-links", "--script"].contains(name) else {
            throw .usage("\(name) is no option (-h lists them)")
        }
        guard let value = parts.count > 1 ? String(parts[1]) : rest.popFirst() else {
            throw .usage("\(name) wants a value (-h lists the options)")
        }
        try take(value, for: name)
    }

    private mutating func take(_ value: String, for option: String) throws(ConfigurationError) {
        switch option {
        case "-c": scripts = try Self.number(value, 1...1024, option)
        case "-s": listen = try Self.address(value)
        case "-p": allowed.append(value)
        case "--timeout": timeout = try Self.number(value, 0...1_000_000, option)
        case "--env":
            let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard !parts[0].isEmpty else {
                throw .usage("'\(value)' is no variable (--env): write NAME or NAME=VALUE")
            }
            variables.append(
                Variable(name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : nil))
        case "--root":
            guard Files.status(value)?.kind == .directory, let path = Files.absolutePath(value) else {
                throw .environment(
                    "cannot read the folder '\(value)' (--root): is it there, and may this user enter it?")
            }
            root = path
        case "--follow-links":
            guard let rule = FollowedLinks(rawValue: value) else {
                throw .usage("--follow-links is '\(value)': write owner, on or off")
            }
            links = rule
        default:
            guard value.hasPrefix("/") else {
                throw .usage("'\(value)' (--script) does not begin with a slash: write the whole path")
            }
            script = value
        }
    }

    private static func number(
        _ text: String, _ range: ClosedRange<Int>, _ option: String
    ) throws(ConfigurationError) -> Int {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text),
            range.contains(number)
        else {
            throw .usage(
                "\(option) is '\(text)': write a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func address(_ text: String) throws(ConfigurationError) -> BindAddress {
        let fault = ConfigurationError.usage(
            "'\(text)' is no address (-s): write unix:PATH, tcp:HOST:PORT or tcp6:[HOST]:PORT")
        if text.hasPrefix("unix:") { return try BindAddress(parsing: text) }
        let isVersion6 = text.hasPrefix("tcp6:[")
        guard isVersion6 || text.hasPrefix("tcp:") else { throw fault }
        guard
            case .tcp(let host, let port)? = try? BindAddress(
                parsing: String(text.dropFirst(isVersion6 ? 5 : 4))), port > 0, !host.isEmpty
        else { throw fault }
        return .tcp(host: host, port: port)
    }
}
