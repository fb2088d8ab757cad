// What comes of looking for a script. It is found out in the process that is to be the script and used in the responder, so
// it has to fit into a word of the report of a start; what a client and an operator are told about it are texts.

import Octets
import Syscalls

/// What a look at the file system may find instead of a script.
enum ScriptObstacle: Int32, CaseIterable {
    case missing = 1
    case notExecutable, behindLink, outside, unparsed

    /// What the request is told.
    var refusal: ScriptRefusal {
        switch self {
        case .missing: .missing
        case .notExecutable: .notExecutable
        case .behindLink: .behindLink
        case .outside: .outside
        case .unparsed: .unparsed
        }
    }
}

/// What came of a look, which `end` octets of the path were the last subject of.
enum ScriptFinding: Equatable {
    case found(end: Int)
    case refused(ScriptObstacle, end: Int)

    /// The same as two numbers.
    var word: StartWord {
        switch self {
        case .found(let end): StartWord(0, Int32(end))
        case .refused(let obstacle, let end): StartWord(obstacle.rawValue, Int32(end))
        }
    }

    /// - Parameter name: What was looked for: the numbers come from another process.
    init?(_ word: StartWord, of name: ScriptName) {
        let end = Int(word.detail)
        guard (0...name.path.count).contains(end) else { return nil }
        if word.code == 0 {
            self = .found(end: end)
        } else if let obstacle = ScriptObstacle(rawValue: word.code) {
            self = .refused(obstacle, end: end)
        } else {
            return nil
        }
    }
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
