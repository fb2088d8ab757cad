import Gateway
import Syscalls

/// A server that answers every request with its pid, and closes. `/stuck` makes it stand still, `/throw` makes it fail.
let tinyClass = WorkerClass("tiny") { host in
    if SystemProcess.environmentValue("TINY") == "throws" { throw Refusal() }
    note("threads \(host.threads) timeout \(host.timeout) graceful \(host.gracefulTimeout)")
    host.ready()
    host.log("tiny serves at \(host.listeners.map(\.address).joined(separator: " "))")
    // Beats on, and hears nothing.
    if SystemProcess.environmentValue("TINY") == "stubborn" {
        while true {
            host.heartbeat()
            try await Task.sleep(for: .milliseconds(10))
        }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await serve(host) }
        group.addTask { await host.stopRequested() }
        // Whichever comes first ends the other.
        try await group.next()
        group.cancelAll()
        try await group.waitForAll()
    }
    note("stopped gracefully=\(host.isGraceful)")
}

private func serve(_ host: WorkerHost) async throws {
    while !Task.isCancelled {
        host.heartbeat()
        for listener in host.listeners {
            var peer = Socket.anyAddress
            while case let number = Socket.accept(listener.descriptor, peer: &peer), number >= 0 {
                try answerOne(OwnedDescriptor(adopting: number), host)
            }
        }
        try? await Task.sleep(for: .milliseconds(2))
    }
}

private func answerOne(_ socket: consuming OwnedDescriptor, _ host: WorkerHost) throws {
    let number = socket.number
    let epoll = try Epoll()
    try epoll.add(number, .readable, token: 0)
    _ = try epoll.wait(milliseconds: 5000)
    let target = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { memory -> String in
        guard case .bytes(let count) = Descriptor.receive(number, into: memory) else { return "" }
        let words = String(decoding: memory[..<count], as: UTF8.self).split(separator: " ")
        return words.count > 1 ? String(words[1]) : ""
    }
    if target == "/throw" { throw Refusal() }
    while target == "/stuck" { doze() }
    host.countRequest()
    let text = "\(SystemProcess.id)"
    var answer = "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n\(text)"
    answer.withUTF8 { _ = Descriptor.send(number, $0) }
}
