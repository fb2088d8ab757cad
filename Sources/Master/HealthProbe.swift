// The question that the master asks a server of an external application, on a connection of its own: does it accept, or does
// it answer a path.

import EventLoop
import FastCGIBridge
import GatewayInterface
import Octets
import Syscalls

/// One question to one server.
final class HealthProbe: Stream {
    /// The question; `nil` where to be accepted is the answer.
    private let request: [UInt8]?
    private var isConnecting: Bool
    private var input = ByteBuffer(capacity: 4096)
    private var text = ByteBuffer()
    private var decoder = ResponseDecoder()
    private var parser = CGIResponseParser()
    private var head = CGIResponseHead()
    private let onAnswer: (String?) -> Void

    /// - Parameters:
    ///   - request: What ``question(_:root:parameters:)`` has made; `nil` to ask only whether it accepts.
    ///   - onAnswer: Called once: with what is wrong, or `nil` where the server works.
    init(
        _ address: SocketAddress, _ request: [UInt8]?, loop: EventLoop,
        onAnswer: @escaping (String?) -> Void
    ) throws(SyscallError) {
        self.request = request
        self.onAnswer = onAnswer
        let attempt = try Socket.connect(address)
        isConnecting = !attempt.isConnected
        super.init(attempt.intoSocket(), loop: loop)
        try open(isConnecting: isConnecting)
        if !isConnecting { ask() }
    }

    /// A request for a path, as records.
    ///
    /// - Parameters:
    ///   - path: May have a query behind it.
    ///   - root: The folder of the scripts, where it is known.
    ///   - parameters: Encoded pairs that every request to the application carries.
    static func question(_ path: String, root: String?, parameters: [UInt8]) -> [UInt8] {
        var request = ByteBuffer(capacity: 512)
        var pairs = ByteBuffer(capacity: 256)
        let script = String(path.prefix { $0 != "?" })
        pairs.appendPair("REQUEST_METHOD", "GET")
        pairs.appendPair("SERVER_PROTOCOL", "HTTP/1.1")
        pairs.appendPair("GATEWAY_INTERFACE", "CGI/1.1")
        pairs.appendPair("REDIRECT_STATUS", "200")
        pairs.appendPair("QUERY_STRING", text: String(path.dropFirst(script.count + 1)))
        pairs.appendPair("CONTENT_LENGTH", "")
        pairs.appendPair("REQUEST_URI", text: path)
        pairs.appendPair("SCRIPT_FILENAME", text: (root ?? "") + script)
        // php-fpm finds its ping page by SCRIPT_NAME; an application that is no folder of scripts goes by PATH_INFO.
        pairs.appendPair("SCRIPT_NAME", text: script)
        pairs.appendPair("PATH_INFO", text: root == nil ? script : "")
        if let root { pairs.appendPair("DOCUMENT_ROOT", text: root) }
        RequestEncoder.appendBegin(keepsConnection: false, to: &request)
        RequestEncoder.appendParams(pairs.bytes, to: &request)
        parameters.withUnsafeBufferPointer { RequestEncoder.appendParams($0, to: &request) }
        RequestEncoder.appendParamsEnd(to: &request)
        RequestEncoder.appendStdinEnd(to: &request)
        return Array(request.bytes)
    }

    private func ask() {
        guard let request else { return answered(nil) }
        // A socket that has just been made has room for it.
        request.withUnsafeBufferPointer { _ = send($0) }
        receive()
    }

    override func sendable() {
        guard isConnecting else { return }
        if let error = Socket.connectionError(number) { return answered("\(error)") }
        isConnecting = false
        ask()
    }

    override func memoryForReceiving() -> UnsafeMutableBufferPointer<UInt8> { input.spare(4096) }

    override func received(_ count: Int) {
        input.commit(count)
        do {
            while !isClosed {
                switch try decoder.next(input.bytes.span) {
                case .more(let consumed):
                    input.consume(consumed)
                    // A server that talks and talks says nothing of use.
                    return input.count + text.count > 1 << 20 ? answered("its answer has no end") : receive()
                case .stdout(let range, let consumed):
                    text.append(input.bytes[range])
                    input.consume(consumed)
                    if try parser.parse(text.bytes.span, into: &head) { return judge() }
                case .stderr(_, let consumed), .nothing(let consumed): input.consume(consumed)
                case .end: return answered("it ended without an answer")
                }
            }
        } catch {
            answered("\(error)")
        }
    }

    private func judge() {
        answered((200..<400).contains(head.status) ? nil : "it answered \(head.status)")
    }

    override func receivedEnd(error: CInt?) { answered("it closed the connection") }
    override func hungUp() { if !isConnecting { answered("it closed the connection") } }

    private func answered(_ failure: String?) {
        guard !isClosed else { return }
        close()
        onAnswer(failure)
    }
}
