// Ports that a test chooses beforehand, for programs that cannot say which one the kernel has given them. Between the choice
// and the program's bind(2) nobody else may get the port: neither the kernel's choice for one of the many others, nor a test of
// another process.

import Synchronization
import Syscalls

/// A port of 127.0.0.1 that nobody listens on. No other test gets it while this process lives.
func freePort() throws -> UInt16 {
    for _ in 0..<1000 {
        // The kernel chooses from 32768 upwards (ip_local_port_range).
        let port = UInt16.random(in: 12_000..<32_000)
        guard let claim = PortClaim(port) else { continue }
        let address = try SocketAddress.resolve(host: "127.0.0.1", port: port)[0]
        guard (try? Socket.listen(address, backlog: 1, isNonBlocking: true)) != nil else { continue }
        claim.keep()
        return port
    }
    throw NoFreePort()
}

private struct NoFreePort: Error, CustomStringConvertible {
    var description: String { "no port between 12000 and 32000 is free" }
}

/// A name in the kernel that says that a port is taken: an abstract socket (unix(7)), which goes with its process.
private final class PortClaim: Sendable {
    private static let kept = Mutex<[PortClaim]>([])
    private let socket: OwnedDescriptor

    /// - Returns: `nil` where another process or test has claimed the port.
    init?(_ port: UInt16) {
        guard
            let name = SocketAddress(abstractName: "gateway-test-port-\(port)"),
            let socket = try? Socket.listen(name, backlog: 1, isNonBlocking: true)
        else { return nil }
        self.socket = socket
    }

    func keep() { Self.kept.withLock { $0.append(self) } }
}
