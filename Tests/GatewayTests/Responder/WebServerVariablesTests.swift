import GatewayInterface
import Testing
@testable import OtherServers

@Suite("What web servers say")
struct WebServerVariablesTests {
    private func environ(_ variables: String..., isScript: Bool = false) -> Environ {
        let port = FakePort(variables)
        return withExtendedLifetime(port) {
            Environ(constant: [], request: WebServerVariables(port.variables).pairs(isScript: isScript))
        }
    }

    private func length(_ variables: String...) -> WebServerVariables.BodyLength {
        let port = FakePort(variables)
        return withExtendedLifetime(port) { WebServerVariables(port.variables).bodyLength }
    }

    @Test(
        "nginx's and mod_proxy_fcgi's SCRIPT_NAME is the path where there is no PATH_INFO; a script's is its name"
    )
    func path() {
        let nginx = environ("SERVER_SOFTWARE=nginx/1.22.1", "SCRIPT_NAME=/a b", "REQUEST_URI=/a%20b")
        #expect((nginx.scriptName, nginx.path) == ("", "/a b"))
        let proxied = environ("SCRIPT_FILENAME=proxy:fcgi://localhost/a", "SCRIPT_NAME=/a")
        #expect((proxied.scriptName, proxied.path) == ("", "/a"))
        let split = environ("SERVER_SOFTWARE=nginx/1.22.1", "SCRIPT_NAME=/app", "PATH_INFO=")
        #expect((split.scriptName, split.path) == ("/app", ""))
        let script = environ("SERVER_SOFTWARE=nginx/1.22.1", "SCRIPT_NAME=/app.cgi", isScript: true)
        #expect((script.scriptName, script.path) == ("/app.cgi", ""))
        let other = environ("SERVER_SOFTWARE=Apache", "SCRIPT_NAME=/app")
        #expect((other.scriptName, other.path) == ("/app", ""))
    }

    @Test("REQUEST_URI is made where it is missing")
    func target() {
        #expect(
            environ("SCRIPT_NAME=/a", "PATH_INFO=/b c/ä?", "QUERY_STRING=x=%20").target
                == "/a/b%20c/%C3%A4%3F?x=%20")
        #expect(environ("REQUEST_URI=/kept", "PATH_INFO=/b").target == "/kept")
    }

    @Test("Fields of one name are one variable, and cookies stay cookies")
    func twins() {
        let environ = environ(
            "HTTP_COOKIE=a=1", "HTTP_X_A=1", "HTTP_COOKIE=b=2", "HTTP_X_A=2", "HTTP_X_A=3", "HTTP_X_AB=4")
        #expect(environ["HTTP_COOKIE"] == "a=1; b=2")
        #expect(environ["HTTP_X_A"] == "1, 2, 3")
        #expect(environ.fields.count == 3)
    }

    @Test("What is about a connection, and what could be taken for a proxy's address, is not passed on")
    func withheld() {
        let environ = environ(
            "HTTP_PROXY=http://evil/", "HTTP_CONNECTION=close", "HTTP_TRANSFER_ENCODING=chunked",
            "HTTP_CONTENT_TYPE=a/b", "CONTENT_TYPE=a/b", "HTTP_CONTENT_LENGTH=3", "CONTENT_LENGTH=3")
        #expect(environ.variables.map(\.name) == ["CONTENT_TYPE", "CONTENT_LENGTH", "REQUEST_URI"])
        #expect(environ.fields.count == 2)
    }

    @Test("An empty CONTENT_TYPE, and 0 octets of what needs no body, are nothing")
    func nothing() {
        let get = environ("REQUEST_METHOD=GET", "CONTENT_LENGTH=0", "CONTENT_TYPE=")
        #expect(get.contentLength == nil && get.contentType == nil && get["CONTENT_TYPE"] == nil)
        #expect(environ("REQUEST_METHOD=DELETE", "CONTENT_LENGTH=0").contentLength == nil)
        #expect(environ("REQUEST_METHOD=POST", "CONTENT_LENGTH=0").contentLength == 0)
        #expect(environ("REQUEST_METHOD=POST", "CONTENT_LENGTH=").contentLength == nil)
        #expect(environ("REQUEST_METHOD=POST", "CONTENT_LENGTH=+3").contentLength == nil)
    }

    @Test("HTTPS is said in many ways")
    func secure() {
        for (value, isSecure) in [("on", true), ("1", true), ("", false), ("off", false), ("OFF", false)] {
            #expect(environ("HTTPS=\(value)").isSecure == isSecure, "\(value)")
            #expect(environ("HTTPS=\(value)", "REQUEST_SCHEME=").scheme == (isSecure ? "https" : "http"))
        }
    }

    @Test("How long a body is")
    func lengths() {
        #expect(length() == .known(0))
        #expect(length("CONTENT_LENGTH=") == .known(0))
        #expect(length("CONTENT_LENGTH=12") == .known(12))
        #expect(length("CONTENT_LENGTH=12", "HTTP_TRANSFER_ENCODING=chunked") == .known(12))
        #expect(length("HTTP_TRANSFER_ENCODING=chunked") == .unknown)
        for text in ["-1", "1x", "99999999999999999999", " 1"] {
            #expect(length("CONTENT_LENGTH=\(text)") == .malformed, "\(text)")
        }
    }
}
