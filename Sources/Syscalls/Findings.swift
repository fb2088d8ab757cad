// What one process has found out about files, accounts and names, for another one that may wait for nobody. A child finds it out,
// and may stand still for as long as a file system, a directory of users or a name server likes; its parent then does the same
// once more and asks nobody: each question is answered as it was in the child. So both come to the same, without a form of its
// own for whatever it is that they make of the answers.
//
// A question is a function of this module with its arguments. One that was asked twice had one answer, also in the child: what
// changes meanwhile is seen as it was at first. What the child has not asked is not looked for: the answer is the one for what is
// not there, and the question is remembered, because what was made of it is worth nothing.

import Glibc

/// The answers that a process got to its questions.
public struct Findings: Sendable {
    /// Octets by question.
    private var answers: [String: [UInt8]] = [:]
    /// Folders that are held, by the path that they were looked for by.
    private(set) var folders: [String: FolderReference] = [:]

    /// Where this process has its answers from.
    private enum Way {
        case looks
        /// Looks, and keeps what it finds.
        case keeps(Findings)
        case goesBy(Findings)
    }

    /// A process that keeps findings, or goes by them, has one thread.
    nonisolated(unsafe) private static var way = Way.looks
    nonisolated(unsafe) private static var unanswered: String?

    /// Does something, and keeps what it finds out.
    public static func keeping(_ body: () -> Void) -> Findings {
        way = .keeps(Findings())
        defer { way = .looks }
        body()
        guard case .keeps(let findings) = way else { return Findings() }
        return findings
    }

    /// Does something without asking anybody.
    ///
    /// - Throws: What `body` throws; where it has asked what there is no answer to, what `incomplete` makes of the question.
    public func goingBy<Result, Failure: Error>(
        incomplete: (String) -> Failure, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let before = Self.way
        Self.way = .goesBy(self)
        Self.unanswered = nil
        defer { Self.way = before }
        let result: Result
        do {
            result = try body()
        } catch {
            if let question = Self.unanswered { throw incomplete(question) }
            throw error
        }
        if let question = Self.unanswered { throw incomplete(question) }
        return result
    }

    /// Answers a question: from what is known, or by looking.
    ///
    /// - Parameter unknown: The answer to what was not asked before.
    @inline(__always)
    static func ask<Answer: Told>(
        _ question: @autoclosure () -> String, unknown: @autoclosure () -> Answer, _ look: () -> Answer
    ) -> Answer {
        if case .looks = way { return look() }
        return answer(question(), unknown: unknown(), look)
    }

    private static func answer<Answer: Told>(
        _ question: String, unknown: Answer, _ look: () -> Answer
    ) -> Answer {
        switch way {
        case .looks: return look()
        case .keeps(let findings):
            if let known: Answer = findings.answer(question) { return known }
            let found = look()
            guard case .keeps(var findings) = way else { return found }
            way = .looks
            findings.answers[question] = found.octets
            way = .keeps(findings)
            return found
        case .goesBy(let findings):
            if let known: Answer = findings.answer(question) { return known }
            unanswered = unanswered ?? question
            return unknown
        }
    }

    private func answer<Answer: Told>(_ question: String) -> Answer? {
        answers[question].flatMap { octets in
            var reader = ToldReader(octets)
            return Answer(&reader)
        }
    }

    // MARK: Folders, which are held and not only told

    /// Holds a folder: one that is known, or by looking.
    static func folder(
        _ path: String, _ look: () throws(SyscallError) -> FolderReference
    ) throws(SyscallError) -> FolderReference {
        if case .looks = way { return try look() }
        if case .keeps(let findings) = way, let folder = findings.folders[path] { return folder }
        var held: FolderReference?
        let identity = try attempt("folder \(path)") { () throws(SyscallError) in
            held = try look()
            return held!.identity
        }
        if let held, case .keeps(var findings) = way {
            way = .looks
            findings.folders[path] = held
            way = .keeps(findings)
            return held
        }
        guard case .goesBy(let findings) = way, let folder = findings.folders[path],
            folder.identity == identity
        else { throw .unanswered("open \(path)") }
        return folder
    }

    /// Answers a question whose answer may be an error.
    static func attempt<Answer: Told>(
        _ question: @autoclosure () -> String, _ look: () throws(SyscallError) -> Answer
    ) throws(SyscallError) -> Answer {
        if case .looks = way { return try look() }
        let question = question()
        return try answer(question, unknown: Attempt(failure: .unanswered(question))) {
            do throws(SyscallError) {
                return Attempt(success: try look())
            } catch {
                return Attempt(failure: error)
            }
        }.value()
    }
}

extension Findings {
    /// All of it as octets, for a process that is a copy of this one; the folders go beside them.
    var octets: [UInt8] {
        var octets: [UInt8] = []
        for (question, answer) in answers {
            question.tell(&octets)
            ToldOctets(answer).tell(&octets)
        }
        return octets
    }

    /// - Returns: `nil` for what ``octets`` has not made.
    init?(_ reader: inout ToldReader, folders: [String: FolderReference]) {
        while !reader.isAtEnd {
            guard let question = String(&reader), let answer = ToldOctets(&reader) else { return nil }
            answers[question] = answer.octets
        }
        self.folders = folders
    }
}

extension SyscallError {
    /// What is thrown where there is no answer.
    fileprivate static func unanswered(_ question: String) -> SyscallError {
        SyscallError(call: question, code: EAGAIN)
    }
}
