// Events become nodes. An alias is the node that its anchor names: it costs nothing here, however often it is
// repeated. A reader of the document meets all of it each time. Lists of aliases of lists of aliases would
// cost that reader all memory (the "billion laughs"), so an alias counts as all the parts that it stands for.

/// Makes one document of the events of a text.
final class Composer {
    /// Lists and maps inside of each other at the most: each one is a call inside of another.
    private static let deepest = 64
    /// Parts at the most, those behind aliases counted each time.
    private static let most = 100_000

    private let events: YAMLEvents
    /// What aliases may call by a name, with its number of parts. A name counts from the end of its part on,
    /// so that no part contains itself.
    private var anchors: [String: (node: YAMLNode, parts: Int)] = [:]
    /// How many there were so far.
    private var parts = 0

    init(_ text: String) { events = YAMLEvents(text) }

    /// The document; `nil` where there is none.
    func document() throws(YAMLError) -> YAMLNode? {
        guard case .documentStart = try events.next().kind else { return nil }
        let root = try node(try events.next(), depth: 0)
        _ = try events.next()  // The document's end.
        let next = try events.next()
        guard case .streamEnd = next.kind else {
            throw YAMLError(
                line: next.line, problem: "this is no YAML: another document begins here: keep one")
        }
        return root
    }

    /// The part that begins with an event.
    private func node(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> YAMLNode {
        let before = parts
        let content: YAMLNode.Content
        switch event.kind {
        case .alias(let name):
            guard let anchored = anchors[name] else {
                throw YAMLError(
                    line: event.line, problem: "this is no YAML: found undefined alias '*\(name)'")
            }
            try count(anchored.parts, event.line)
            return anchored.node
        case .scalar(let text, let isPlain):
            try count(1, event.line)
            content = .scalar(text, isPlain: isPlain)
        case .listStart:
            try enter(event, depth)
            content = .list(try items(depth + 1))
        case .mapStart:
            try enter(event, depth)
            let pairs = try pairs(depth + 1)
            if let mistake = Self.repeatedName(pairs) { throw mistake }
            content = .map(pairs)
        case .documentStart, .documentEnd, .end, .streamEnd:
            throw YAMLError(line: event.line, problem: "this is no YAML: a value is missing here")
        }
        let node = YAMLNode(content: content, line: event.line)
        if let anchor = event.anchor { anchors[anchor] = (node, parts - before) }
        return node
    }

    private func items(_ depth: Int) throws(YAMLError) -> [YAMLNode] {
        var items: [YAMLNode] = []
        while true {
            let event = try events.next()
            if case .end = event.kind { return items }
            items.append(try node(event, depth: depth))
        }
    }

    private func pairs(_ depth: Int) throws(YAMLError) -> [(key: YAMLNode, value: YAMLNode)] {
        var pairs: [(key: YAMLNode, value: YAMLNode)] = []
        while true {
            let event = try events.next()
            if case .end = event.kind { return pairs }
            let key = try node(event, depth: depth)
            pairs.append((key, try node(try events.next(), depth: depth)))
        }
    }

    private func enter(_ event: YAMLEvent, _ depth: Int) throws(YAMLError) {
        guard depth < Self.deepest else {
            throw YAMLError(
                line: event.line,
                problem: "more than \(Self.deepest) lists and maps lie inside of each other here")
        }
        try count(1, event.line)
    }

    private func count(_ added: Int, _ line: Int) throws(YAMLError) {
        parts += added
        guard parts <= Self.most else {
            // All of the document is too large: no line of it is the mistake.
            throw YAMLError(
                line: 1,
                problem: "it has more than \(Self.most) parts; line \(line) passes that, "
                    + "where an alias counts as all that it repeats")
        }
    }

    /// The first name of a map that it has more than once; whether it is in quotes makes no difference.
    private static func repeatedName(_ pairs: [(key: YAMLNode, value: YAMLNode)]) -> YAMLError? {
        var lines: [String: (first: Int, second: Int?)] = [:]
        var names: [String] = []
        for (key, _) in pairs {
            guard case .scalar(let name, _) = key.content else { continue }
            names.append(name)
            if let (first, second) = lines[name] {
                lines[name] = (first, second ?? key.line)
            } else {
                lines[name] = (key.line, nil)
            }
        }
        for name in names {
            guard let (first, second) = lines[name], let second else { continue }
            let other = second == first ? "" : " (line \(first) sets it too)"
            // A person reads it in one line, whatever the name has in it.
            let legible = name.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 }
            let shown = String(String.UnicodeScalarView(legible))
            return YAMLError(
                line: second, problem: "'\(shown)' is set more than once\(other): keep one of them")
        }
        return nil
    }
}
