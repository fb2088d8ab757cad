import Syscalls
import Testing

@Suite("Sources of settings", .serialized)
struct ConfigurationFileTests {
    @Test(
        "A configuration file is served, and the working folder is where its paths begin",
        .timeLimit(.minutes(5)))
    func served() throws {
        let folder = try TemporaryFolder()
        try TextFile.write(
            "application: exec:\(try CProgram.responder.path)\npid: pid\naccess-log: access.log\nkeep-alive: 9\n",
            to: folder / "shop.yaml")
        let process = try GatewayProcess(
            "--config=shop.yaml", ["--access-log", ""], environment: [], folder: folder)
        try process.use { gateway in
            let response = try gateway.get("/")
            #expect(response.status == 200)
            #expect(TextFile.read(folder / "pid").trimmed == "\(gateway.pid)")
            #expect(Files.status(folder / "access.log") == nil)
        }
    }

    @Test("A mistake in the file ends the start with one line and leaves nothing", .timeLimit(.minutes(5)))
    func mistake() throws {
        let folder = try TemporaryFolder()
        for (text, expected) in [
            ("worker: 4\n", "gateway: shop.yaml:1: there is no setting 'worker'; did you mean 'workers'?\n"),
            ("\nworkers: 0\n", "gateway: shop.yaml:2: workers is 0: write a number from 1 to 64\n"),
            ("pid: pid\nbind: [\n", "gateway: shop.yaml:2: this is no YAML: "),
            ("pid: pid\napplication: perl:x\n", "gateway: shop.yaml:2: application: 'perl:' is no kind"),
            ("pid: pid\n", "gateway: nothing to serve: name an APPLICATION"),
        ] {
            try TextFile.write(text, to: folder / "shop.yaml")
            let marker = "GATEWAY_TEST=\(folder.path)"
            let (status, output, errors) = try outcome(
                of: [Build.gateway, "-c", "shop.yaml", "--bind", "127.0.0.1:0"], [marker], folder.path)
            #expect(status == .exited(2), "\(text)")
            #expect(output == "")
            #expect(errors.hasPrefix(expected), "\(errors)")
            #expect(errors.lines.count == 1, "\(errors)")
            #expect(try folder.contents() == ["shop.yaml"])
            #expect(try ProcessTree(marker: marker).entries.isEmpty)
        }
        let missing = try gatewayOutcome("-c", folder / "missing.yaml")
        #expect(missing.status == .exited(2))
        #expect(missing.errors.lines.count == 1)
    }

    @Test(
        "Environment, file, variable and command line win over each other in this order",
        .timeLimit(.minutes(5)))
    func precedence() throws {
        let folder = try TemporaryFolder()
        try TextFile.write(
            "workers: 3\ntimeout: 3\nbacklog: 3\nbind: ['a:3', 'b:3']\npreload: true\n",
            to: folder / "shop.yaml")
        let (status, output, errors) = try outcome(
            of: [Build.gateway, "--print-config", "-c", "shop.yaml", "--backlog", "5", "--no-preload"],
            [
                "WEB_CONCURRENCY=2", "FORWARDED_ALLOW_IPS=10.0.0.1",
                "GATEWAY_CMD_ARGS='exec:a b' --timeout 4 --backlog 4 --bind c:4",
            ], folder.path)
        #expect(status == .exited(0), "\(errors)")
        let lines = output.settingLines
        for line in [
            "application = exec:a b (GATEWAY_CMD_ARGS)", "workers = 3 (shop.yaml:1)",
            "timeout = 4 (GATEWAY_CMD_ARGS)", "backlog = 5 (command line)", "bind = c:4 (GATEWAY_CMD_ARGS)",
            "preload = false (command line)", "keep-alive = 75 (default)",
            "forwarded-allow-ips = 10.0.0.1 (environment: FORWARDED_ALLOW_IPS)",
            "config = \(folder / "shop.yaml") (command line)",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test(
        "GATEWAY_CMD_ARGS holds options as the command line does; a mistake in it names it",
        .timeLimit(.minutes(5)))
    func variable() throws {
        let application = "exec:\(try CProgram.responder.path)"
        let good = try gatewayOutcome(
            "--check-config", environment: ["GATEWAY_CMD_ARGS=\(application) --bind 127.0.0.1:0"])
        #expect(good.status == .exited(0), "\(good.errors)")
        for (text, expected) in [
            ("--worker 3", "gateway: GATEWAY_CMD_ARGS: Unknown option '--worker'. Did you mean '--workers'?"),
            ("--workers 0", "gateway: GATEWAY_CMD_ARGS: --workers is 0: write a number from 1 to 64"),
            ("--pid 'a", "gateway: GATEWAY_CMD_ARGS: a quote is not closed"),
        ] {
            let (status, output, errors) = try gatewayOutcome(
                application, environment: ["GATEWAY_CMD_ARGS=\(text)"])
            #expect(status == .exited(2))
            #expect(output == "")
            #expect(errors == expected + "\n")
        }
    }
}
