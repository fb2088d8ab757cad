// A program with an application of its own that a web server has started as a CGI script (RFC 3875): one request, in the
// environment and on the standard input, and one answer on the standard output.

import FastCGIBridge
import GatewayInterface
import Logs
import Octets
import Plans
import Settings
import Syscalls

/// The process of a script.
package enum CGIScript {
    /// Whether this process was started to be one. Of two variables that a web server sets neither is anybody's by accident.
    package static var isWanted: Bool {
        SystemProcess.environmentValue("GATEWAY_INTERFACE")?.hasPrefix("CGI/") == true
            && SystemProcess.environmentValue("REQUEST_METHOD") != nil
    }

    /// Answers the request.
    ///
    /// - Returns: The exit code: 0, or 1 where the web server has not got what the application should have answered.
    package static func run(_ build: () throws -> Application, _ settings: Settings) -> Int32 {
        SystemProcess.ignoreBrokenPipes()
        // What it prints, or complains of, waits for nobody; its answer does.
        StandardOutputs.own([2])
        defer { StandardError.finish() }
        do {
            let port = try ScriptPort()
            do throws(ConfigurationError) {
                let application = try ApplicationBuilder.build(build)
                return RequestRunnerContext(application, settings).answer(port) ? 0 : 1
            } catch {
                // The reason is the operator's; the client gets what it gets from any handler that fails.
                let failure = NotBuilt(description: error.message)
                RequestRunnerContext(.inline { _ in throw failure }, settings).answer(port)
                return 1
            }
        } catch {
            complain("gateway: cannot answer on descriptor 1: \(error)\n")
            return 1
        }
    }

    private static func complain(_ line: String) {
        var line = line
        line.withUTF8 { StandardError.write($0) }
    }
}

/// Why there is no application.
private struct NotBuilt: Error, CustomStringConvertible {
    let description: String
}

/// The descriptors and the environment of a script.
private final class ScriptPort: RequestPort {
    private let output: OwnedDescriptor
    let variables: [UnsafeBufferPointer<UInt8>]

    /// - Throws: Where there is no standard output.
    init() throws(SyscallError) {
        // What the application prints for whoever runs it is no part of the answer.
        output = try Descriptor.duplicate(1)
        try Descriptor.place(2, at: 1)
        variables = SystemProcess.environmentOctets
    }

    var isResponder: Bool { true }

    var isScript: Bool { true }

    func read(into memory: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var total = 0
        while total < memory.count {
            let room = UnsafeMutableBufferPointer(rebasing: memory[total...])
            guard case .bytes(let count) = Descriptor.read(0, into: room) else { return total }
            total += count
        }
        return total
    }

    func readRest() {}

    func write(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool { Descriptor.writeAll(output.number, bytes) }

    func flush() -> Bool { true }

    func complain(_ line: UnsafeBufferPointer<UInt8>) { StandardError.write(line) }

    /// There is no way to say it but by the exit code.
    func breakOff() {}
}
