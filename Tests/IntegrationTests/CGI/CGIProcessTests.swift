// The processes behind `cgi:`: that each script ends in time, with everything it has started, and that no more run than
// are allowed.

import Syscalls
import Testing

@Suite("CGI scripts: processes", .serialized)
struct CGIProcessTests {
    @Test(
        "One that hangs is 504, and goes with its children; the others never notice", .timeLimit(.minutes(5)))
    func timeout() throws {
        for query in ["", "stubborn"] {
            let scripts = try ScriptFolder()
            try withGateway(
                "cgi:\(scripts.path)", "--timeout", "1", "--processes", "3", folder: scripts.folder
            ) { gateway in
                let responder = try gateway.responder
                let other = try gateway.connect()
                other.send("GET /gate.sh HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(try gateway.get("/hang.sh?\(query)").status == 504)
                try scripts.expectEnd(of: "script", "child")
                // The responder is not condemned for one script.
                #expect(try gateway.responder == responder)
                #expect(try gateway.get("/env.sh").status == 200)
                #expect(try other.receive().status == 504)
                #expect(gateway.hasLogged("no answer within 1 s to GET /hang.sh"))
            }
        }
    }

    @Test("One that hangs in the middle of its answer: the answer is cut", .timeLimit(.minutes(5)))
    func timeoutInAnswer() throws {
        let scripts = try ScriptFolder()
        try withGateway("cgi:\(scripts.path)", "--timeout", "1", folder: scripts.folder) { gateway in
            let client = try gateway.connect()
            client.send("GET /hang.sh?answer HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(throws: AnswerError.cut(status: 200, bodyCount: 5)) { try client.receive() }
            try scripts.expectEnd(of: "script", "child")
        }
    }

    @Test("When its client leaves, it ends with its children, and its slot is free", .timeLimit(.minutes(5)))
    func clientLeaves() throws {
        for query in ["", "answer", "stubborn"] {
            let scripts = try ScriptFolder()
            try withGateway("cgi:\(scripts.path)", "--processes", "1", folder: scripts.folder) { gateway in
                let client = try gateway.connect()
                client.send("GET /hang.sh?\(query) HTTP/1.1\r\nHost: a\r\n\r\n")
                try eventually("the script runs") { scripts.pid("script") != nil }
                client.reset()
                #expect(try gateway.get("/env.sh").status == 200)
                try scripts.expectEnd(of: "script", "child")
            }
        }
    }

    @Test("No more scripts run at once than are allowed; the others wait", .timeLimit(.minutes(5)))
    func bounded() throws {
        let scripts = try ScriptFolder()
        try withGateway(
            "cgi:\(scripts.path)", "--processes", "3", "--workers", "2", folder: scripts.folder
        ) { gateway in
            let clients = try (0..<12).map { _ in try gateway.connect() }
            for client in clients {
                client.send("GET /gate.sh HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            }
            func running() throws -> Int {
                try run("ls", scripts.folder / "notes").lines.count { $0.hasPrefix("running") }
            }
            try eventually("three run") { try running() == 3 }
            try TextFile.write("", to: scripts.folder / "notes/open")
            for client in clients {
                let answer = try client.receive()
                #expect(answer.status == 200)
                #expect((1...3).contains(Int(answer.text) ?? 0), "\(answer.text) ran at once")
            }
        }
    }

    @Test("A child that holds the output holds the request for a moment only", .timeLimit(.minutes(5)))
    func leftBehind() throws {
        let scripts = try ScriptFolder()
        try withGateway("cgi:\(scripts.path)", folder: scripts.folder) { gateway in
            #expect(try gateway.get("/leaves.sh").text == "all")
            try scripts.expectEnd(of: "child")
        }
    }

    @Test("One that has closed its output is answered, and goes on working", .timeLimit(.minutes(5)))
    func worksOn() throws {
        let scripts = try ScriptFolder()
        try withGateway("cgi:\(scripts.path)", "--processes", "2", folder: scripts.folder) { gateway in
            #expect(try gateway.get("/works-on.sh").text == "accepted")
            #expect(scripts.note("work") == "")
            try TextFile.write("", to: scripts.folder / "notes/go")
            try eventually("its work is done") { scripts.note("work") == "done" }
        }
    }

    @Test("At a stop, what runs is finished first", .timeLimit(.minutes(5)))
    func gracefulStop() throws {
        let scripts = try ScriptFolder()
        try withGateway("cgi:\(scripts.path)", folder: scripts.folder) { gateway in
            let client = try gateway.connect()
            client.send("GET /gate.sh HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it runs") {
                try run("ls", scripts.folder / "notes").lines.contains { $0.hasPrefix("running") }
            }
            gateway.signal(.term)
            try eventually("the gateway stops") { gateway.hasLogged("stopping") }
            try TextFile.write("", to: scripts.folder / "notes/open")
            #expect(try client.receive().text == "1")
            #expect(try gateway.process.waitForEnd() == .exited(0))
        }
    }

    @Test("However the responder or the gateway ends, scripts and their children do", .timeLimit(.minutes(5)))
    func killed() throws {
        for killsMaster in [false, true] {
            let scripts = try ScriptFolder()
            try withGateway("cgi:\(scripts.path)", folder: scripts.folder) { gateway in
                let client = try gateway.connect()
                client.send("POST /hang.sh HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
                try eventually("the script runs") { scripts.pid("script") != nil }
                if killsMaster {
                    gateway.signal(.kill)
                } else {
                    ChildProcess.signal(try gateway.responder, .kill)
                    #expect(try client.receive().status == 502)
                    // There is a successor.
                    #expect(try gateway.get("/env.sh").status == 200)
                }
                try scripts.expectEnd(of: "script", "child")
            }
        }
    }
}
