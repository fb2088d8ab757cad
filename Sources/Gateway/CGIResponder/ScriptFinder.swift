// Which script a request means: SCRIPT_FILENAME, or the longest prefix of DOCUMENT_ROOT + SCRIPT_NAME that is a file, as
// fcgiwrap has it. Whether it may be run is asked of the file system here, and of exec once more.

import Octets
import Syscalls

/// A script that is going to be run.
struct Script: Equatable {
    let path: [UInt8]
    /// Its working folder; `nil` for that of the responder.
    let directory: [UInt8]?
}

/// A request that no script answers.
struct ScriptRefusal: Error, Equatable {
    /// The value of the Status field.
    let status: String
    /// One line for the client.
    let explanation: String
    /// The end of a line for the operator; a script's name stands before it.
    let reason: String
    /// For the operator: the script that was meant, as far as it is known.
    var script: [UInt8] = []

    static let malformed = ScriptRefusal(
        status: "400 Bad Request", explanation: "The variables of the request are malformed.",
        reason: "the request's variables cannot be an environment")
    static let tooLarge = ScriptRefusal(
        status: "431 Request Header Fields Too Large",
        explanation: "The variables of the request are too large.",
        reason: "the request's variables have more than \(ScriptParams.octetLimit) octets")
    static let tooMany = ScriptRefusal(
        status: "431 Request Header Fields Too Large",
        explanation: "The request has too many variables.",
        reason: "the request has more than \(ScriptParams.pairLimit) variables")
    static let tooLong = ScriptRefusal(
        status: "414 URI Too Long", explanation: "The name of the script is too long.",
        reason: "the script's name has more than \(ScriptFinder.nameLimit) octets")
    static let unnamed = ScriptRefusal(
        status: "403 Forbidden", explanation: "The request names no script.",
        reason: "no script is named: are SCRIPT_FILENAME, or DOCUMENT_ROOT and SCRIPT_NAME, passed?")
    static let missing = ScriptRefusal(
        status: "404 Not Found", explanation: "There is nothing here.", reason: "there is no such script")
    static let notExecutable = ScriptRefusal(
        status: "403 Forbidden", explanation: "This may not be run.",
        reason: "it is no file that this user may run")
    static let behindLink = ScriptRefusal(
        status: "403 Forbidden", explanation: "This may not be run.",
        reason: "a link on the way to it is not followed (--follow-links)")
    static let outside = ScriptRefusal(
        status: "403 Forbidden", explanation: "This may not be run.",
        reason: "it is not among the scripts that may be run")
    // Such a script writes a whole HTTP response. Who passes it on can neither frame it nor check it, and another request's
    // answer may follow on the same connection. RFC 3875, §5, leaves it to the server whether it runs such scripts.
    static let unparsed = ScriptRefusal(
        status: "501 Not Implemented",
        explanation:
            "Scripts whose names begin with nph- are not run: rename it, and begin its answer with a Status field.",
        reason: "an NPH script is not run: rename it, and begin its answer with a Status field")

    /// A script's name as lines for the operator have it: a client decides how long it is.
    static func brief(_ script: [UInt8]) -> String {
        let limit = 200
        let text = String(decoding: script.prefix(limit), as: UTF8.self)
        return script.count > limit ? text + "..." : text
    }

    func of(_ script: [UInt8]) -> ScriptRefusal {
        var refusal = self
        refusal.script = script
        return refusal
    }
}

/// Finds scripts.
final class ScriptFinder {
    /// Octets of a name that are looked at: as many as the system takes (PATH_MAX). Each slash may cost a look at the disk.
    static let nameLimit = 4096

    private let root: OwnedDescriptor?
    private let rootPath: [UInt8]
    private let links: FollowedLinks
    private let allowed: [[UInt8]]
    private let fixed: [UInt8]?

    init(_ options: ResponderOptions) throws(SyscallError) {
        root = try options.root.map { path throws(SyscallError) in try Files.openDirectory(path) }
        rootPath = options.root.map { $0 == "/" ? [] : Array($0.utf8) } ?? []
        links = options.links ?? .owner
        allowed = options.allowed.map { Array($0.utf8) }
        fixed = options.script.map { Array($0.utf8) }
    }

    /// - Parameter params: Those of the request; where the script's name is only found here, its own are set right.
    func find(_ params: inout ScriptParams) throws(ScriptRefusal) -> Script {
        let path = try locate(&params)
        guard allowed.isEmpty || allowed.contains(path) else { throw .outside.of(path) }
        let slash = path.lastIndex(of: ASCII.slash) ?? 0
        guard !path[(slash + 1)...].starts(with: "nph-".utf8) else { throw .unparsed.of(path) }
        let folder = slash == 0 ? [ASCII.slash] : Array(path[..<slash])
        guard let wanted = params["FCGI_CHDIR"] else { return Script(path: path, directory: folder) }
        return Script(path: path, directory: wanted == [UInt8(ascii: "-")] ? nil : wanted)
    }

    private func locate(_ params: inout ScriptParams) throws(ScriptRefusal) -> [UInt8] {
        if let fixed {
            params.set("SCRIPT_FILENAME", fixed)
            try check(fixed)
            return fixed
        }
        if let path = params["SCRIPT_FILENAME"] {
            guard path.count <= Self.nameLimit else { throw .tooLong.of(path) }
            try check(path)
            return path
        }
        guard let folder = params["DOCUMENT_ROOT"], let name = params["SCRIPT_NAME"] else { throw .unnamed }
        guard folder.count <= Self.nameLimit, name.count <= Self.nameLimit - folder.count else {
            throw .tooLong.of(folder + name)
        }
        guard !Self.climbs(name) else { throw .outside.of(folder + name) }
        let whole = folder + name
        var end = whole.count
        while end > folder.count {
            let candidate = Array(whole[..<end])
            do {
                try check(candidate)
            } catch  where error.status == ScriptRefusal.missing.status {
                end = whole[..<end].lastIndex(of: ASCII.slash) ?? 0
                continue
            }
            let info = Array(whole[end...])
            params.set("PATH_INFO", info.isEmpty ? nil : info)
            if !info.isEmpty { params.set("SCRIPT_NAME", Array(whole[folder.count..<end])) }
            return candidate
        }
        throw .missing.of(whole)
    }

    private func check(_ path: [UInt8]) throws(ScriptRefusal) {
        guard path.first == ASCII.slash else { throw .outside.of(path) }
        switch try standing(path) {
        case .executable: return
        case .missing: throw .missing.of(path)
        case .behindLink: throw .behindLink.of(path)
        case .notExecutable, .directory, .other, .closed: throw .notExecutable.of(path)
        }
    }

    private func standing(_ path: [UInt8]) throws(ScriptRefusal) -> ProgramStanding {
        guard let root = rootNumber else { return Files.programStanding(path) }
        guard path.starts(with: rootPath + [ASCII.slash]) else { throw .outside.of(path) }
        let rest = path[rootPath.count...].drop { $0 == ASCII.slash }
        return Files.programStanding(
            rest.isEmpty ? Array(".".utf8) : Array(rest), beneath: root, links: links)
    }

    private var rootNumber: CInt? {
        switch root {
        case .some(let root): root.number
        case .none: nil
        }
    }

    /// Whether a name holds a `..` that would lead upwards.
    private static func climbs(_ name: [UInt8]) -> Bool {
        name.split(separator: ASCII.slash).contains { $0.elementsEqual("..".utf8) }
    }
}
