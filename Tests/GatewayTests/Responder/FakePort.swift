import FastCGIBridge
import GatewayInterface
import Synchronization
import Syscalls
@testable import OtherServers
@testable import Settings

/// A web server in memory: what it asks, and what it is told.
final class FakePort: RequestPort, @unchecked Sendable {  // One thread at a time uses it.
    var isResponder = true
    var isScript = false
    /// Writes after which it takes no more.
    var patience = Int.max
    private(set) var written: [UInt8] = []
    private(set) var complaints: [String] = []
    private(set) var flushes = 0
    private(set) var isBroken = false
    private var body: ArraySlice<UInt8>
    private let octets: [UnsafeBufferPointer<UInt8>]
    /// Threads that have used it.
    private(set) var threads: Set<UInt> = []

    init(_ variables: [String], body: [UInt8] = []) {
        self.body = body[...]
        octets = variables.map { text in
            let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
            _ = memory.initialize(from: text.utf8)
            return UnsafeBufferPointer(memory)
        }
    }

    deinit { for entry in octets { entry.deallocate() } }

    var variables: [UnsafeBufferPointer<UInt8>] { octets }

    func read(into memory: UnsafeMutableBufferPointer<UInt8>) -> Int {
        threads.insert(SystemProcess.currentThread)
        let part = body.prefix(memory.count)
        _ = memory.update(from: part)
        body = body.dropFirst(part.count)
        return part.count
    }

    func readRest() { body = [] }

    func write(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        threads.insert(SystemProcess.currentThread)
        written += bytes
        patience -= 1
        return patience >= 0
    }

    func flush() -> Bool {
        flushes += 1
        return patience >= 0
    }

    func complain(_ line: UnsafeBufferPointer<UInt8>) {
        threads.insert(SystemProcess.currentThread)
        complaints.append(String(decoding: line, as: UTF8.self))
    }

    func breakOff() { isBroken = true }

    // MARK: What it was told

    var unread: Int { body.count }
    private var text: String { String(decoding: written, as: UTF8.self) }
    var head: String { text.components(before: "\r\n\r\n").0 }
    var answer: String { text.components(before: "\r\n\r\n").1 }
    var status: String { String(head.prefix { $0 != "\r\n" }) }
}

extension String {
    fileprivate func components(before separator: String) -> (String, String) {
        guard let range = firstRange(of: separator) else { return (self, "") }
        return (String(self[..<range.lowerBound]), String(self[range.upperBound...]))
    }
}

/// What a handler has noted, on whatever thread.
final class Notes: Sendable {
    private let list = Mutex<[String]>([])
    var all: [String] { list.withLock { $0 } }
    func add(_ note: String) { list.withLock { $0.append(note) } }
}

/// Has a port answered on a thread of its own, as a responder does; what it waits for it may wait for.
func answer(_ port: FakePort, _ application: Application) async throws -> Bool {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try Threads.start {
                continuation.resume(returning: RequestRunnerContext(application, Settings()).answer(port))
            }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
