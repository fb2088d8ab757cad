// One connection of a web server, or of a worker of the gateway: a request at a time, decoded as it comes, and the answer
// of its script encoded as it comes. What the script does not take yet stays in the socket, and so does what the web
// server does not take stay in the script's pipe.

import EventLoop
import FastCGIBridge
import Octets
import Syscalls

/// A connection that a web server has made.
final class ResponderConnection: Stream {
    /// How long a connection may be silent before its first request, and a request before its variables are complete, in
    /// milliseconds. Stops what only holds a place.
    private static let patience: UInt64 = 5000
    /// How long the rest of a request is read after its answer, so that closing does not destroy the answer.
    static let lingering: UInt64 = 2000
    /// A full record and the header of the next.
    private static let inputSize = 66_560
    /// Octets that may wait for the web server before the script has to.
    static let highWater = 65_536
    private static let lowWater = 16_384
    /// How long a body may stand still before an answer that waits for its end is sent after all, in milliseconds.
    private static let bodyPatience: UInt64 = 1000
    /// How long a web server may take nothing of what is sent to it, in milliseconds. More than any that waits for a client
    /// of its own; one that never reads would hold a script for ever.
    static let readerPatience: UInt64 = 300_000

    enum Ending { case none, whenSent, lingering }

    unowned let responder: CGIResponder
    var decoder = RequestDecoder()
    private var input = ByteBuffer()
    var output = ByteBuffer()
    var params = ByteBuffer()
    private var hasTooManyParams = false
    var keepsConnection = false
    /// Octets at the front of the input that are the script's.
    private var bodyWaiting = 0
    var isBodyComplete = false
    var script: ScriptProcess?
    var ending = Ending.none
    var isPaused = false
    private var isDecoding = false
    /// What it may cost the other connections in this turn: a record may be of a byte, and a write to the script.
    private var share = TurnShare()
    var complaintIsOpen = false
    var isAnswerHeld = false
    private var bodyMovedAt: UInt64 = 0
    /// When something was last sent.
    var movedAt: UInt64 = 0
    /// Whether the peer has sent its last, and reads on.
    private(set) var hasLastInput = false
    /// Whether nothing is decoded because answers wait that cost the peer next to nothing to ask for.
    private var isBehind = false
    /// Whether it has no request, and has had one.
    var isIdle = false
    /// Whether it has a request, or may be about to send its first one.
    var holdsPlace: Bool { !isIdle && ending == .none }
    /// What the request means: from when it is known until its turn comes.
    var work: ScriptRequest?
    var scriptName = ""

    init(_ descriptor: consuming OwnedDescriptor, responder: CGIResponder) {
        self.responder = responder
        super.init(descriptor, loop: responder.loop)
    }

    func begin() throws(SyscallError) {
        try open()
        deadline = loop.now + Self.patience
        receive()
    }

    /// The responder leaves: a connection goes unless there is a request on it or on its way.
    func drain() {
        guard ending == .none, decoder.activeID == nil, input.isEmpty else { return }
        if !Descriptor.hasUnexpectedInput(number) { close() }
    }

    /// Notices what the loop does not tell while nothing is received, and what has waited long enough.
    func sweep() {
        if isBlocked, movedAt + Self.readerPatience <= loop.now {
            responder.log(
                "a connection was closed: nothing of an answer was taken for \(Self.readerPatience / 1000) s")
            return gone()
        }
        if isAnswerHeld, bodyMovedAt + Self.bodyPatience <= loop.now {
            isAnswerHeld = false
            sendOutput()
        }
    }

    // MARK: Receiving

    override func memoryForReceiving() -> UnsafeMutableBufferPointer<UInt8> {
        input.spare(Self.inputSize - input.count)
    }

    override func received(_ count: Int) {
        input.commit(count)
        share.take(bytes: count, in: loop.turns)
        decode()
    }

    /// The web server sends no more. That is no reason to give up what is complete, as long as it may read.
    override func receivedEnd(error: CInt?) {
        guard error == nil, ending != .lingering, !Descriptor.isHungUp(number) else { return gone() }
        if decoder.activeID == nil {
            guard !output.isEmpty else { return gone() }
            ending = .whenSent
            isBodyComplete = true
        } else if !isBodyComplete {
            return gone()
        }
        hasLastInput = true
    }

    override func hungUp() { gone() }
    override func deadlinePassed() { gone() }

    /// The web server has closed: that is how a request is given up.
    func gone() {
        guard !isClosed else { return }
        script?.abandon()
        script = nil
        work = nil
        close()
    }

    override func didClose() { responder.closed(self) }

