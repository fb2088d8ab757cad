import Syscalls
import Testing

extension GatewayProcess {
    /// Expects that every application process answers: sends as many requests at once as there are processes,
    /// and holds each until all of them have arrived somewhere. A slot that is lost would keep the last one
    /// waiting.
    func expectAllProcessesServe(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let count = try applications.count
        let name = "gate-\(Clock.monotonicMilliseconds())"
        let clients = try (0..<count).map { _ in try connect() }
        for client in clients {
            client.send("GET /pid?until=\(folder / name) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        }
        try eventually("all \(count) processes serve at once", sourceLocation: sourceLocation) {
            calls.count { $0.hasSuffix(name) } == count
        }
        try TextFile.write("", to: folder / name)
        let pids = try clients.map { try $0.receive(sourceLocation: sourceLocation).text }
        #expect(Set(pids).count == count, sourceLocation: sourceLocation)
    }
}
