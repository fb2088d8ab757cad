import Syscalls
import Testing
@testable import Plans
@testable import Settings

@Suite("Service managers")
struct ServiceTests {
    /// A process that binds a datagram socket and writes down what it receives, one message between brackets a line.
    private struct Receiver: ~Copyable {
        let pid: ProcessID
        let output: OwnedDescriptor

        init(_ address: String, reads: Bool = true) throws {
            let script = """
                import socket, sys, time
                receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                receiver.bind(sys.argv[1].replace('@', chr(0), 1))
                print('bound', flush=True)
                while True:
                    if sys.argv[2] == 'reads': print(repr(receiver.recv(4096).decode()), flush=True)
                    else: sys.stdin.read()
                """
            let pipe = try Pipe(readsWithoutBlocking: false)
            let hold = try Pipe(readsWithoutBlocking: false)
            pid = try ChildProcess.spawn(
                Program(
                    path: "/usr/bin/python3",
                    arguments: ["python3", "-c", script, address, reads ? "reads" : "sleeps"], environment: []
                ),
                descriptors: [hold.readEnd.number, pipe.writeEnd.number, 2])
            output = pipe.intoReadEnd()
            #expect(line() == "bound")
        }

        /// The next line.
        func line() -> String {
            var bytes: [UInt8] = []
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { memory in
                while case .bytes = Descriptor.read(output.number, into: memory), memory[0] != 0x0A {
                    bytes.append(memory[0])
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        deinit {
            ChildProcess.signal(pid, .kill)
            ChildProcess.wait(pid)
        }
    }

    private func notifier(_ variables: [String: String]) -> ServiceNotifier {
        ServiceNotifier(variable: { variables[$0] })
    }

    @Test("Each turn of the gateway's life is told, to a path and to an abstract name")
    func messages() throws {
        try withTemporaryFolder { folder in
            for address in [folder + "/notify", "@gateway-notify-\(SystemProcess.id)"] {
                let receiver = try Receiver(address)
                let notifier = notifier(["NOTIFY_SOCKET": address])
                #expect(notifier.isActive)
                notifier.ready()
                #expect(receiver.line() == "'READY=1'")
                notifier.reloading()
                let message = receiver.line()
                #expect(message.hasPrefix("'RELOADING=1\\nMONOTONIC_USEC="))
                let microseconds = UInt64(message.filter(\.isNumber).dropFirst()) ?? 0
                #expect(microseconds > 0 && microseconds / 1000 <= Clock.monotonicMilliseconds())
                notifier.stopping()
                #expect(receiver.line() == "'STOPPING=1'")
                notifier.mainPID(77)
                #expect(receiver.line() == "'MAINPID=77'")
                notifier.status("2 workers\nREADY=1")
                #expect(receiver.line() == "'STATUS=2 workers READY=1'")
                notifier.watchdog()
                #expect(receiver.line() == "'WATCHDOG=1'")
            }
        }
    }

    @Test("A manager that is gone, or does not read, holds nobody up")
    func nobody() throws {
        try withTemporaryFolder { folder in
            let receiver = try Receiver(folder + "/notify", reads: false)
            let full = notifier(["NOTIFY_SOCKET": folder + "/notify"])
            for _ in 0..<2000 { full.status("nobody reads this") }
            _ = receiver.pid
            for address in [folder + "/missing", "relative", "", "@"] {
                notifier(["NOTIFY_SOCKET": address]).ready()
            }
            #expect(!notifier([:]).isActive)
        }
    }

    @Test(
        "The watchdog is fed twice in its time, where it watches this process",
        arguments: [
            (nil, nil, nil), ("3000000", nil, 1500), ("3000000", "self", 1500), ("3000000", "1", nil),
            ("3000000", "x", nil), ("0", nil, nil), ("x", nil, nil), ("100", nil, 1),
        ] as [(String?, String?, UInt64?)])
    func watchdog(_ limit: String?, _ pid: String?, _ interval: UInt64?) {
        let variables = ["WATCHDOG_USEC": limit, "WATCHDOG_PID": pid == "self" ? "\(SystemProcess.id)" : pid]
        #expect(ServiceNotifier(variable: { variables[$0] ?? nil }).watchdogInterval == interval)
    }

    private func take(_ variables: [String: String], first: CInt) throws -> [ActivatedSocket] {
        try ActivatedSockets.take(variable: { variables[$0] }, first: first)
    }

    @Test("A socket that the manager bound is taken, with its name, and made non-blocking")
    func activated() throws {
        let any = try #require(try SocketAddress.resolve(host: "127.0.0.1", port: 0).first)
        let listener = try Socket.listen(any, backlog: 8, isNonBlocking: false)
        try Descriptor.setCloseOnExec(listener.number, false)
        let variables = [
            "LISTEN_PID": "\(SystemProcess.id)", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "web:more",
        ]
        let sockets = try take(variables, first: listener.number)
        #expect(sockets == [ActivatedSocket(number: listener.number, name: "web")])
        var peer = Socket.anyAddress
        #expect(Socket.accept(listener.number, peer: &peer) < 0)
        let unnamed = try take(
            variables.merging(["LISTEN_FDNAMES": ""]) { $1 }, first: listener.number)
        #expect(unnamed == [ActivatedSocket(number: listener.number, name: nil)])
    }

    @Test("Sockets for another process, or none at all, are no sockets")
    func notForUs() throws {
        for variables in [
            [:], ["LISTEN_FDS": "1"], ["LISTEN_PID": "1", "LISTEN_FDS": "1"],
            ["LISTEN_PID": "x", "LISTEN_FDS": "1"],
            ["LISTEN_PID": "\(SystemProcess.id)"], ["LISTEN_PID": "\(SystemProcess.id)", "LISTEN_FDS": "0"],
        ] {
            #expect(try take(variables, first: 3) == [])
        }
    }

    @Test("What cannot be listened on is named by its number")
    func notListening() throws {
        let file = try Files.inMemory(name: "file", [])
        for (first, count, words) in [
            (
                file.number, "1",
                "descriptor \(file.number) ('web') of LISTEN_FDS is no listening stream socket"
            ),
            (1_000_000, "1", "descriptor 1000000 ('web') of LISTEN_FDS is not open"),
            (3, "-1", "LISTEN_FDS is '-1'"), (3, "many", "LISTEN_FDS is 'many'"),
            (3, "99999", "LISTEN_FDS is"),
        ] as [(CInt, String, String)] {
            let variables = [
                "LISTEN_PID": "\(SystemProcess.id)", "LISTEN_FDS": count, "LISTEN_FDNAMES": "web",
            ]
            let error = #expect(throws: ConfigurationError.self) { try take(variables, first: first) }
            #expect(error?.message.hasPrefix(words) == true)
        }
    }

    @Test("Applications do not see what the manager told the master")
    func environment() {
        let all = [
            "A=1", "NOTIFY_SOCKET=/x", "LISTEN_FDS=1", "LISTEN_FDS_MORE=1", "WATCHDOG_PID",
            "GATEWAY_MASTER=1=2",
        ]
        #expect(ServiceEnvironment.removed(from: all) == ["A=1", "LISTEN_FDS_MORE=1"])
    }
}
