// The question that the master asks a server of an external application, on a connection of its own: does it accept, or does
// it answer a path.

import FastCGIBridge
import GatewayInterface
import Octets
import Syscalls

/// One question to one server.
final class HealthProbe: Stream {
    private let check: ExternalSettings.HealthCheck
    private var isConnecting: Bool
    private var input = ByteBuffer(capacity: 4096)
    private var text = ByteBuffer()
    private var decoder = ResponseDecoder()
    private var parser = CGIResponseParser()
    private var head = CGIResponseHead()
    private let onAnswer: (String?) -> Void

    /// - Parameter onAnswer: Called once: with what is wrong, or `nil` where the server works.
    init(
        _ address: SocketAddress, _ check: ExternalSettings.HealthCheck, loop: EventLoop,
        onAnswer: @escaping (String?) -> Void
    ) throws(SyscallError) {
        self.check = check
        self.onAnswer = onAnswer
        let attempt = try Socket.connect(address)
        isConnecting = !attempt.isConnected
        super.init(attempt.intoSocket(), loop: loop)
        try open(isConnecting: isConnecting)
        if !isConnecting { ask() }
    }

    private func ask() {
        guard case .path(let path) = check else { return answered(nil) }
        var request = ByteBuffer(capacity: 512)
        var pairs = ByteBuffer(capacity: 256)
        pairs.appendPair("REQUEST_METHOD", "GET")
        pairs.appendPair("SERVER_PROTOCOL", "HTTP/1.1")
        pairs.appendPair("GATEWAY_INTERFACE", "CGI/1.1")
        pairs.appendPair("QUERY_STRING", "")
        pairs.appendPair("CONTENT_LENGTH", "")
        pairs.appendPair("PATH_INFO", "")
        for name in ["REQUEST_URI", "SCRIPT_NAME", "SCRIPT_FILENAME"] as [StaticString] {
            pairs.appendPair(name, text: path)
        }
        RequestEncoder.appendBegin(keepsConnection: false, to: &request)
        RequestEncoder.appendParams(pairs.bytes, to: &request)
        RequestEncoder.appendParamsEnd(to: &request)
        RequestEncoder.appendStdinEnd(to: &request)
        // A socket that has just been made has room for it.
        _ = send(request.bytes)
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
                case .stderr(_, let consumed): input.consume(consumed)
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
