// One connection of a web server, or of a worker of the gateway: a request at a time, decoded as it comes, and the answer
// of its script encoded as it comes. What the script does not take yet stays in the socket, and so does what the web
// server does not take stay in the script's pipe.

import FastCGIBridge
import Octets
import Syscalls

/// A connection that a web server has made.
final class ResponderConnection: Stream {
    /// How long a connection may be silent before its first request, and a request before its variables are complete, in
    /// milliseconds. Stops what only holds a place.
    private static let patience: UInt64 = 5000
    /// How long the rest of a request is read after its answer, so that closing does not destroy the answer.
    private static let lingering: UInt64 = 2000
    /// A full record and the header of the next.
    private static let inputSize = 66_560
    /// Octets that may wait for the web server before the script has to.
    private static let highWater = 65_536
    private static let lowWater = 16_384

    private enum Ending { case none, whenSent, lingering }

    private unowned let responder: CGIResponder
    private var decoder = RequestDecoder()
    private var input = ByteBuffer()
    private var output = ByteBuffer()
    private var params = ByteBuffer()
    private var hasTooManyParams = false
    private var keepsConnection = false
    /// Octets at the front of the input that are the script's.
    private var bodyWaiting = 0
    private var isBodyComplete = false
    private var script: ScriptProcess?
    private var ending = Ending.none
    private var isPaused = false
    private var isDecoding = false
    private var complaintIsOpen = false
    /// Whether it has no request, and has had one.
    private(set) var isIdle = false
    /// Whether it has a request, or may be about to send its first one.
    var holdsPlace: Bool { !isIdle && ending == .none }
    /// The script that the request means, and what it is to get: from when it is known until it is started.
    private(set) var work: (script: Script, environment: [[UInt8]])?
    private var scriptName = ""

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
        guard ending == .none, decoder.activeID == nil else { return }
        if !Descriptor.hasUnexpectedInput(number) { close() }
    }

    /// Notices what the loop does not tell while nothing is received.
    func sweep() { if bodyWaiting > 0, peerHasEnded { gone() } }

    // MARK: Receiving

    override func memoryForReceiving() -> UnsafeMutableBufferPointer<UInt8> {
        input.spare(Self.inputSize - input.count)
    }

    override func received(_ count: Int) {
        input.commit(count)
        decode()
    }

    override func receivedEnd(error: CInt?) { gone() }
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

    private func decode() {
        guard !isDecoding else { return }
        isDecoding = true
        defer { isDecoding = false }
        do {
            while !isClosed {
                if ending != .none {
                    input.clear()
                    return receive()
                }
                guard passBody() else { return }
                guard try take(decoder.next(input.bytes.span)) else { return receive() }
            }
        } catch {
            responder.log("a connection was closed: what came is no FastCGI (\(error))")
            gone()
        }
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
        case .unknownType(let type, let consumed):
            AnswerEncoder.appendUnknownType(type, to: &output)
            input.consume(consumed)
        case .refused(let id, let status, let keepsConnection, let consumed):
            input.consume(consumed)
            AnswerEncoder.appendEnd(id: id, status, applicationStatus: 0, to: &output)
            if !keepsConnection, decoder.activeID == nil { ending = .whenSent }
            sendOutput()
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
        return bodyWaiting == 0
    }

    // MARK: The script

    /// The variables are complete: finds the script, and waits for its turn.
    private func prepare() {
        do throws(ScriptRefusal) {
            guard !hasTooManyParams else { throw .tooLarge }
            guard var decoded = ScriptParams(decoding: params.bytes) else { throw .malformed }
            let script = try responder.finder.find(&decoded)
            scriptName = String(decoding: script.path, as: UTF8.self)
            work = (script, responder.environment.entries(decoded))
            responder.admit(self)
        } catch {
            let name = String(decoding: error.script, as: UTF8.self)
            complain(name.isEmpty ? error.reason : "\(name): \(error.reason)")
            answer(error.status, error.explanation)
        }
    }

    /// It is the request's turn.
    func start(_ run: (Script, [[UInt8]]) throws(SyscallError) -> ScriptProcess) {
        guard let work else { return }
        self.work = nil
        do throws(SyscallError) {
            script = try run(work.script, work.environment)
            if isBodyComplete, bodyWaiting == 0 { script?.endInput() }
        } catch {
            complain("\(scriptName): it cannot be run: \(error.reason)")
            end(error.isOutOfProcesses || error.isOutOfDescriptors ? .overloaded : .requestComplete, exitCode: 127)
        }
        decode()
    }

    // MARK: The answer

    /// An answer of the responder's own.
    private func answer(_ status: String, _ explanation: String) {
        guard let id = decoder.activeID else { return }
        var page = ByteBuffer(capacity: 256)
        page.append(text: "Status: \(status)\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\(explanation)\n")
        AnswerEncoder.appendStdout(page.bytes, id: id, to: &output)
        end(.requestComplete, exitCode: 0)
    }

    /// A line for the operator about the request.
    private func complain(_ line: String) {
        guard responder.options.sendsErrors else { return responder.log(line) }
        var text = ByteBuffer(capacity: 256)
        if complaintIsOpen { text.append(ASCII.lineFeed) }
        text.append(text: "\(line)\n")
        scriptComplained(text.bytes)
    }

    /// Ends the request, and the connection with it unless the web server keeps it.
    private func end(_ status: ProtocolStatus, exitCode: Int) {
        guard let id = decoder.activeID else { return }
        AnswerEncoder.appendStdoutEnd(id: id, to: &output)
        AnswerEncoder.appendEnd(
            id: id, status, applicationStatus: UInt32(truncatingIfNeeded: exitCode), to: &output)
        finish()
        if !keepsConnection || !responder.mayKeepConnection { ending = .whenSent }
        isIdle = ending == .none
        sendOutput()
        decode()
    }

    private func finish() {
        decoder.finishRequest()
        script = nil
        work = nil
        isPaused = false
        deadline = 0
        params.clear(keeping: 16_384)
    }

    private func sendOutput() {
        while !output.isEmpty, !isClosed {
            switch send(output.bytes) {
            case .bytes(let count): output.consume(count)
            case .wouldBlock: return
            case .failed: return gone()
            }
            if isBlocked { return }
        }
        if ending == .whenSent, !isClosed { leave() }
    }

    /// Closes; where a part of the request has not been read, only after it was: a reset would destroy the answer.
    private func leave() {
        guard !isBodyComplete else { return close() }
        ending = .lingering
        Descriptor.shutdownSending(number)
        deadline = loop.now + Self.lingering
        receive()
    }

    override func sendable() {
        sendOutput()
        guard isPaused, !isClosed, output.count <= Self.lowWater else { return }
        isPaused = false
        script?.resumeOutput()
    }

    private func pauseIfBehind() {
        guard !isPaused, output.count > Self.highWater else { return }
        isPaused = true
        script?.pauseOutput()
    }
}

