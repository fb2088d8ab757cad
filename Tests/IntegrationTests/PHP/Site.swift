import Syscalls
import Testing

/// A copy of the site below Applications, so that a test may add to it.
struct Site {
    let folder: TemporaryFolder
    var path: String { folder / "site" }

    init() throws {
        folder = try TemporaryFolder()
        try run("cp", "-r", Build.application("php"), path)
    }

    func serve(
        _ options: String..., sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess) throws -> Void
    ) throws {
        try run("php-cgi", "-v")
        try GatewayProcess("php:\(path)", options, environment: [], folder: folder)
            .use(sourceLocation: sourceLocation, body)
    }
}
