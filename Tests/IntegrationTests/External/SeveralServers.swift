import Syscalls
import Testing

/// Runs `body` with servers `a`, `b` and `c` on unix sockets and a gateway in front of them.
///
/// - Parameters:
///   - servers: The argument behind `fcgi:`; `@a` stands for the address of server a.
///   - settings: Of the application, as lines of a map.
///   - down: Servers that are not started.
func withServers(
    _ servers: String, _ settings: String = "", workers: Int = 1, down: Set<String> = [],
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (GatewayProcess, SeveralServers) throws -> Void
) throws {
    let several = try SeveralServers(down: down)
    var argument = servers
    for name in SeveralServers.names {
        argument = argument.replacing("@\(name)", with: "unix:\(several.folder / name)")
    }
    let gateway = try GatewayProcess(
        file: """
            workers: \(workers)
            applications:
              app:
                run: "fcgi:\(argument)"
            \(settings.lines.map { "    \($0)" }.joined(separator: "\n"))
            """, folder: several.folder)
    try gateway.use(sourceLocation: sourceLocation) { try body($0, several) }
}

/// Servers that are started and ended one by one.
final class SeveralServers {
    static let names = ["a", "b", "c"]
    let folder: TemporaryFolder
    private var running: [String: RemoteServers] = [:]

    fileprivate init(down: Set<String>) throws {
        folder = try TemporaryFolder()
        for name in Self.names where !down.contains(name) { try start(name) }
    }

    func start(_ name: String) throws {
        Files.remove(folder / name)
        running[name] = try RemoteServers([name: "unix:\(folder / name)"], in: folder)
    }

    /// Ends it; its socket refuses from now on.
    func kill(_ name: String) { running[name] = nil }

    func set(_ name: String, _ mode: String) throws { try RemoteServers.set(name, mode, in: folder) }

    /// Requests that a server has read to their end.
    func asked(_ name: String) -> [String] {
        TextFile.read(folder / "\(name).log").lines.filter { $0.hasPrefix("asked") }
    }

    /// How many each has read.
    var counts: [Int] { Self.names.map { asked($0).count } }
}

extension GatewayProcess {
    /// Which servers answer so many requests, one after another.
    func answering(_ count: Int, _ target: String = "/", fields: [String] = []) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for _ in 0..<count {
            let response = try ask("GET", target, fields: fields)
            counts[response.shown("server") ?? "\(response.status)", default: 0] += 1
        }
        return counts
    }
}
