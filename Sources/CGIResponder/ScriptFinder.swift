// Which script a request means: SCRIPT_FILENAME, or the longest prefix of DOCUMENT_ROOT + SCRIPT_NAME that is a file, as
// fcgiwrap has it. What a request names is a matter of its text, which the responder reads. Whether that is there and may be
// run is asked of the file system, which may not answer: the new process that is to be the script does that
// (ScriptProcess), and says in two numbers what it has found. Exec asks once more.

import Octets
import Syscalls

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

    /// The open folder that all scripts are in; -1 where they may be anywhere.
    var rootNumber: CInt {
        switch root {
        case .some(let root): root.number
        case .none: -1
        }
    }

    /// What a request names. Nothing is looked at: this takes no time.
    func name(in params: ScriptParams) throws(ScriptRefusal) -> ScriptName {
        let name = ScriptName(
            path: try path(in: params), folder: folder(in: params), isFixed: fixed != nil,
            wantedDirectory: params["FCGI_CHDIR"])
        guard isInside(name.path) else { throw .outside.of(name.path) }
        return name
    }

    private func path(in params: ScriptParams) throws(ScriptRefusal) -> [UInt8] {
        if let fixed { return fixed }
        if let path = params["SCRIPT_FILENAME"] {
            guard path.count <= Self.nameLimit else { throw .tooLong.of(path) }
            return path
        }
        guard let folder = params["DOCUMENT_ROOT"], let name = params["SCRIPT_NAME"] else { throw .unnamed }
        guard folder.count <= Self.nameLimit, name.count <= Self.nameLimit - folder.count else {
            throw .tooLong.of(folder + name)
        }
        guard !Self.climbs(name) else { throw .outside.of(folder + name) }
        return folder + name
    }

    private func folder(in params: ScriptParams) -> Int? {
        fixed == nil && params["SCRIPT_FILENAME"] == nil ? params["DOCUMENT_ROOT"]?.count : nil
    }

    /// Whether a path may be that of a script, as far as one can tell from its text.
    private func isInside(_ path: [UInt8]) -> Bool {
        path.first == ASCII.slash && (rootNumber < 0 || path.starts(with: rootPath + [ASCII.slash]))
    }

    /// Looks for a script. A file system that does not answer holds whoever calls this.
    func look(for name: ScriptName) -> ScriptFinding {
        var end = name.path.count
        repeat {
            let path = Array(name.path[..<end])
            switch obstacle(path) {
            case nil: return finding(path)
            case .missing? where name.folder != nil: end = path.lastIndex(of: ASCII.slash) ?? 0
            case let obstacle?: return .refused(obstacle, end: end)
            }
        } while end > name.folder ?? 0
        return .refused(.missing, end: name.path.count)
    }

    /// A file is there that may be run: whether it is one of those.
    private func finding(_ path: [UInt8]) -> ScriptFinding {
        guard allowed.isEmpty || allowed.contains(path) else { return .refused(.outside, end: path.count) }
        let slash = path.lastIndex(of: ASCII.slash) ?? 0
        guard !path[(slash + 1)...].starts(with: "nph-".utf8) else {
            return .refused(.unparsed, end: path.count)
        }
        return .found(end: path.count)
    }

    private func obstacle(_ path: [UInt8]) -> ScriptObstacle? {
        guard isInside(path) else { return .outside }
        return switch standing(path) {
        case .executable: nil
        case .missing: .missing
        case .behindLink: .behindLink
        case .notExecutable, .directory, .other, .closed: .notExecutable
        }
    }

    private func standing(_ path: [UInt8]) -> ProgramStanding {
        guard rootNumber >= 0 else { return Files.programStanding(path) }
        let rest = path[rootPath.count...].drop { $0 == ASCII.slash }
        return Files.programStanding(
            rest.isEmpty ? Array(".".utf8) : Array(rest), beneath: rootNumber, links: links)
    }

    /// Whether a name holds a `..` that would lead upwards.
    private static func climbs(_ name: [UInt8]) -> Bool {
        name.split(separator: ASCII.slash).contains { $0.elementsEqual("..".utf8) }
    }
}
