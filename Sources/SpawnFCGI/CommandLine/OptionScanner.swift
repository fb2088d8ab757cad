// Takes a command line apart as getopt(3) of the GNU C library does: `-p8000`, `-nSp 8000`, options behind the
// program, `--` and POSIXLY_CORRECT, with its messages. swift-argument-parser cannot stand in: it has rules of
// its own for clusters, for values and for what stands behind the first operand, and scripts that start
// services use all of these as getopt has them. It knows no option's meaning.

/// The options of a command line, one at a time, and what is none.
struct OptionScanner {
    /// An option as it was given.
    enum Found: Equatable {
        /// `-x`
        case short(Character, value: String?)
        /// `--name`
        case long(String, value: String?)
    }

    /// The short options, as getopt takes them: each character is one, and has a value where a colon follows.
    private let shortOptions: [UInt8]
    /// The long options, and whether each has a value.
    private let longOptions: [String: Bool]
    private let arguments: [String]
    private let isPOSIX: Bool
    private var next = 0
    /// What is left of an argument that holds several options.
    private var cluster: ArraySlice<UInt8> = []
    /// What was no option, up to here.
    private(set) var operands: [String] = []

    /// - Parameter isPOSIX: Whether the first operand ends the options (POSIXLY_CORRECT).
    init(_ arguments: [String], short: String, long: [String: Bool], isPOSIX: Bool) {
        self.arguments = arguments
        self.isPOSIX = isPOSIX
        shortOptions = Array(short.utf8)
        longOptions = long
    }

    /// The next option; `nil` when ``operands`` is complete.
    mutating func nextOption() throws(Complaint) -> Found? {
        while cluster.isEmpty {
            guard next < arguments.count else { return nil }
            let argument = Array(arguments[next].utf8)
            next += 1
            if argument == Array("--".utf8) {
                takeRest()
                return nil
            }
            if argument.starts(with: "--".utf8) { return try longOption(arguments[next - 1]) }
            if argument.count > 1, argument[0] == UInt8(ascii: "-") {
                cluster = argument.dropFirst()
            } else if isPOSIX {
                next -= 1
                takeRest()
                return nil
            } else {
                operands.append(arguments[next - 1])
            }
        }
        return try shortOption()
    }

    private mutating func takeRest() {
        operands += arguments[next...]
        next = arguments.count
    }

    private mutating func shortOption() throws(Complaint) -> Found {
        let name = Character(String(decoding: cluster, as: UTF8.self).unicodeScalars.first!)
        let octet = cluster.removeFirst()
        guard octet != UInt8(ascii: ":"), let place = shortOptions.firstIndex(of: octet) else {
            throw Complaint("invalid option -- '\(name)'", showsHelp: true)
        }
        guard place + 1 < shortOptions.count, shortOptions[place + 1] == UInt8(ascii: ":") else {
            return .short(name, value: nil)
        }
        defer { cluster = [] }
        if !cluster.isEmpty { return .short(name, value: String(decoding: cluster, as: UTF8.self)) }
        guard let value = takeArgument() else {
            throw Complaint("option requires an argument -- '\(name)'", showsHelp: true)
        }
        return .short(name, value: value)
    }

    private mutating func longOption(_ argument: String) throws(Complaint) -> Found {
        let parts = argument.dropFirst(2).split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false
        ).map(String.init)
        let attached = parts.count > 1 ? parts[1] : nil
        guard let hasValue = longOptions[parts[0]] else {
            throw Complaint("unrecognized option '--\(parts[0])'", showsHelp: true)
        }
        guard hasValue else {
            guard attached == nil else {
                throw Complaint("option '--\(parts[0])' doesn't allow an argument", showsHelp: true)
            }
            return .long(parts[0], value: nil)
        }
        guard let value = attached ?? takeArgument() else {
            throw Complaint("option '--\(parts[0])' requires an argument", showsHelp: true)
        }
        return .long(parts[0], value: value)
    }

    /// The next argument as a value, whatever it looks like.
    private mutating func takeArgument() -> String? {
        guard next < arguments.count else { return nil }
        defer { next += 1 }
        return arguments[next]
    }
}
