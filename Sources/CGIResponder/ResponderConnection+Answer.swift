// What a connection says: the answer of the script as records, or one of the responder's own.

import EventLoop
import FastCGIBridge
import Octets
import Syscalls

extension ResponderConnection {
    /// An answer of the responder's own.
    func answer(_ status: String, _ explanation: String) {
        guard let id = decoder.activeID else { return }
        var page = ByteBuffer(capacity: 256)
        page.append(
            text: "Status: \(status)\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\(explanation)\n")
        AnswerEncoder.appendStdout(page.bytes, id: id, to: &output)
        end(.requestComplete, exitCode: 0)
    }

    /// No script answers it.
    func refuse(_ refusal: ScriptRefusal) {
        let name = ScriptRefusal.brief(refusal.script)
        complain(name.isEmpty ? refusal.reason : "\(name): \(refusal.reason)")
        answer(refusal.status, refusal.explanation)
    }

    /// A line for the operator about the request.
    func complain(_ line: String) {
        guard responder.options.sendsErrors else { return responder.log(line) }
        var text = ByteBuffer(capacity: 256)
        if complaintIsOpen { text.append(ASCII.lineFeed) }
        text.append(text: "\(line)\n")
        scriptComplained(text.bytes)
    }

    /// Ends the request, and the connection with it unless the web server keeps it.
    func end(_ status: ProtocolStatus, exitCode: Int) {
        guard let id = decoder.activeID else { return }
        AnswerEncoder.appendStdoutEnd(id: id, to: &output)
        AnswerEncoder.appendEnd(
            id: id, status, applicationStatus: UInt32(truncatingIfNeeded: exitCode), to: &output)
        finish()
        if !keepsConnection || hasLastInput || !responder.mayKeepConnection { ending = .whenSent }
        isIdle = ending == .none
        sendOutput()
        decode()
    }

    private func finish() {
        decoder.finishRequest()
        script = nil
        work = nil
        isPaused = false
        isAnswerHeld = false
        deadline = 0
        params.clear(keeping: 16_384)
    }

    /// Sends what there is. As long as the body moves, the beginning of an answer waits for its end: nginx sends nothing more
    /// of a body when an answer has begun, and a script that says its head first and then reads would wait for ever.
    func sendOutput() {
        guard !isAnswerHeld || output.count > Self.highWater else { return }
        isAnswerHeld = false
        while !output.isEmpty, !isClosed, !isBlocked {
            switch send(output.bytes) {
            case .bytes(let count): output.consume(count)
            case .wouldBlock: break
            case .failed: return gone()
            }
            movedAt = loop.now
        }
        guard output.isEmpty else { return }
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

    func scriptFound(_ path: [UInt8]) { scriptName = ScriptRefusal.brief(path) }

    func scriptRefused(_ refusal: ScriptRefusal) {
        script = nil
        refuse(refusal)
    }

    func scriptNotStarted(_ why: String) {
        script = nil
        complain("\(scriptName): it cannot be run: \(why)")
        end(.requestComplete, exitCode: 127)
    }

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
            complain(
                "\(scriptName): timed out after \(responder.options.timeout) s (--timeout), KILL is sent to it"
            )
            guard said else { return answer("504 Gateway Timeout", "The script did not answer in time.") }
            cut()
        case .starved(let said):
            complain(
                "\(scriptName): KILL is sent to it, because the system has no memory left to pass the request's body on"
            )
            if said { cut() } else { end(.overloaded, exitCode: 127) }
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
