import Testing

@testable import SpawnFCGI

@Suite("What a command line asks for")
struct RequestTests {
    private func options(_ line: String, isRoot: Bool = true) throws -> Options {
        let request = try Request(line.split(separator: " ").map(String.init), isRoot: isRoot)
        guard case .start(let options) = request else { throw Complaint("\(request)") }
        return options
    }

    private func complaint(_ arguments: [String]) -> String? {
        do throws(Complaint) {
            _ = try Request(arguments, isRoot: true)
            return nil
        } catch {
            return error.message
        }
    }

    @Test("Nothing at all is a call for help, and so are its options, wherever they stand before a mistake")
    func help() throws {
        #expect(try Request([], isRoot: true) == .usage)
        for arguments in [["-h"], ["-?"], ["--help"], ["-p", "1", "-nh", "-x"]] {
            #expect(try Request(arguments, isRoot: true) == .help)
        }
        for arguments in [["-v"], ["--version"], ["-nvh"]] {
            #expect(try Request(arguments, isRoot: true) == .version)
        }
        #expect(complaint(["-x", "-h"]) == "invalid option -- 'x'")
        #expect(complaint(["-p", "x", "-h"]) == "invalid port: 0")
    }

    @Test("Every option has its place")
    func all() throws {
        let given = try options(
            "-a ::1 -p 8000 -b 7 -f cmd -d /d -F 3 -C 4 -P /pid -n -c /root -S -u u -g g -U su -G sg -M 0640 "
                + "--watch --signal USR1 --log /log /app -- -x")
        var expected = Options()
        expected.address = "::1"
        expected.port = 8000
        expected.backlog = 7
        expected.shellCommand = "cmd"
        expected.directory = "/d"
        expected.processes = 3
        expected.phpChildren = 4
        expected.pidFile = "/pid"
        expected.staysInForeground = true
        expected.root = "/root"
        expected.bindsBeforeRoot = true
        (expected.user, expected.group) = ("u", "g")
        (expected.socketUser, expected.socketGroup) = ("su", "sg")
        expected.socketMode = 0o640
        expected.watch = WatchOptions(signal: .usr1, log: "/log")
        expected.application = ["/app", "-x"]
        #expect(given == expected)
        #expect(try options("-s /socket -f x").socketPath == "/socket")
    }

    @Test("The options of root count for nobody else")
    func rootOnly() throws {
        let ignored = try options("-c /r -S -u u -g g -U su -G sg -s /s x", isRoot: false)
        var expected = Options()
        expected.socketPath = "/s"
        expected.application = ["x"]
        #expect(ignored == expected)
    }

    @Test("The socket is made inside of the root, unless -S or TCP says otherwise")
    func socketRoot() throws {
        #expect(try options("-s /s -c /root x").socketRoot == "/root")
        #expect(try options("-s /s -c /root -S x").socketRoot == nil)
        #expect(try options("-p 80 -c /root x").socketRoot == nil)
        #expect(try options("-s /s x").socketRoot == nil)
    }

    @Test(
        "A mistake is one line",
        arguments: [
            (["-p", "80"], "no FastCGI application given"),
            (["x"], "no socket given (use either -p or -s)"),
            (["-p0", "x"], "no socket given (use either -p or -s)"),
            (["-p80", "-ss", "x"], "either a Unix domain socket or a TCP-port, but not both"),
            (["-s", "", "x"], "the path of the Unix domain socket is empty"),
            (["-s", String(repeating: "ä", count: 54), "x"], "path of the Unix domain socket is too long"),
            (["-p", "80a", "x"], "invalid port: 80"),
            (["-p", "65536", "x"], "invalid port: 65536 (a port is a number from 1 to 65535)"),
            (["-p", "-1", "x"], "invalid port: -1 (a port is a number from 1 to 65535)"),
            (
                ["-p", "99999999999999999999", "x"],
                "invalid port: 99999999999999999999 (a port is a number from 1 to 65535)"
            ),
            (["-p80", "-F", "0", "x"], "-F 0 would start nothing; give the number of processes"),
            (["-p80", "-F", "2147483648", "x"], "-F 2147483648 is too large a number"),
            (["-p80", "-C", "4294967297", "x"], "-C 4294967297 is too large a number"),
            (
                ["-p80", "--watch", "--signal", "KILL", "x"],
                "--signal KILL is unknown; it is one of HUP, INT, QUIT, TERM, USR1, USR2"
            ),
            (["-p80", "--log", "/l", "x"], "--signal and --log are for --watch; add it"),
        ])
    func mistakes(_ arguments: [String], _ message: String) {
        #expect(complaint(arguments) == message)
    }

    @Test("A path of 107 octets is the longest")
    func longest() throws {
        let path = String(repeating: "ä", count: 53) + "x"
        #expect(try options("-s \(path) x").socketPath == path)
    }

    @Test("The help names every option")
    func helpIsWhole() {
        for option in Request.shortOptions.filter(\.isLetter) { #expect(Usage.help.contains("-\(option)")) }
        for name in Request.longOptions.keys where name != "help" && name != "version" {
            #expect(Usage.help.contains("--\(name)"))
        }
    }
}
