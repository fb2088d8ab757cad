// Servers that are not the gateway's: Applications/servers.py, which says what it was asked and does what it is told.

import Syscalls
import Testing

/// Running servers, each by its name.
final class RemoteServers {
    private let folder: TemporaryFolder
    private let process: StartedProcess

    /// Starts one process with all of them.
    ///
    /// - Parameter addresses: `unix:…`, `unix:@…` or `HOST:PORT` by name.
    init(
        _ addresses: KeyValuePairs<String, String>, in folder: TemporaryFolder,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        self.folder = folder
        for (name, _) in addresses { Files.remove(folder / "\(name).log") }
        process = try StartedProcess(
            ["python3", Build.application("servers.py"), folder.path] + addresses.map { "\($0)=\($1)" })
        try eventually("the servers listen", sourceLocation: sourceLocation) {
            try #require(process.status == nil, "the servers ended", sourceLocation: sourceLocation)
            return addresses.allSatisfy { log($0.key).contains("listening") }
        }
    }

    deinit { process.kill() }

    /// Ends them.
    func kill() { process.kill() }

    func log(_ name: String) -> [String] { TextFile.read(folder / "\(name).log").lines }

    /// The requests that a server has read to their end.
    func asked(_ name: String) -> [String] { log(name).filter { $0.hasPrefix("asked") } }

    /// Says what a server does from now on.
    func set(_ name: String, _ mode: String) throws { try Self.set(name, mode, in: folder) }

    /// The same before it is started.
    static func set(_ name: String, _ mode: String, in folder: TemporaryFolder) throws {
        try TextFile.write(mode, to: folder / "\(name).mode")
    }
}

extension GatewayProcess {
    /// Starts a gateway with a configuration file, which is told to listen on a port of its own.
    ///
    /// - Parameter place: A unix path where it listens too.
    convenience init(
        file: String, folder: TemporaryFolder, place: String? = nil, program: String = Build.gateway
    ) throws {
        let binds = ["127.0.0.1:0"] + (place.map { ["unix:\($0)"] } ?? [])
        try TextFile.write("bind: [\(binds.joined(separator: ", "))]\n" + file, to: folder / "gateway.yaml")
        try self.init(
            nil, ["--config", "gateway.yaml"], environment: [], folder: folder, program: program)
    }

    /// One request on a connection of its own.
    ///
    /// - Parameter fields: Lines without their ends.
    func ask(
        _ method: String = "GET", _ target: String, host: String = "a", fields: [String] = [],
        body: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> HTTPResponse {
        let client = try connect()
        client.send(
            Self.request(method, target, host: host, fields: fields + ["Connection: close"], body: body))
        return try client.receive(toHead: method == "HEAD", sourceLocation: sourceLocation)
    }

    static func request(
        _ method: String, _ target: String, host: String = "a", fields: [String] = [], body: String? = nil
    ) -> String {
        let length = body.map { ["Content-Length: \($0.utf8.count)"] } ?? []
        let lines = ["\(method) \(target) HTTP/1.1", "Host: \(host)"] + fields + length
        return lines.map { $0 + "\r\n" }.joined() + "\r\n" + (body ?? "")
    }
}

extension HTTPResponse {
    /// A line of what Applications/servers.py answers, `server`, `role`, `body` or a variable; `nil` where there is none.
    func shown(_ name: String) -> String? {
        text.split(separator: "\n", omittingEmptySubsequences: false).first { $0.hasPrefix("\(name)=") }
            .map { String($0.dropFirst(name.count + 1)) }
    }
}
