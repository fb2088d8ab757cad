import ApplicationLibrary
import GatewayInterface
import Syscalls
import Testing
@testable import Plans

@Suite("Applications in dynamic libraries")
struct SwiftLibraryTests {
    /// What the build has made of Tests/LibraryApplication, in the folder of the tests.
    private static let path: String = {
        let program = Files.absolutePath("/proc/self/exe") ?? ""
        return program[..<(program.lastIndex(of: "/") ?? program.startIndex)] + "/libTestLibrary.so"
    }()

    private func ask(_ path: String, body: [UInt8] = []) async throws -> Response {
        let application = try SwiftLibrary.load(Self.path)
        guard case .asynchronous(let handler) = application.handler else { throw ApplicationNotFound(path) }
        return try await handler(Request(environ: Environ(["PATH_INFO": path]), body: RequestBody(body)))
    }

    @Test("A library answers, reads, offloads, and throws")
    func answers() async throws {
        #expect(try await ask("/ü").body.bytes == Array("Hello from /ü\n".utf8))
        #expect(try await ask("/echo", body: [1, 2, 3]).body.bytes == [1, 2, 3])
        #expect(try await ask("/offload").body.bytes == Array("5050\n".utf8))
        #expect(try await ask("/refuse").status == .forbidden)
        let error = await #expect(throws: (any Error).self) { try await ask("/throw") }
        #expect("\(try #require(error))" == "Refusal()")
    }

    @Test("A library streams, and is cancelled")
    func stream() async throws {
        final class Sink: ResponseSink, @unchecked Sendable {  // One task at a time writes.
            var bytes: [UInt8] = []
            func write(_ part: [UInt8]) async throws { bytes += part }
        }
        guard case .stream(let stream) = try await ask("/stream").body else {
            throw ApplicationNotFound("stream")
        }
        let sink = Sink()
        try await stream.produce(ResponseWriter(sink))
        #expect(sink.bytes == Array("part 1\npart 2\npart 3\n".utf8))
        let waiting = Task { try await ask("/wait") }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test("What is not there, no library or has no application is said in one line")
    func mistakes() throws {
        func message(_ path: String) -> String {
            do {
                _ = try SwiftLibrary.load(path)
                return ""
            } catch { return "\(error)" }
        }
        #expect(message("/nowhere/libapp.so") == "there is no file '/nowhere/libapp.so'")
        #expect(message("/tmp") == "'/tmp' is not a file")
        try withFolder("echo text > libapp.so") { folder in
            let path = folder + "/libapp.so"
            #expect(
                message(path)
                    == "'\(path)' cannot be loaded: file too short; "
                    + "is it a dynamic library, built for this machine?")
        }
        let maps = String(decoding: try Files.contents("/proc/self/maps", limit: 4 << 20), as: UTF8.self)
        let libc = try #require(
            maps.split(separator: "\n").compactMap { $0.split(separator: " ").last }
                .first { $0.hasSuffix("/libc.so.6") })
        #expect(
            message(String(libc))
                == "'\(libc)' has no function 'gateway_application': export one (docs/swift-libraries.md)")
    }

    @Test("Another version of the interface is named beside the gateway's own")
    func versions() {
        let error = SwiftLibraryError("libapp.so", .version(7))
        #expect(
            "\(error)" == "'libapp.so' has version 7 of the interface, and this gateway version 1: "
                + "build it against the version of the gateway that loads it")
        #expect(
            "\(SwiftLibraryError("libapp.so", .failed("no table")))"
                == "'libapp.so' could not make its application: no table")
    }
}
