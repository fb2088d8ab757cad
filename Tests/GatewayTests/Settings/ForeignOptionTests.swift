import Testing
@testable import SettingsReading

@Suite("Options of other servers")
struct ForeignOptionTests {
    @Test(
        "What is called otherwise here is said so, in one line",
        arguments: [
            (["--port", "9000"], "there is no option --port: write --bind :9000"),
            (["--port=9000"], "there is no option --port: write --bind :9000"),
            (["--port"], "there is no option --port: write --bind :PORT"),
            (["--port", "http"], "there is no option --port: write --bind :PORT"),
            (["wsgi:a", "--host", "0.0.0.0"], "there is no option --host: write --bind 0.0.0.0:8000"),
            (["--host=::"], "there is no option --host: write --bind [::]:8000"),
            (["--address", "10.0.0.1:80"], "there is no option --address: write --bind 10.0.0.1:80"),
            (["--host", "wsgi:a"], "there is no option --host: write --bind 127.0.0.1:8000"),
            (["--pidfile=a"], "there is no option --pidfile: write --pid /run/shop.pid"),
        ])
    func said(_ arguments: [String], _ expected: String) {
        let error = #expect(throws: ForeignOption.self) { try GatewayCommand.parse(words: arguments) }
        #expect(error.map { "\($0)" } == expected)
    }

    @Test("The value of another option is no option")
    func value() throws {
        #expect(ForeignOption("--portable", next: nil) == nil)
        #expect(
            try GatewayCommand.parse(words: ["--proc-name=--port"]).surroundings.procName == "--port")
    }

    @Test("In GATEWAY_CMD_ARGS too, where questions are none")
    func variable() throws {
        #expect(
            try mistake(variable: "--port 9000")
                == "GATEWAY_CMD_ARGS: there is no option --port: write --bind :9000")
        #expect(
            try mistake(variable: "--help") == "GATEWAY_CMD_ARGS: help and version are for the command line")
    }
}
