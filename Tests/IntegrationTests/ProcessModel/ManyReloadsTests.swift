import Syscalls
import Testing

@Suite("Reloading again and again", .serialized)
struct ManyReloadsTests {
    /// What a master has in use.
    private struct Use: CustomStringConvertible {
        /// What each of them leads to.
        var descriptors: [String]
        var children: Int
        /// Octets.
        var memory: Int

        init(of gateway: GatewayProcess) throws {
            let pid = gateway.pid
            descriptors = try run("sh", "-c", "for fd in /proc/\(pid)/fd/*; do readlink $fd; done").lines
            children = try gateway.tree.entries.count { $0.parent == pid }
            memory = SystemProcess.residentMemory(pid)
        }

        var description: String {
            "\(children) children, \(memory >> 10) KiB, \(descriptors.count) descriptors"
        }
    }

    @Test(
        "After thirty HUPs the master has as many descriptors and children, and as much memory, as after five",
        .timeLimit(.minutes(5)), arguments: ["exec", "wsgi"])
    func thirty(kind: String) throws {
        let folder = try TemporaryFolder()
        try TextFile.write(
            "def application(e, s):\n    s('200 OK', [])\n    return [b'ok']\n", to: folder / "shop.py")
        let application = try kind == "exec" ? "exec:\(CProgram.responder.path)" : "wsgi:shop"
        try withGateway(
            application, "--processes", "2", "--bind", "127.0.0.1:0", "--bind", "unix:\(folder / "socket")",
            folder: folder
        ) { gateway in
            let children = try gateway.tree.entries.count
            var early: Use?
            for round in 1...30 {
                gateway.signal(.hup)
                try eventually("reload \(round) is done") {
                    gateway.hasLogged("generation \(round + 1) serves")
                }
                try eventually("the old ones have gone") { try gateway.tree.entries.count == children }
                #expect(try gateway.get("/").status == 200)
                if round == 5 { early = try Use(of: gateway) }
            }
            let before = try #require(early)
            // The last of the old ones has left; what the master held of it goes with the end of its turn.
            try eventually("it has no more descriptors than it had") {
                try Use(of: gateway).descriptors.count <= before.descriptors.count
            }
            let after = try Use(of: gateway)
            #expect(after.children == before.children, "\(before)\n\(after)")
            #expect(after.memory - before.memory < 2 << 20, "\(before)\n\(after)")
        }
    }
}
