// For whom a setting can do anything. A setting reaches kinds of applications, routes, or the gateway itself.
// `Effect+Table.swift` says it for each setting; the warnings and docs/settings.md are made from that.

import Plans
import Settings

/// What a setting can have an effect on.
struct Reach: OptionSet, Hashable, Sendable {
    let rawValue: Int

    /// Master and workers, whatever they serve.
    static let gateway = Reach(rawValue: 1 << 0)
    static let wsgi = Reach(rawValue: 1 << 1)
    static let php = Reach(rawValue: 1 << 2)
    /// A folder of CGI scripts, or one script.
    static let cgi = Reach(rawValue: 1 << 3)
    /// One CGI script for all paths.
    static let script = Reach(rawValue: 1 << 4)
    static let exec = Reach(rawValue: 1 << 5)
    static let fcgi = Reach(rawValue: 1 << 6)
    /// An application on more than one server.
    static let servers = Reach(rawValue: 1 << 7)
    /// An application on servers that are known by names.
    static let names = Reach(rawValue: 1 << 8)
    /// A Swift application, of a library or of the program itself.
    static let swift = Reach(rawValue: 1 << 9)
    /// The Swift application of the program itself.
    static let own = Reach(rawValue: 1 << 10)
    /// A PHP site, whose files the gateway sends.
    static let site = Reach(rawValue: 1 << 11)
    /// A folder of files, as an application or in a route.
    static let files = Reach(rawValue: 1 << 12)
    /// An application that has the gateway send files.
    static let sent = Reach(rawValue: 1 << 13)
    /// A route with a redirect or a response of its own.
    static let fixed = Reach(rawValue: 1 << 14)

    /// Applications whose processes the gateway starts.
    static let processes: Reach = [.wsgi, .php, .cgi, .exec]
    /// Applications behind FastCGI.
    static let fastCGI: Reach = [.processes, .fcgi]
    static let applications: Reach = [.fastCGI, .swift]
    static let everything = Reach(rawValue: (1 << 15) - 1)

    /// The words for each part, in the order in which they are said.
    private static let parts: [(reach: Reach, word: String)] = [
        (.wsgi, "wsgi:"), (.php, "php:"), (.cgi, "cgi:"), (.script, "cgi:FILE"), (.exec, "exec:"),
        (.fcgi, "fcgi:"), (.servers, "fcgi: with several servers"), (.names, "fcgi: with names of servers"),
        (.swift, "swift:"), (.own, "swift:self"), (.site, "PHP sites"),
        (.files, "static routes"), (.sent, "applications that have files sent"),
        (.fixed, "routes that redirect or respond"),
    ]

    /// `wsgi:, php: and exec:`, the words for all parts.
    var words: String {
        let words = Self.parts.filter { contains($0.reach) }.map(\.word)
        guard words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + words[words.count - 1]
    }
}

extension ApplicationKind {
    /// What settings can reach in an application.
    ///
    /// - Parameter settings: Those that count for it.
    func reach(_ settings: Settings) -> Reach {
        let sent: Reach = settings.sendfileRoots.isEmpty && settings.accelRoots.isEmpty ? [] : .sent
        switch self {
        case .wsgi: return [.wsgi, sent]
        case .php: return [.php, .site, sent]
        case .exec: return [.exec, sent]
        case .cgi(let path):
            return [.cgi, sent, CGIPlan.isScript(path, in: settings.base) ? .script : []]
        case .fcgi(let entries):
            return [
                .fcgi, sent, entries.count > 1 ? .servers : [],
                entries.contains(where: \.bind.isNamed) ? .names : [], settings.root == nil ? [] : .site,
            ]
        case .swift(let path): return [.swift, .sent, path == SwiftPlan.own ? .own : []]
        case .files: return .files
        }
    }
}
