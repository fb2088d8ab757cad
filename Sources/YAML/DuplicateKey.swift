// Where a name is set for the second time. The parser refuses such a document and says where the first one is. So the first one
// gets another name, and the document is read again: then the second one is a node that knows its line.

internal import Yams

/// A name that a map has more than once.
struct DuplicateKey {
    let error: YAMLError

    /// What a name is made another one by: a character for private use, which no name has.
    private static let mark: Character = "\u{F8FF}"
    /// Names that are looked at, at the most: each costs another reading.
    private static let limit = 16
    /// Nodes that are looked at, at the most: aliases multiply what they stand for.
    private static let nodeLimit = 100_000

    /// - Returns: `nil` where it is not found.
    init?(in text: String) {
        var text = text
        var first: (name: String, line: Int)?
        for _ in 0..<Self.limit {
            do {
                guard let root = try Yams.compose(yaml: text, .basic, .default, .utf8), let first else {
                    return nil
                }
                var budget = Self.nodeLimit
                let line = Self.second(first.name, in: root, &budget)
                error = Self.error(first.name, line ?? first.line, first.line)
                return
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                guard let name = names.first, let other = Self.rename(name, at: context.mark, text) else {
                    return nil
                }
                // A third one: then this is the second.
                if let first, first.name == name, context.mark.line > first.line {
                    error = Self.error(name, context.mark.line, first.line)
                    return
                }
                first = first ?? (name, context.mark.line)
                text = other
            } catch {
                guard let first else { return nil }
                self.error = Self.error(first.name, first.line, first.line)
                return
            }
        }
        return nil
    }

    private static func error(_ name: String, _ line: Int, _ first: Int) -> YAMLError {
        let other = line == first ? "" : " (line \(first) sets it too)"
        return YAMLError(line: line, problem: "'\(name)' is set more than once\(other): keep one of them")
    }

    /// The text with the mark in the name that begins at a place; `nil` where there is no name to be marked.
    private static func rename(_ name: String, at place: Mark, _ text: String) -> String? {
        var lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
        guard place.line >= 1, place.line <= lines.count else { return nil }
        var scalars = Array(lines[place.line - 1].unicodeScalars)
        var column = place.column - 1
        guard column >= 0, column < scalars.count else { return nil }
        if ["\"", "'"].contains(scalars[column]) { column += 1 }
        scalars.insert(contentsOf: mark.unicodeScalars, at: column)
        lines[place.line - 1] = scalars.reduce(into: "") { $0.unicodeScalars.append($1) }
        return lines.joined(separator: "\n")
    }

    /// The line of the name beside the one that was marked.
    private static func second(_ name: String, in node: Node, _ budget: inout Int) -> Int? {
        budget -= 1
        guard budget > 0 else { return nil }
        switch node {
        case .mapping(let pairs):
            let keys = pairs.map(\.key)
            if keys.contains(where: { $0.scalar?.string == "\(mark)\(name)" }),
                let other = keys.first(where: { $0.scalar?.string == name })
            {
                return other.mark?.line
            }
            for (key, value) in pairs {
                if let line = second(name, in: key, &budget) { return line }
                if let line = second(name, in: value, &budget) { return line }
            }
            return nil
        case .sequence(let items):
            for item in items { if let line = second(name, in: item, &budget) { return line } }
            return nil
        case .scalar, .alias: return nil
        }
    }
}