    func decode() {
        guard !isDecoding else { return }
        isDecoding = true
        defer { isDecoding = false }
        do {
            while !isClosed {
                if ending != .none {
                    input.clear()
                    return receiveMore()
                }
                if decoder.activeID == nil { waitIfBehind() }
                guard !isBehind, !isClosed, passBody() else { return }
                if share.isSpent(in: loop.turns) { return giveWay() }
                share.takeRecord()
                guard try take(decoder.next(input.bytes.span)) else { return receiveMore() }
            }
        } catch {
            responder.log("a connection was closed: what came is no FastCGI (\(error))")
            gone()
        }
    }

    override func turnCame() { decode() }

    private func receiveMore() {
        if !hasLastInput { receive() }
    }

    /// Decodes nothing more until the peer has read what it has asked for. A body goes on: it makes no answer longer.
    private func waitIfBehind() {
        guard output.count > Self.highWater else { return }
        sendOutput()
        isBehind = output.count > Self.highWater
    }

    /// - Returns: Whether to go on without receiving.
    private func take(_ event: RequestEvent) -> Bool {
        switch event {
        case .more(let consumed):
            input.consume(consumed)
            sendOutput()
            return isClosed
        case .begin(_, let keepsConnection, let consumed):
            input.consume(consumed)
            self.keepsConnection = keepsConnection
            isIdle = false
            isBodyComplete = false
            complaintIsOpen = false
            hasTooManyParams = false
            deadline = loop.now + Self.patience
        case .params(let range, let consumed):
            if params.count + range.count > ScriptParams.octetLimit {
                hasTooManyParams = true
            } else {
                params.append(input.bytes[range])
            }
            input.consume(consumed)
        case .paramsEnd(let consumed):
            input.consume(consumed)
            deadline = 0
            prepare()
        case .stdin(let range, _):
            // What stands before the body is used up; the body goes as the script takes it.
            input.consume(range.start)
            bodyWaiting = range.count
        case .stdinEnd(let consumed):
            input.consume(consumed)
            isBodyComplete = true
            isAnswerHeld = false
            script?.endInput()
        case .abort(let consumed):
            input.consume(consumed)
            script?.abandon()
            end(.requestComplete, exitCode: 0)
        case .getValues(let range, let consumed):
            AnswerEncoder.appendValues(
                answering: input.bytes[range], connections: responder.options.scripts,
                requests: responder.options.scripts, to: &output)
            input.consume(consumed)
            waitIfBehind()
        case .unknownType(let type, let consumed):
            AnswerEncoder.appendUnknownType(type, to: &output)
            input.consume(consumed)
            waitIfBehind()
        case .refused(let id, let status, let keepsConnection, let consumed):
            input.consume(consumed)
            AnswerEncoder.appendEnd(id: id, status, applicationStatus: 0, to: &output)
            if !keepsConnection, decoder.activeID == nil { ending = .whenSent }
            sendOutput()
            waitIfBehind()
        }
        return true
    }

    /// Passes on what has come of the body.
    ///
    /// - Returns: Whether nothing of it waits any more.
    private func passBody() -> Bool {
        guard bodyWaiting > 0 else { return true }
        guard decoder.activeID != nil else {
            input.consume(bodyWaiting)
            bodyWaiting = 0
            return true
        }
        guard let script else { return false }
        let count = script.write(UnsafeBufferPointer(rebasing: input.bytes[..<bodyWaiting]))
        input.consume(count)
        bodyWaiting -= count
        if count > 0 { bodyMovedAt = loop.now }
        return bodyWaiting == 0
    }

    // MARK: The script

    /// The variables are complete: waits for its turn, unless they are enough for an answer.
    private func prepare() {
        do throws(ScriptRefusal) {
            guard !hasTooManyParams else { throw .tooLarge }
            let decoded = try ScriptParams(decoding: params.bytes)
            let name = try responder.finder.name(in: decoded)
            scriptName = ScriptRefusal.brief(name.path)
            work = ScriptRequest(name: name, params: decoded)
            responder.admit(self)
        } catch {
            refuse(error)
        }
    }

    /// It is the request's turn.
    func start(_ run: (ScriptRequest) throws(SyscallError) -> ScriptProcess) {
        guard let work else { return }
        self.work = nil
        do throws(SyscallError) {
            script = try run(work)
            isAnswerHeld = !isBodyComplete
            bodyMovedAt = loop.now
            if isBodyComplete, bodyWaiting == 0 { script?.endInput() }
        } catch {
            complain("\(scriptName): it cannot be run: \(error.reason)")
            end(
                error.isOutOfProcesses || error.isOutOfDescriptors ? .overloaded : .requestComplete,
                exitCode: 127)
        }
        decode()
    }

    // MARK: Sending

    override func sendable() {
        sendOutput()
        guard !isClosed, output.count <= Self.lowWater else { return }
        if isPaused {
            isPaused = false
            script?.resumeOutput()
        }
        if isBehind {
            isBehind = false
            decode()
        }
    }
}
