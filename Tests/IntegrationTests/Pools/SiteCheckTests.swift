import Syscalls
import Testing

@Suite("Questions about several applications", .serialized)
struct SiteCheckTests {
    private func ask(_ question: String, _ file: SiteFile, in folder: TemporaryFolder) throws -> (
        status: Syscalls.ExitStatus, output: String, errors: String
    ) {
        try TextFile.write(file.text, to: folder / "site.yaml")
        let marker = "GATEWAY_TEST=\(folder.path)"
        let answer = try outcome(of: [Build.gateway, question, "-c", "site.yaml"], [marker], folder.path)
        #expect(try ProcessTree(marker: marker).entries.isEmpty)
        return answer
    }

    @Test("--check-config boots one process of each, and says which one does not", .timeLimit(.minutes(5)))
    func check() throws {
        let folder = try TemporaryFolder()
        for name in ["one", "lazy", "aged"] { try folder.addResponder(name) }
        try folder.addScript("broken.sh", "echo no oracle >&2; exit 3")
        var file = SiteFile([
            "one": ["processes: 8", "env: [ BOOT_LOG=boots ]"],
            "lazy": ["scaling: ondemand", "env: [ BOOT_LOG=boots ]"],
            "aged": ["process-max-requests: 1", "concurrency: 3", "env: [ BOOT_LOG=boots ]"],
            "external": ["run: 'fcgi:127.0.0.1:1'"],
        ])
        let good = try ask("--check-config", file, in: folder)
        #expect(good.status == .exited(0), "\(good.errors)")
        #expect(good.output == "the configuration is valid\n")
        #expect(TextFile.read(folder / "boots").lines.count == 3)

        file["broken"] = ["run: exec:./broken.sh", "scaling: ondemand"]
        let broken = try ask("--check-config", file, in: folder)
        #expect(broken.status == .exited(3))
        #expect((broken.output + broken.errors).contains("no oracle"))
        #expect(broken.errors.contains("gateway: broken: application 1"), "\(broken.errors)")
        #expect(!broken.output.contains("is valid"))

        file["broken"] = ["run: exec:./nowhere"]
        let absent = try ask("--check-config", file, in: folder)
        #expect(absent.status == .exited(4) && absent.errors.contains("('broken')"), "\(absent.errors)")
    }

    @Test("--print-config shows what each application and route says, and where", .timeLimit(.minutes(5)))
    func report() throws {
        let folder = try TemporaryFolder()
        var file = SiteFile(["shop": ["timeout: 5", "env: [ B=2 ]"]])
        file.general += ["env: [ A=1 ]"]
        let (status, output, errors) = try ask("--print-config", file, in: folder)
        #expect(status == .exited(0), "\(errors)")
        let lines = output.settingLines
        for line in [
            "workers = 2 (site.yaml:2)", "env = A=1 (site.yaml:3)",
            "applications.shop.run = exec:./shop (site.yaml:6)",
            "applications.shop.timeout = 5 (site.yaml:7)",
            "applications.shop.env = A=1 B=2 (site.yaml:8)", "routes.1.path = /shop/* (site.yaml:10)",
            "routes.1.application = shop (site.yaml:11)", "timeout = 30 (default)",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }
}
