import Syscalls
import Testing

/// Runs `body` with a gateway whose program has an application of its own.
///
/// - Parameter kind: What Tests/TestApplication makes of TEST_APPLICATION.
func withApplication(
    _ kind: String, _ options: String..., environment: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation, _ body: (GatewayProcess) throws -> Void
) throws {
    try GatewayProcess(
        nil, options, environment: environment + ["TEST_APPLICATION=\(kind)"], folder: nil,
        program: Build.testApplication
    ).use(sourceLocation: sourceLocation, body)
}

extension GatewayProcess {
    /// The lines that hooks have written.
    var hookLines: [String] { TextFile.read(folder / "hooks").lines }

    /// Sends a request that is answered when ``open(_:)`` is called, and waits until its handler runs.
    func connectAndHold(_ gate: String, sourceLocation: SourceLocation = #_sourceLocation) throws
        -> HTTPClient
    {
        let client = try connect()
        client.send("GET /until?\(folder / gate) HTTP/1.1\r\nHost: a\r\n\r\n")
        try eventually("the handler runs", sourceLocation: sourceLocation) { isCalled(gate) }
        return client
    }

    /// Whether a handler was called with this gate.
    func isCalled(_ gate: String) -> Bool { calls.contains("call /until?\(folder / gate)") }

    /// Lets handlers that wait for the gate answer.
    func open(_ gate: String) throws { try TextFile.write("", to: folder / gate) }
}
