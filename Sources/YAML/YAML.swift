// A module of its own, because Yams brings Foundation along: imported where the gateway is, Foundation's methods of
// String would take the place of the standard library's there, which do other things with empty texts.

internal import Yams

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
        /// A list or map in a place where none of the wanted depth can be.
        case tooDeep
    }

    /// What it is.
    public let content: Content
    /// Where it begins, from 1.
    public let line: Int
    /// Parts of a document at the most, those that aliases repeat counted each time: lists of aliases of lists of
    /// aliases would otherwise take all memory.
    private static let limit = 100_000

    /// Reads a document.
    ///
    /// - Parameters:
    ///   - text: At most one document.
    ///   - depth: Lists and maps inside of each other; deeper ones are ``Content/tooDeep``. Aliases can multiply what
    ///     is in them, and a bound keeps that small.
    /// - Returns: `nil` where there is no document.
    public static func parse(_ text: String, depth: Int) throws(YAMLError) -> YAMLNode? {
        do {
            // Without rules, no scalar is taken for a number: names that differ in writing differ.
            guard let root = try Yams.compose(yaml: text, .basic, .default, .utf8) else { return nil }
            var count = 0
            let node = YAMLNode(root, depth: depth, count: &count)
            guard count <= limit else { throw YAMLError(line: 1, problem: "it has more than \(limit) parts") }
            if case .scalar("", isPlain: true) = node.content { return nil }
            return node
        } catch let error as YAMLError {
            throw error
        } catch YamlError.duplicatedKeysInMapping {
            throw DuplicateKey(in: text)?.error ?? YAMLError(line: 1, problem: "a name is set more than once")
        } catch {
            throw YAMLError(error, text)
        }
    }

    private init(_ node: Node, depth: Int, count: inout Int) {
        line = node.mark?.line ?? 1
        count += 1
        let depth = count > Self.limit ? 0 : depth
        switch node {
        case .scalar(let scalar): content = .scalar(scalar.string, isPlain: scalar.style == .plain)
        case .sequence(let items) where depth > 0:
            content = .list(items.map { YAMLNode($0, depth: depth - 1, count: &count) })
        case .mapping(let pairs) where depth > 0:
            content = .map(
                pairs.map {
                    (
                        YAMLNode($0.key, depth: depth - 1, count: &count),
                        YAMLNode($0.value, depth: depth - 1, count: &count)
                    )
                })
        case .sequence, .mapping, .alias: content = .tooDeep
        }
    }
}
