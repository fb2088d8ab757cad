import Settings
import Syscalls

/// The application argument: what is served, and how.
package enum ApplicationKind: Equatable, Sendable {
    /// `wsgi:MODULE:CALLABLE`: a Python application through the responder that ships with the gateway.
    case wsgi(String)
    /// `php:DIR`: a folder of PHP scripts through php-cgi.
    case php(String)
    /// `exec:COMMAND`: any FastCGI program that accepts on descriptor 0.
    case exec([String])
    /// `cgi:DIR` or `cgi:FILE`: a folder of CGI scripts, or one script for all paths.
    case cgi(String)
    /// `fcgi:ADDRESS`: a FastCGI application that runs already, on one server or several.
    case fcgi([ServerEntry])
    /// `swift:PATH`: a Swift application in a dynamic library, which the workers load; `swift:self` is that of the program itself.
    case swift(String)
    /// `static:DIR`: a folder of files, which the workers serve themselves.
    case files(String)

    /// - Parameter text: As it was given; a path that is a folder is one of files.
    package init(parsing text: String) throws(ConfigurationError) {
        let isPath = text.hasPrefix("/") || text.hasPrefix(".")
        guard let colon = text.firstIndex(of: ":"), !isPath else {
            if Files.status(text)?.kind == .directory, let folder = Files.absolutePath(text) {
                self = .files(folder)
                return
            }
            throw .usage("'\(text)' is no application: write \(Self.forms)")
        }
        let rest = String(text[text.index(after: colon)...])
        guard !rest.isEmpty else { throw .usage("'\(text)' names no application: write \(Self.forms)") }
        switch text[..<colon] {
        case "wsgi":
            let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.allSatisfy({ !$0.isEmpty }) else {
                throw .usage("'\(text)' names no application: write wsgi:MODULE:CALLABLE")
            }
            self = .wsgi(rest)
        case "php": self = .php(rest)
        case "cgi": self = .cgi(rest)
        case "static": self = .files(rest)
        case "swift": self = .swift(rest)
        case "exec":
            guard let words = CommandWords.split(rest) else {
                throw .usage("'\(text)': a quote is not closed")
            }
            guard !words.isEmpty else { throw .usage("'\(text)' names no application: write \(Self.forms)") }
            self = .exec(words)
        case "fcgi": self = .fcgi(try ServerEntry.list(rest))
        case let kind: throw .usage("'\(kind):' is no kind of application: write \(Self.forms)")
        }
    }

    private static let forms =
        "wsgi:MODULE:CALLABLE, php:DIR, cgi:DIR, cgi:FILE, exec:COMMAND, fcgi:ADDRESS, swift:LIBRARY, static:DIR or a folder of files"
}

/// Words of a command, with quotes as in a shell and nothing else of one.
package enum CommandWords {
    /// - Returns: `nil` where a quote is not closed.
    package static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word = ""
        var isInWord = false
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                // Between double quotes a backslash stands for itself unless it has something to escape.
                if quote != nil, character != "\"", character != "\\" { word.append("\\") }
                word.append(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
                isInWord = true
            } else if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                isInWord = true
            } else if character == " " || character == "\t" || character == "\n" {
                if isInWord { words.append(word) }
                word = ""
                isInWord = false
            } else {
                word.append(character)
                isInWord = true
            }
        }
        guard quote == nil, !isEscaped else { return nil }
        if isInWord { words.append(word) }
        return words
    }
}
