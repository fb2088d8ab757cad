import YAML

/// What the reader of configuration files promises.
enum YAMLPromises {
    private static let depth = 4

    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.unicodeScalars.count { "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) } + 2
        let root: YAMLNode?
        do throws(YAMLError) {
            root = try YAMLNode.parse(text, depth: depth)
        } catch {
            try require((0...lines).contains(error.line), "it is wrong in line \(error.line) of \(lines)")
            try require(!error.problem.isEmpty, "it is wrong, and nobody knows why")
            try require(
                !error.problem.contains { $0.isNewline }, "what is wrong with it is more than one line")
            return
        }
        if let root { try checkNode(root, lines, depth) }
    }

    private static func checkNode(_ node: YAMLNode, _ lines: Int, _ depth: Int) throws(Violation) {
        try require((0...lines).contains(node.line), "a part is in line \(node.line) of \(lines)")
        switch node.content {
        case .scalar, .tooDeep: return
        case .list(let items):
            try require(depth > 0, "it is deeper than it may be")
            for item in items { try checkNode(item, lines, depth - 1) }
        case .map(let pairs):
            try require(depth > 0, "it is deeper than it may be")
            for (key, value) in pairs {
                try checkNode(key, lines, depth - 1)
                try checkNode(value, lines, depth - 1)
            }
        }
    }
}
