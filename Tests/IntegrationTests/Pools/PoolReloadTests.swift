import Syscalls
import Testing

@Suite("Reloading several applications", .serialized)
struct PoolReloadTests {
    /// Applications that a test leaves alone, under load, and one that it changes.
    private static let site = SiteFile([
        "one": ["processes: 2"], "two": ["processes: 2"], "changing": ["processes: 1"],
    ])

    @Test(
        "What is added, changed or removed leaves the others' processes as they are, and no request fails",
        .timeLimit(.minutes(5)))
    func changes() throws {
        var file = Self.site
        try withSite(file) { folder in
            try folder.addResponder("added")
        } _: { gateway in
            let crowd = try Crowd(of: 12, at: gateway, isKept: false, requestsEach: nil) { client, _ in
                client % 2 == 0 ? "/one/?d=1" : "/two/?d=1"
            }
            func reload(_ sourceLocation: SourceLocation = #_sourceLocation) throws {
                let (reloads, answered) = (gateway.reloads, crowd.outcomes.count)
                try gateway.write(file)
                gateway.signal(.hup)
                try crowd.run(until: { gateway.reloads > reloads }, sourceLocation: sourceLocation)
                try crowd.run(
                    until: { crowd.outcomes.count > answered + 100 }, sourceLocation: sourceLocation)
                #expect(crowd.failures == [], sourceLocation: sourceLocation)
            }
            func pids(_ names: String...) -> Set<ProcessID> { Set(names.flatMap(gateway.pids)) }
            let untouched = pids("one", "two")
            #expect(untouched.count == 4)

            file["added"] = ["processes: 2"]
            try reload()
            #expect(try gateway.get("/added/").status == 200)
            #expect(pids("one", "two") == untouched)

            let changed = pids("changing")
            let added = pids("added")
            file["changing"] = ["processes: 1", "env: [ A=1 ]"]
            try reload()
            try crowd.run { pids("changing").isDisjoint(with: changed) && pids("changing").count == 1 }
            #expect(pids("one", "two") == untouched && pids("added") == added)

            // Only workers go by this one.
            let before = pids("one", "two", "changing", "added")
            file["changing"] = ["processes: 1", "env: [ A=1 ]", "timeout: 1"]
            try reload()
            #expect(pids("one", "two", "changing", "added") == before)

            file["one"] = ["processes: 2", "revision: 2"]
            try reload()
            try crowd.run { pids("one").count == 2 && pids("one").isDisjoint(with: before) }
            #expect(pids("two", "changing", "added") == before.subtracting(untouched).union(pids("two")))
            #expect(pids("two").isSubset(of: untouched))

            file["changing"] = nil
            try reload()
            try crowd.run { pids("changing").isEmpty }
            #expect(try gateway.get("/changing/").status == 404)
            #expect(pids("two").isSubset(of: untouched) && pids("added") == added)

            // Nothing has changed: that is how new code is deployed.
            let all = pids("one", "two", "added")
            try reload()
            try crowd.run {
                pids("one", "two", "added").isDisjoint(with: all) && pids("one", "two", "added").count == 6
            }
            #expect(crowd.failures == [])
            crowd.stop()
            try eventually("the workers of old generations have left") { try gateway.workers.count == 2 }
        }
    }

    @Test("A timeout that has changed counts, without another process", .timeLimit(.minutes(5)))
    func timeout() throws {
        var file = Self.site
        try withSite(file) { gateway in
            let before = Set(gateway.pids(of: "changing"))
            file["changing"] = ["processes: 1", "timeout: 1"]
            try gateway.reload(file)
            #expect(Set(gateway.pids(of: "changing")) == before)
            try eventually("the old workers have left") { try gateway.workers.count == 2 }
            let start = Clock.monotonicMilliseconds()
            #expect(try gateway.get("/changing/?hang").status == 504)
            // The default is 30 s.
            #expect(Clock.monotonicMilliseconds() - start < 25_000)
            try eventually("the hung process has a successor") {
                gateway.pids(of: "changing").count == 1
                    && before.isDisjoint(with: gateway.pids(of: "changing"))
            }
            #expect(try gateway.get("/changing/").status == 200)
        }
    }

    @Test(
        "A changed application that does not boot, or a mistake in the file, changes nothing",
        .timeLimit(.minutes(5)))
    func broken() throws {
        var file = Self.site
        try withSite(file) { folder in
            try folder.addScript("broken.sh", "echo no oracle >&2; exit 3")
        } _: { gateway in
            let before = Set(try gateway.tree.entries.map(\.pid))
            file["changing"] = ["run: exec:./broken.sh", "processes: 1"]
            file["one"] = ["processes: 3"]
            file["two"] = nil
            try gateway.write(file)
            gateway.signal(.hup)
            try eventually("the failure is logged") {
                gateway.hasLogged("[error]", "reload failed", "changing: ")
            }
            #expect(gateway.hasLogged("no oracle"))
            try eventually("the attempt leaves nothing behind") {
                Set(try gateway.tree.entries.map(\.pid)) == before
            }
            for name in ["one", "two", "changing"] { #expect(try gateway.get("/\(name)/").status == 200) }

            file["changing"] = ["run: exec:./nowhere", "processes: 1"]
            try gateway.write(file)
            gateway.signal(.hup)
            try eventually("the mistake is logged") {
                gateway.hasLogged("reload failed", "('changing')", "./nowhere")
            }
            #expect(Set(try gateway.tree.entries.map(\.pid)) == before)

            // Mended, it is as if nothing had been.
            try gateway.reload(Self.site)
            try eventually("the old processes have left") {
                let now = try gateway.tree.entries.map(\.pid)
                return now.count == before.count && before.intersection(now).count == 2
            }
            for name in ["one", "two", "changing"] { #expect(try gateway.get("/\(name)/").status == 200) }
        }
    }

    @Test("The only application of a file without names is replaced whole", .timeLimit(.minutes(5)))
    func unnamed() throws {
        let folder = try TemporaryFolder()
        try folder.addResponder("one")
        func text(_ more: String) -> String {
            "application: exec:./one\nprocesses: 2\nworkers: 1\nbind: 127.0.0.1:0\n" + more
        }
        try TextFile.write(text(""), to: folder / "site.yaml")
        let process = try GatewayProcess(nil, ["--config", "site.yaml"], environment: [], folder: folder)
        try process.use { gateway in
            for more in ["timeout: 9\n", "timeout: 9\n"] {
                let (before, reloads) = (gateway.pids(of: "one"), gateway.reloads)
                try TextFile.write(text(more), to: folder / "site.yaml")
                gateway.signal(.hup)
                try eventually("the new generation serves") { gateway.reloads > reloads }
                try eventually("all processes are new") {
                    let now = gateway.pids(of: "one")
                    return now.count == 2 && Set(now).isDisjoint(with: before)
                }
            }
        }
    }
}
