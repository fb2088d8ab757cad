import Syscalls
import Testing

@Suite("Applications that are built", .serialized)
struct BuilderTests {
    @Test("A builder that throws ends the start, and the log says why", .timeLimit(.minutes(5)))
    func failing() throws {
        let gateway = try GatewayProcess(
            nil, [], environment: ["TEST_APPLICATION=failing"], folder: nil, program: Build.testApplication)
        defer { gateway.discard() }
        #expect(try gateway.process.waitForEnd() == .exited(3))
        #expect(gateway.hasLogged("[critical] worker 1: the application could not be built: Refusal()"))
        #expect(gateway.hasLogged("exited with code 3 before it served"))
        try gateway.expectNothingLeft()
    }

    @Test("An application that is not there has an exit code of its own", .timeLimit(.minutes(5)))
    func missing() throws {
        let gateway = try GatewayProcess(
            nil, [], environment: ["TEST_APPLICATION=missing"], folder: nil, program: Build.testApplication)
        defer { gateway.discard() }
        try gateway.process.waitForEnd()
        #expect(gateway.hasLogged("there is no application: nobody has written it"))
        #expect(gateway.hasLogged("exited with code 4 before it served"))
        try gateway.expectNothingLeft()
    }

    @Test("Each worker builds its own", .timeLimit(.minutes(5)))
    func each() throws {
        try withApplication("inline", "--workers", "3") { gateway in
            #expect(gateway.hookLines.count { $0 == "build" } == 3)
        }
    }
}
