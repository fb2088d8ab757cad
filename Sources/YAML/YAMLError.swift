// What is wrong with a document, and the line where a person has to look: where the mistake is, not where the parser has noticed.

internal import Yams

/// What is wrong with a document.
public struct YAMLError: Error {
    /// Where, from 1.
    public let line: Int
    /// What, in words that continue a sentence.
    public let problem: String

    init(line: Int, problem: String) {
        self.line = line
        self.problem = problem
    }

    init(_ error: any Error, _ text: String) {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let reason = problem.isEmpty ? context?.text ?? "" : problem
            line = Self.line(context, mark, text)
            self.problem =
                Self.isIndentedByTab(line, text)
                ? "a tab indents this line: use blanks" : "this is no YAML: \(reason)"
        case .reader(let problem, let offset, _, _):
            line = text.prefix(offset ?? 0).count { $0.isNewline } + 1
            self.problem = "this is no YAML: \(problem)"
        default: (line, problem) = (1, "this is no YAML: \(error)")
        }
    }

    /// What is never closed, or lacks its colon, is noticed at the next line or at the end. The mistake is where it begins.
    private static func line(_ context: YamlError.Context?, _ mark: Mark, _ text: String) -> Int {
        let opening = [
            "while parsing a flow", "while scanning a quoted scalar", "while scanning a simple key",
        ]
        // The end of a text lies behind its last line.
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        let last = lines.lastIndex { !$0.allSatisfy(\.isWhitespace) } ?? 0
        let place = context.flatMap { opening.contains(where: $0.text.hasPrefix) ? $0.mark : nil } ?? mark
        return max(1, min(place.line, last + 1))
    }

    private static func isIndentedByTab(_ line: Int, _ text: String) -> Bool {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        guard line <= lines.count else { return false }
        return lines[line - 1].prefix { $0 == " " || $0 == "\t" }.contains("\t")
    }
}
