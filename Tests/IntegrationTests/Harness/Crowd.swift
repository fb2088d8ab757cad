// Many clients at once, driven by one thread: enough of them to fill every queue, few enough requests that
// the tests end soon on a slow machine.

import Syscalls
import Testing

/// Clients that each send one request after another.
final class Crowd {
    /// What became of one request.
    enum Outcome: Equatable {
        case answered(status: Int, body: String)
        /// The connection ended before or within its answer.
        case cut
        /// There was no connection to be had.
        case refused
    }

    private struct Member {
        var client: HTTPClient?
        var isWaiting = false
        var sent = 0
        var sentAt: UInt64 = 0
    }

    private let connect: () throws -> HTTPClient
    private let isKept: Bool
    private let request: (_ client: Int, _ number: Int) -> String
    private let requestsEach: Int?
    private var members: [Member]
    private(set) var outcomes: [Outcome] = []
    /// The longest time that an answer took, in milliseconds.
    private(set) var longestWait: UInt64 = 0

    /// - Parameters:
    ///   - isKept: Whether a client sends all its requests over one connection.
    ///   - requestsEach: How many requests each client sends; `nil` for one after another until ``stop()``.
    ///   - request: The target of a client's request.
    init(
        of clients: Int, at gateway: GatewayProcess, isKept: Bool, requestsEach: Int?,
        request: @escaping (_ client: Int, _ number: Int) -> String = { _, _ in "/" }
    ) throws {
        let port = try gateway.port
        connect = { try HTTPClient(port: port) }
        self.isKept = isKept
        self.requestsEach = requestsEach
        self.request = request
        members = Array(repeating: Member(), count: clients)
    }

    var isDone: Bool {
        guard let requestsEach else { return false }
        return outcomes.count == members.count * requestsEach
    }

    /// Requests that were answered with 200.
    var successes: Int { outcomes.count { if case .answered(200, _) = $0 { true } else { false } } }
    /// Requests that were not.
    var failures: [Outcome] {
        outcomes.filter { if case .answered(200, _) = $0 { false } else { true } }
    }

    /// Leaves, whatever is still to be answered.
    func stop() { members = [] }

    /// Lets every client send its next request, or take its answer.
    func step() {
        for index in members.indices {
            if members[index].isWaiting { look(index) }
            if !members[index].isWaiting, members[index].sent < requestsEach ?? .max { send(index) }
        }
    }

    /// Goes on until `condition` holds.
    func run(
        until condition: () throws -> Bool, within seconds: Int = 60,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let deadline = Deadline(seconds: seconds)
        while try !condition() {
            try #require(
                !deadline.isOver, "\(outcomes.count) requests were answered within \(seconds) s",
                sourceLocation: sourceLocation)
            let before = outcomes.count
            step()
            if outcomes.count == before { pause(milliseconds: 1) }
        }
    }

    /// Goes on to the end.
    func finish(within seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try run(until: { isDone }, within: seconds, sourceLocation: sourceLocation)
    }

    private func send(_ index: Int) {
        members[index].sent += 1
        do {
            let client = try members[index].client ?? connect()
            let connection = isKept ? "keep-alive" : "close"
            let target = request(index, members[index].sent)
            client.send("GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: \(connection)\r\n\r\n")
            members[index].client = client
            members[index].isWaiting = true
            members[index].sentAt = Clock.monotonicMilliseconds()
        } catch {
            end(index, .refused)
        }
    }

    private func look(_ index: Int) {
        do {
            guard let response = try members[index].client?.poll() else { return }
            let wait = Clock.monotonicMilliseconds() - members[index].sentAt
            longestWait = max(longestWait, wait)
            let isReusable = isKept && response["Connection"]?.lowercased() != "close"
            end(index, .answered(status: response.status, body: response.text), keeps: isReusable)
        } catch {
            end(index, .cut)
        }
    }

    private func end(_ index: Int, _ outcome: Outcome, keeps: Bool = false) {
        outcomes.append(outcome)
        members[index].isWaiting = false
        if !keeps { members[index].client = nil }
    }
}
