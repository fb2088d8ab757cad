// When a reload may leave the processes of an application alone, and which definitions are none.

import Testing
@testable import Plans
@testable import Settings
@testable import SettingsReading

@Suite("How an application is run")
struct ApplicationPlanTests {
    private func plan(
        _ options: String..., run: String = "exec:/bin/cat a", name: String = "shop"
    ) throws -> ApplicationPlan {
        let settings = try readSettings(options).settings
        return try ApplicationPlan(ApplicationKind(parsing: run), name: name, settings: settings)
    }

    private func plan(_ options: [String]) throws -> ApplicationPlan {
        let settings = try readSettings(options).settings
        return try ApplicationPlan(
            ApplicationKind(parsing: "exec:/bin/cat a"), name: "shop", settings: settings)
    }

    @Test(
        "Processes go on where only workers go by what has changed",
        arguments: [
            ["--timeout", "4"], ["--queue-timeout", "4"], ["--queue-size", "4"],
            ["--limit-request-body", "4"],
            ["--buffer-memory", "4K"], ["--buffer-limit", "4M"], ["--param", "A=1"],
            ["--bind", "127.0.0.1:1"],
            ["--workers", "3"], ["--keep-alive", "3"], ["--access-log", "-"], [],
        ])
    func served(_ options: [String]) throws {
        #expect(try plan(options).isServed(byProcessesOf: plan()))
        #expect(try plan().isServed(byProcessesOf: plan(options)))
    }

    @Test(
        "And are replaced where it is theirs",
        arguments: [
            ["--processes", "2"], ["--concurrency", "2"], ["--env", "A=1"], ["--chdir", "/tmp"],
            ["--umask", "077"], ["--rlimit", "core=0"], ["--revision", "2"], ["--scaling", "ondemand"],
            ["--process-max-requests", "9"], ["--process-max-requests-jitter", "9"],
            ["--process-max-age", "9"],
            ["--process-max-memory", "9M"], ["--idle-timeout", "9"], ["--boot-timeout", "9"],
            ["--root", "/tmp"], ["--min-processes", "2"], ["--spare-processes", "2"], ["--user", "0"],
            ["--group", "0"],
        ])
    func notServed(_ options: [String]) throws {
        #expect(try !plan(options).isServed(byProcessesOf: plan()))
        #expect(try !plan().isServed(byProcessesOf: plan(options)))
    }

    @Test("Or where they would be those of another application")
    func others() throws {
        #expect(try !plan(name: "blog").isServed(byProcessesOf: plan()))
        #expect(try !plan(run: "exec:/bin/cat b").isServed(byProcessesOf: plan()))
        #expect(try !plan(run: "exec:/bin/sh a").isServed(byProcessesOf: plan()))
        #expect(try !plan(run: "fcgi:unix:/a").isServed(byProcessesOf: plan()))
        #expect(try plan(run: "fcgi:unix:/a").isServed(byProcessesOf: plan(run: "fcgi:unix:/a")))
        #expect(try !plan(run: "fcgi:unix:/a,unix:/b").isServed(byProcessesOf: plan(run: "fcgi:unix:/a")))
    }

    @Test(
        "There is room for a successor where processes are replaced",
        arguments: [
            (["--processes", "3"], 3), (["--processes", "3", "--process-max-age", "9"], 4),
            (["--processes", "1", "--process-max-requests", "9"], 2),
            (["--processes", "16", "--process-max-memory", "9M"], 20),
            (["--processes", "3", "--process-max-requests-jitter", "9"], 3),
        ])
    func seats(_ options: [String], _ seats: Int) throws {
        let plan = try plan(options + ["--concurrency", "2"])
        #expect(plan.seats == seats && plan.slotCount == seats * 2)
        #expect(plan.forCheckup.seats == 1 && plan.forCheckup.slotCount == 2)
        #expect(try self.plan(run: "fcgi:unix:/a").seats == 0)
    }

    @Test(
        "What cannot work is one line",
        arguments: [
            (["--scaling", "dynamic", "--min-processes", "3", "--processes", "2"], "--min-processes is 3"),
            (["--scaling", "ondemand", "--queue-size", "0"], "--queue-size 0"),
            (["--processes", "1024", "--concurrency", "1024"], "1048576 slots are too many"),
        ])
    func mistakes(_ options: [String], _ words: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try plan(options) }
        #expect(error?.exitCode == 2)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        // What has no processes passes it over.
        #expect(try plan("--scaling", "dynamic", "--min-processes", "300", run: "fcgi:unix:/a").seats == 0)
    }

    @Test("A program that is not there, or not executable, is found before anything is started")
    func programs() throws {
        for run in [
            "exec:/nowhere/program", "exec:/etc/passwd", "exec:/tmp", "exec:no-such-program-anywhere",
        ] {
            let error = #expect(throws: ConfigurationError.self) { try plan(run: run) }
            #expect(error?.exitCode == 4)
        }
    }

    private func set(_ applications: [String]) throws -> ApplicationSet {
        let lines = applications.enumerated().map { "  a\($0): { run: \"\($1)\" }" }
        let file = (["processes: 1", "applications:"] + lines + ["routes:", "- respond: 200"])
        return try ApplicationSet(readSettings(file: file.joined(separator: "\n")))
    }

    @Test("All applications together fit twice, as a reload wants them")
    func room() throws {
        let server = "fcgi:127.0.0.1:1"
        #expect(try set(Array(repeating: server, count: 64)).plans.count == 64)
        let applications = #expect(throws: ConfigurationError.self) {
            try set(Array(repeating: server, count: 65))
        }
        #expect(applications?.message == "there are 65 applications: at most 64 fit in one gateway")
        let many = "fcgi:" + (1...64).map { "127.0.0.1:\($0)" }.joined(separator: ",")
        #expect(try set(Array(repeating: many, count: 8)).plans.count == 8)
        let servers = #expect(throws: ConfigurationError.self) { try set(Array(repeating: many, count: 9)) }
        #expect(servers?.message == "all applications together have 576 servers: at most 512 fit")
        let large = #expect(throws: ConfigurationError.self) {
            try ApplicationSet(
                readSettings(
                    file: "processes: 1024\napplications:\n"
                        + (0..<5).map { "  a\($0): { run: exec:/bin/cat }\n" }.joined()
                        + "routes:\n- respond: 200\n"))
        }
        #expect(
            large?.message.hasPrefix("all applications together have 5120 slots, and at most 4096") == true)
    }
}
