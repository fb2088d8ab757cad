// Whether an application process is ready is asked of the process itself: FCGI_GET_VALUES on a connection that is
// thrown away afterwards. Applications answer, or close, or read it and say nothing; each shows that they have come
// to accept connections. One that still boots does none of these.

import EventLoop
import FastCGIBridge
import Octets
import Syscalls

/// The master's connection to a process that boots.
final class ReadinessProbe: Stream {
    private var answer = ByteBuffer(capacity: 256)
    private let onSign: (_ isAnswer: Bool) -> Void

    /// - Parameter onSign: Called when the process shows that it accepts: by an answer, or by having read or closed.
    init(
        _ address: SocketAddress, loop: EventLoop, onSign: @escaping (_ isAnswer: Bool) -> Void
    ) throws(SyscallError) {
        self.onSign = onSign
        super.init(try Socket.connect(address).intoSocket(), loop: loop)
        try open()
        var request = ByteBuffer(capacity: 128)
        RequestEncoder.appendGetValues(to: &request)
        _ = send(request.bytes)
        receive()
    }

    override func memoryForReceiving() -> UnsafeMutableBufferPointer<UInt8> {
        answer.clear()
        return answer.spare(64)
    }

    override func received(_ count: Int) { end(isAnswer: true) }
    override func receivedEnd(error: CInt?) { end(isAnswer: false) }

    /// Looks whether the question was read at least.
    func look() {
        if !isClosed, Descriptor.unreadByPeer(number) == 0 { onSign(false) }
    }

    private func end(isAnswer: Bool) {
        guard !isClosed else { return }
        close()
        onSign(isAnswer)
    }
}
