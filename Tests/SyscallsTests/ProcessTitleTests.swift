import Syscalls
import Testing

@Suite("Process titles", .serialized)
struct ProcessTitleTests {
    private func title(_ child: HeldChild) -> String {
        String(child.file("cmdline").prefix { $0 != "\0" })
    }

    @Test("A title takes the place of the arguments, and only their place")
    func title() throws {
        let arguments = SystemProcess.arguments
        let environment = SystemProcess.environment
        #expect(arguments == CommandLine.arguments && !arguments.isEmpty && !environment.isEmpty)
        let child = try HeldChild {
            ProcessTitle.set("gateway: worker 1 [with a name that is longer than the next]")
            ProcessTitle.set("gateway: worker 2 [shop]")
            let isWhole =
                SystemProcess.arguments == arguments && CommandLine.arguments == arguments
                && SystemProcess.environment == environment
            return isWhole ? 1 : 0
        }
        #expect(child.answer == 1, "arguments and environment are what they were")
        #expect(title(child) == "gateway: worker 2 [shop]")
        #expect(child.file("comm") == "gateway: worker\n")
        #expect(child.file("cmdline").drop { $0 != "\0" }.allSatisfy { $0 == "\0" })
        #expect(SystemProcess.arguments == arguments)
    }

    @Test("A title that is too long is cut, and the next one can be short")
    func long() throws {
        let environment = SystemProcess.environment
        let long = String(repeating: "long ", count: 40_000)
        let child = try HeldChild {
            ProcessTitle.set(long)
            return SystemProcess.environment == environment ? 1 : 0
        }
        #expect(child.answer == 1)
        let shown = title(child)
        #expect(shown.utf8.count > 50 && long.hasPrefix(shown))
        let second = try HeldChild {
            ProcessTitle.set(long)
            ProcessTitle.set("short")
            return 1
        }
        #expect(title(second) == "short")
    }

    @Test("The children of a process with a title have titles of their own")
    func inherited() throws {
        let pipe = try Pipe(readsWithoutBlocking: false)
        let output = pipe.writeEnd.number
        let child = try HeldChild {
            ProcessTitle.set("the master")
            guard let pid = try? ChildProcess.fork(diesWithParent: true) else { return -1 }
            if pid == 0 {
                ProcessTitle.set("a worker")
                EventDescriptor.raise(output)
                while true { SystemProcess.pause() }
            }
            return Int(pid)
        }
        #expect(try Shell.receive(pipe.readEnd.number) != nil)
        let worker = child.answer ?? -1
        #expect(title(child) == "the master")
        #expect(Files.text("/proc/\(worker)/cmdline")?.hasPrefix("a worker\0") == true)
    }

    @Test("A process knows the file that it runs")
    func executable() throws {
        let path = try #require(SystemProcess.executablePath)
        #expect(Files.isExecutable(path))
    }
}