extension ResponderConnection: ScriptListener {
    func scriptSaid(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let id = decoder.activeID else { return }
        AnswerEncoder.appendStdout(bytes, id: id, to: &output)
        sendOutput()
        pauseIfBehind()
    }

    func scriptComplained(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard responder.options.sendsErrors else { return responder.write(bytes) }
        guard let id = decoder.activeID, let last = bytes.last else { return }
        complaintIsOpen = last != ASCII.lineFeed
        AnswerEncoder.appendStderr(bytes, id: id, to: &output)
        sendOutput()
        pauseIfBehind()
    }

    func scriptHasRoom() { decode() }

    func scriptEnded(_ verdict: ScriptLife.Verdict) {
        script = nil
        switch verdict {
        case .answered(let code):
            closeComplaint()
            end(.requestComplete, exitCode: code)
        case .silent(let status):
            complain("\(scriptName): \(status) and said nothing")
            end(.requestComplete, exitCode: Self.exitCode(status))
        case .cut(let status):
            complain("\(scriptName): \(status) in the middle of its answer")
            cut()
        case .timedOut(let said):
            complain("\(scriptName): killed after \(responder.options.timeout) s (--timeout)")
            guard said else { return answer("504 Gateway Timeout", "The script did not answer in time.") }
            cut()
        }
    }

    /// A line without its end would wait in the web server's log for the next request's.
    private func closeComplaint() {
        guard complaintIsOpen, let id = decoder.activeID else { return }
        complaintIsOpen = false
        withUnsafeBytes(of: ASCII.lineFeed) { bytes in
            AnswerEncoder.appendStderr(bytes.bindMemory(to: UInt8.self), id: id, to: &output)
        }
    }

    /// Ends the connection without ending the request, which is how a web server can tell that the answer is not whole.
    private func cut() {
        guard decoder.activeID != nil else { return }
        finish()
        ending = .whenSent
        isBodyComplete = true
        sendOutput()
    }

    /// As a shell has it.
    private static func exitCode(_ status: ExitStatus) -> Int {
        switch status {
        case .exited(let code): code
        case .signalled(let number): 128 + number
        }
    }
}
