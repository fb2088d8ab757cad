import Syscalls
import Testing

@Suite("git over CGI", .serialized)
struct GitTests {
    /// The variables that keep the settings of whoever runs the tests out of them.
    private func environment(_ folder: TemporaryFolder) -> [String] {
        [
            "HOME=\(folder.path)", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_AUTHOR_NAME=a",
            "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org",
        ]
    }

    @Test("git clone and git push through git-http-backend", .timeLimit(.minutes(5)))
    func cloneAndPush() throws {
        let folder = try TemporaryFolder()
        let environment = environment(folder)
        func git(_ words: String..., in directory: String? = nil) throws -> String {
            let (status, output, errors) = try outcome(of: ["git"] + words, environment, directory)
            try #require(status == .exited(0), "git \(words): \(errors)")
            return output
        }
        let backend = try git("--exec-path").trimmed + "/git-http-backend"
        let repository = folder / "srv/project.git"
        _ = try git("init", "--quiet", "--bare", repository)
        _ = try git("-C", repository, "config", "http.receivepack", "true")
        try withGateway(
            "cgi:\(backend)", "--processes", "4", "--env", "GIT_PROJECT_ROOT=\(folder / "srv")", "--env",
            "GIT_HTTP_EXPORT_ALL=1", folder: folder
        ) { gateway in
            let address = "http://127.0.0.1:\(try gateway.port)/project.git"
            let first = folder / "first"
            _ = try git("clone", "--quiet", address, first)
            // More than a pack that fits in one buffer, and nothing that compresses.
            try run("dd", "if=/dev/urandom", "of=\(first)/noise", "bs=1M", "count=3")
            try TextFile.write("hello\n", to: first + "/README")
            _ = try git("add", ".", in: first)
            _ = try git("commit", "--quiet", "-m", "First", in: first)
            _ = try git("push", "--quiet", "origin", "HEAD", in: first)
            #expect(try git("-C", repository, "log", "--format=%s", "--all").trimmed == "First")

            let second = folder / "second"
            _ = try git("clone", "--quiet", address, second)
            #expect(TextFile.read(second + "/README") == "hello\n")
            try run("cmp", first + "/noise", second + "/noise")
            #expect(try gateway.get("/missing.git/info/refs").status == 404)
        }
    }
}
