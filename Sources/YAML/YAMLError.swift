// What is wrong with a document, and the line where a person has to look: that of the mistake, not the line
// where the parser has noticed it.

/// What is wrong with a document.
public struct YAMLError: Error {
    /// Where, from 1.
    public let line: Int
    /// What, in words that continue a sentence.
    public let problem: String

    /// What the parser was doing, and the line where it had begun.
    struct Context {
        let text: String
        let line: Int
    }

    static let noMemory = YAMLError(line: 1, problem: "there is not enough memory to read it")

    init(line: Int, problem: String) {
        self.line = line
        self.problem = problem
    }

    /// - Parameters:
    ///   - problem: In the words of libyaml.
    ///   - line: Where it has noticed.
    init(problem: String, line: Int, context: Context?, text: String) {
        let reason = problem.isEmpty ? context?.text ?? "" : problem
        self.line = Self.line(line, context, text)
        self.problem =
            Self.isIndentedByTab(self.line, text)
            ? "a tab indents this line: use blanks" : "this is no YAML: \(reason)"
    }

    /// A bracket that is never closed, or a name without its colon, is noticed at the next line or at the
    /// end. The mistake is where it begins.
    private static func line(_ noticed: Int, _ context: Context?, _ text: String) -> Int {
        let opening = [
            "while parsing a flow", "while scanning a quoted scalar", "while scanning a simple key",
        ]
        // The end of a text lies behind its last line.
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        let last = lines.lastIndex { !$0.allSatisfy(\.isWhitespace) } ?? 0
        let begun = context.flatMap { opening.contains(where: $0.text.hasPrefix) ? $0.line : nil }
        return max(1, min(begun ?? noticed, last + 1))
    }

    private static func isIndentedByTab(_ line: Int, _ text: String) -> Bool {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        guard line <= lines.count else { return false }
        return lines[line - 1].prefix { $0 == " " || $0 == "\t" }.contains("\t")
    }
}
