// A YAML document as nodes that know their lines. libyaml reads the text (YAMLEvents.swift), and
// Composer.swift makes nodes of its events. No scalar is taken for a number or a date: the caller knows what
// a text means.

/// A part of a YAML document: scalars as they are written, lists and maps.
public struct YAMLNode {
    /// What a part is.
    public indirect enum Content {
        /// A scalar. One without quotes is plain.
        case scalar(String, isPlain: Bool)
        /// A sequence.
        case list([YAMLNode])
        /// A mapping, in its order.
        case map([(key: YAMLNode, value: YAMLNode)])
        /// A list or map in a position where none of the wanted depth can be.
        case tooDeep
    }

    /// What it is.
    public let content: Content
    /// Where it begins, from 1. What an alias repeats begins where it is written.
    public let line: Int

    /// Reads a document.
    ///
    /// - Parameters:
    ///   - text: At most one document.
    ///   - depth: Lists and maps inside of each other; deeper ones are ``Content/tooDeep``.
    /// - Returns: `nil` where there is no document, or an empty one.
    /// - Throws: A text that is no YAML, a name that a map has twice, and a text beyond a limit: 64 lists and
    ///   maps inside of each other, or 100 000 parts, each alias counted as all that it repeats.
    public static func parse(_ text: String, depth: Int) throws(YAMLError) -> YAMLNode? {
        let composer = Composer(text)
        guard let root = try composer.document() else { return nil }
        if case .scalar("", isPlain: true) = root.content { return nil }
        return root.limited(to: depth)
    }

    /// The same without what lies deeper. The composer has counted what aliases repeat, which bounds the
    /// work.
    private func limited(to depth: Int) -> YAMLNode {
        let limited: Content =
            switch content {
            case .list(let items) where depth > 0: .list(items.map { $0.limited(to: depth - 1) })
            case .map(let pairs) where depth > 0:
                .map(pairs.map { ($0.key.limited(to: depth - 1), $0.value.limited(to: depth - 1)) })
            case .list, .map, .tooDeep: .tooDeep
            case .scalar: content
            }
        return YAMLNode(content: limited, line: line)
    }
}
