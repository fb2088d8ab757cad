import Syscalls
import Testing

@Suite("The cases of RFC 6455 and RFC 7692, from another implementation's side")
struct CaseTests {
    @Test("All of them pass", .timeLimit(.minutes(5)))
    func cases() throws {
        try withApplication("websocket") { gateway in
            let script = Build.application("../../WebSocketCases/cases.py")
            let (status, output, errors) = try outcome(
                of: [try Build.python, script, "--port", "\(try gateway.port)"], [], nil, 120)
            #expect(status == .exited(0), "\(output)\(errors)")
            #expect(output.contains(", 0 failed"))
        }
    }
}
