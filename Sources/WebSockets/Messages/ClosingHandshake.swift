// How a connection ends (RFC 6455, §7): each end sends one close frame, and nothing after it; the server then closes the
// connection first (§7.1.1). Here it is only said what has to be done.

/// How far the end has come.
public struct ClosingHandshake: Equatable, Sendable {
    private enum Stage: Equatable {
        case open
        /// Our close frame is on its way, and the other one is waited for.
        case sent
        /// Nothing more is sent or read.
        case over
    }

    private var stage = Stage.open
    /// What the other end has said, or what is said of its silence (§7.1.5): 1005 for a close frame without a code, 1006 for
    /// none. `nil` before the end.
    public private(set) var status: CloseFrame.Status?

    /// Open.
    public init() {}

    /// Whether messages may be sent.
    public var canSend: Bool { stage == .open }
    /// Whether our close frame is out, and the other end's not yet in: the connection waits for it, for so long as it likes.
    public var isWaiting: Bool { stage == .sent }
    /// Whether all is said: what was appended is to be sent, and then the connection closed.
    public var isOver: Bool { stage == .over }

    /// Begins the end.
    ///
    /// - Returns: The frame to send; `nil` where one was sent before.
    public mutating func close(_ frame: CloseFrame) -> CloseFrame? {
        guard stage == .open else { return nil }
        stage = .sent
        return frame
    }

    /// The other end's close frame has come.
    ///
    /// - Returns: The frame to answer with, which says the same code (§5.5.1); `nil` where this is itself an answer.
    public mutating func received(_ frame: CloseFrame) -> CloseFrame? {
        guard stage != .over else { return nil }
        let answer = stage == .open ? CloseFrame(frame.code) : nil
        stage = .over
        status = CloseFrame.Status(code: frame.code ?? .noStatus, reason: frame.reason)
        return answer
    }

    /// The connection has to be given up (§7.1.7).
    ///
    /// - Returns: The frame to send; `nil` where one was sent before.
    public mutating func fail(_ error: WebSocketError) -> CloseFrame? {
        guard stage != .over else { return nil }
        let frame = stage == .open ? CloseFrame(error.code, reason: error.description) : nil
        stage = .over
        status = CloseFrame.Status(code: error.code, reason: error.description)
        return frame
    }

    /// The connection is gone, or too long was waited for.
    public mutating func lost() {
        guard stage != .over else { return }
        stage = .over
        status = CloseFrame.Status(code: .abnormal)
    }
}

extension CloseFrame {
    /// How a connection has ended, as an application sees it: also with codes that are never sent.
    public struct Status: Equatable, Sendable {
        /// Why.
        public let code: CloseCode
        /// What was said of it.
        public let reason: String

        /// Any code, any reason.
        public init(code: CloseCode, reason: String = "") {
            self.code = code
            self.reason = reason
        }
    }
}
