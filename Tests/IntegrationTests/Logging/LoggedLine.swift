import Syscalls
import Testing

/// A line of an access log in JSON, read by a parser that is nobody's here.
struct LoggedLine: Equatable {
    /// Values as Python shows them: texts in quotes, numbers bare, `None` for null.
    private let values: [String: String]

    subscript(name: String) -> String { values[name] ?? "(missing)" }
    var names: Set<String> { Set(values.keys) }

    /// A number, where it is one.
    func number(_ name: String) -> Int? { Int(self[name]) }

    /// Reads a log. Python refuses what is no JSON, and what has a name twice is refused here.
    static func all(in path: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [LoggedLine]
    {
        let script = """
            import json, sys
            def once(pairs):
                assert len(dict(pairs)) == len(pairs), pairs
                return dict(pairs)
            for line in open(sys.argv[1], "rb").read().split(b"\\n")[:-1]:
                for name, value in json.loads(line.decode("utf-8"), object_pairs_hook=once).items():
                    print(name, ascii(value), sep="\\t")
                print()
            """
        let output = try run("python3", "-c", script, path, sourceLocation: sourceLocation)
        var lines: [LoggedLine] = []
        var values: [String: String] = [:]
        for line in output.split(separator: "\n", omittingEmptySubsequences: false) {
            let parts = line.split(separator: "\t", maxSplits: 1).map(String.init)
            if parts.count == 2 {
                values[parts[0]] = parts[1]
            } else if !values.isEmpty {
                lines.append(LoggedLine(values: values))
                values = [:]
            }
        }
        return lines
    }

    private init(values: [String: String]) { self.values = values }
}

extension GatewayProcess {
    /// The lines of an access log whose target is `target`.
    func lines(_ path: String, of target: String, sourceLocation: SourceLocation = #_sourceLocation) throws
        -> [LoggedLine]
    { try LoggedLine.all(in: path, sourceLocation: sourceLocation).filter { $0["target"] == "'\(target)'" } }
}
