// From options to values. Every value is read as spawn-fcgi reads it, leading blanks and trailing garbage
// included, except that a number that does not fit is refused where spawn-fcgi takes what is left of it in 16
// or 32 bits: `-p 70000` is no port 4464.

import Syscalls

/// What a command line asks for.
enum Request: Equatable {
    /// Nothing was given.
    case usage
    case help
    case version
    case start(Options)

    static let shortOptions = "c:d:f:g:?hna:p:b:u:vC:F:s:P:U:G:M:S"
    static let longOptions = ["help": false, "version": false, "watch": false, "signal": true, "log": true]
    /// A path of a unix socket has so many octets at most (unix(7)).
    private static let longestPath = 107

    /// - Parameters:
    ///   - isRoot: Whether root asks: `-c`, `-S`, `-u`, `-g`, `-U` and `-G` count for nobody else.
    ///   - isPOSIX: As for ``OptionScanner``.
    init(_ arguments: [String], isRoot: Bool, isPOSIX: Bool = false) throws(Complaint) {
        guard !arguments.isEmpty else {
            self = .usage
            return
        }
        var scanner = OptionScanner(
            arguments, short: Self.shortOptions, long: Self.longOptions, isPOSIX: isPOSIX)
        var options = Options()
        var watch = WatchOptions()
        var isWatched = false
        while let option = try scanner.nextOption() {
            switch option {
            case .short("?", _), .short("h", _), .long("help", _):
                self = .help
                return
            case .short("v", _), .long("version", _):
                self = .version
                return
            case .short(let name, let value):
                try options.take(name, value ?? "", isRoot: isRoot)
            case .long("signal", let value): watch.signal = try StopSignal(named: value ?? "")
            case .long("log", let value): watch.log = value
            case .long: isWatched = true
            }
        }
        options.application = scanner.operands
        if isWatched { options.watch = watch }
        guard isWatched || watch == WatchOptions() else {
            throw Complaint("--signal and --log are for --watch; add it")
        }
        try Self.check(options)
        self = .start(options)
    }

    private static func check(_ options: Options) throws(Complaint) {
        guard !options.application.isEmpty || options.shellCommand != nil else {
            throw Complaint("no FastCGI application given")
        }
        switch (options.port, options.socketPath) {
        case (nil, nil): throw Complaint("no socket given (use either -p or -s)")
        case (_?, _?):
            throw Complaint("either a Unix domain socket or a TCP-port, but not both")
        case (nil, let path?):
            guard !path.isEmpty else { throw Complaint("the path of the Unix domain socket is empty") }
            guard path.utf8.count <= longestPath else {
                throw Complaint("path of the Unix domain socket is too long")
            }
        case (_?, nil): break
        }
        guard options.processes > 0 else {
            throw Complaint("-F \(options.processes) would start nothing; give the number of processes")
        }
    }
}

extension Options {
    /// One option of those that spawn-fcgi has.
    fileprivate mutating func take(_ name: Character, _ value: String, isRoot: Bool) throws(Complaint) {
        switch name {
        case "a": address = value
        case "p": port = try Self.port(value)
        case "s": socketPath = value
        case "b": backlog = Int(try Self.number(name, value))
        case "M": socketMode = UInt32(bitPattern: try Self.number(name, value, radix: 8)) & 0o777
        case "f": shellCommand = value
        case "d": directory = value
        case "C": phpChildren = Int(try Self.number(name, value))
        case "F": processes = Int(try Self.number(name, value))
        case "P": pidFile = value
        case "n": staysInForeground = true
        case "c": if isRoot { root = value }
        case "S": if isRoot { bindsBeforeRoot = true }
        case "u": if isRoot { user = value }
        case "g": if isRoot { group = value }
        case "U": if isRoot { socketUser = value }
        default: if isRoot { socketGroup = value }
        }
    }

    /// 0 is no port, as in spawn-fcgi.
    private static func port(_ value: String) throws(Complaint) -> UInt16? {
        let number = LeadingNumber(value)
        guard number.isWhole else { throw Complaint("invalid port: \(number.value ?? 0)") }
        guard let port = number.value.flatMap(UInt16.init(exactly:)) else {
            throw Complaint("invalid port: \(value) (a port is a number from 1 to 65535)")
        }
        return port == 0 ? nil : port
    }

    private static func number(
        _ name: Character, _ value: String, radix: Int = 10
    ) throws(Complaint) -> Int32 {
        guard let number = LeadingNumber(value, radix: radix).value.flatMap(Int32.init(exactly:)) else {
            throw Complaint("-\(name) \(value) is too large a number")
        }
        return number
    }
}
