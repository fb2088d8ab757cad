// One script at work: its pipes, its process group, and the clock. The new process looks for the script itself, before it
// becomes that: where a file system does not answer, it is held, and the loop with all other scripts is not. It costs a fork for a
// script that is not there, as well. It tells its connection what the script says and how
// the answer ends; it outlives the connection where the script has to be ended, or goes on after its answer.

import EventLoop
import Octets
import Plans
import Syscalls

/// What a script's answer is told to.
protocol ScriptListener: AnyObject {
    func scriptSaid(_ bytes: UnsafeBufferPointer<UInt8>)
    func scriptComplained(_ bytes: UnsafeBufferPointer<UInt8>)
    /// Its input, which was full, has room.
    func scriptHasRoom()
    /// It was found under this path, and is about to run.
    func scriptFound(_ path: [UInt8])
    /// It is not there, or not to be run.
    func scriptRefused(_ refusal: ScriptRefusal)
    /// It does not come to run.
    func scriptNotStarted(_ why: String)
    /// It says no more.
    func scriptEnded(_ verdict: ScriptLife.Verdict)
}

/// What a script is to be run for.
struct ScriptRequest {
    /// The script that is meant.
    let name: ScriptName
    /// Its variables, as far as they are known without looking for the script.
    let params: ScriptParams
}

/// A script that was started, or a process that still looks for it.
final class ScriptProcess {
    /// How long a script may take to end when it is told to, in milliseconds.
    static let patience: UInt64 = 1000

    let pid: ProcessID
    /// Who waits for the answer; `nil` when nobody does any more.
    private(set) weak var listener: (any ScriptListener)?
    private let name: ScriptName
    /// What is run; `nil` before it was found.
    private var script: Script?
    private let loop: EventLoop
    private let input: ScriptInput
    private let output: ScriptOutput
    private let errors: ScriptOutput
    private var life = ScriptLife()
    /// On its way to its program.
    private var start: ProcessStart?
    /// Killed at this time if it still runs.
    private var deadline: UInt64
    /// When it was killed: it ends soon, or is left to itself.
    private var killedAt: UInt64?
    /// Since when it waits for a listener that is behind: that time is not its own.
    private var pausedAt: UInt64?
    private var isInputComplete = false
    private var isReaped = false
    private var isAnswered = false
    private var isOver = false
    private var isAbandoned = false
    /// Takes what the script complains of when nobody listens any more.
    private let complain: (UnsafeBufferPointer<UInt8>) -> Void
    /// Called when nothing more is to be done for it.
    private let onOver: (ScriptProcess) -> Void

    /// Starts a script, or finds out that it cannot be run.
    ///
    /// - Parameters:
    ///   - environment: Makes that of the script, in its process.
    ///   - timeout: Seconds that it may run; 0 for ever.
    ///   - memory: See ``ScriptOutput``.
    ///   - complain: Takes what the script writes to its standard error when the listener has gone.
    ///   - onOver: Called once, when the process has been reaped and its answer is over.
    /// - Throws: Why there is no process. That it does not come to run is told to the listener.
    init(
        _ request: ScriptRequest, finder: ScriptFinder, environment: ScriptEnvironment, timeout: Int,
        loop: EventLoop, memory: UnsafeMutableBufferPointer<UInt8>,
        listener: any ScriptListener, complain: @escaping (UnsafeBufferPointer<UInt8>) -> Void,
        onOver: @escaping (ScriptProcess) -> Void
    ) throws(SyscallError) {
        // Both ends by number: each of those of the script is closed here as soon as it has been started.
        let (bodyEnd, bodyNumber) = try Pipe(readsWithoutBlocking: false).intoNumbers()
        let scriptInput = OwnedDescriptor(adopting: bodyEnd)
        input = try ScriptInput(OwnedDescriptor(adopting: bodyNumber), loop: loop)
        let (answerNumber, answerEnd) = try Pipe(readsWithoutBlocking: true).intoNumbers()
        let scriptOutput = OwnedDescriptor(adopting: answerEnd)
        output = ScriptOutput(OwnedDescriptor(adopting: answerNumber), loop: loop, memory: memory)
        let (errorNumber, errorEnd) = try Pipe(readsWithoutBlocking: true).intoNumbers()
        let scriptErrors = OwnedDescriptor(adopting: errorEnd)
        errors = ScriptOutput(OwnedDescriptor(adopting: errorNumber), loop: loop, memory: memory)
        let process: StartingProcess
        do throws(SpawnError) {
            process = try ChildProcess.begin(
                descriptors: [scriptInput.number, scriptOutput.number, scriptErrors.number],
                held: finder.rootNumber
            ) { Self.find(request, finder, environment) }
        } catch {
            throw SyscallError(call: "fork", code: error.code)
        }
        pid = process.pid
        name = request.name
        self.loop = loop
        self.listener = listener
        self.onOver = onOver
        self.complain = complain
        deadline = timeout == 0 ? .max : loop.now + UInt64(timeout) * 1000
        listen()
        let limit = timeout == 0 ? ProcessStart.patience : min(ProcessStart.patience, UInt64(timeout) * 1000)
        start = ProcessStart(process, loop: loop, patience: limit) { [unowned self] in started($0) }
        start?.onWord = { [unowned self] in found($0) }
    }

    /// In the new process: looks for its script.
    private static func find(
        _ request: ScriptRequest, _ finder: ScriptFinder, _ environment: ScriptEnvironment
    ) -> (StartWord, OctetProgram?) {
        let finding = finder.look(for: request.name)
        guard case .found(let end) = finding else { return (finding.word, nil) }
        var params = request.params
        request.name.settle(&params, end: end)
        let script = request.name.script(end: end)
        let program = OctetProgram(
            path: script.path, environment: environment.entries(params), directory: script.directory)
        return (finding.word, program)
    }

    /// The new process has looked.
    private func found(_ word: StartWord) {
        switch ScriptFinding(word, of: name) {
        case .found(let end)?:
            script = name.script(end: end)
            listener?.scriptFound(name.script(end: end).path)
        case .refused(let obstacle, let end)?:
            fail { $0.scriptRefused(obstacle.refusal.of(Array(name.path[..<end]))) }
        // It has not come from ourselves: the end of the process tells the rest.
        case nil: break
        }
    }

    /// It runs, or does not come to run; then it has nothing to say.
    private func started(_ outcome: ProcessStart.Outcome) {
        let path = String(decoding: script?.path ?? name.path, as: UTF8.self)
        let folder = script?.directory.map { String(decoding: $0, as: UTF8.self) }
        let why = outcome.explanation(path: path) { $0.explanation(path: path, directory: folder) }
        guard let why else { return }
        fail { $0.scriptNotStarted(why) }
    }

    /// The process ends by itself, or was killed.
    private func fail(_ tell: (any ScriptListener) -> Void) {
        killedAt = loop.now
        start?.close()
        guard !isAnswered else { return }
        let listener = listener
        leave()
        if let listener { tell(listener) }
        endWhenOver()
    }

    private func listen() {
        input.onRoom = { [unowned self] in listener?.scriptHasRoom() }
        input.onFailure = { [unowned self] in starve() }
        output.onBytes = { [unowned self] bytes in
            life.read(bytes.count, isOutput: true, now: loop.now)
            listener?.scriptSaid(bytes)
        }
        output.onEnd = { [unowned self] in
            life.outputEnded(now: loop.now)
            look()
        }
        errors.onBytes = { [unowned self] bytes in
            life.read(bytes.count, isOutput: false, now: loop.now)
            if let listener { listener.scriptComplained(bytes) } else { complain(bytes) }
        }
        errors.onEnd = { [unowned self] in
            life.errorsEnded()
            look()
        }
        output.resume()
        errors.resume()
    }

    // MARK: The request's body

    /// Passes a part of the body on.
    ///
    /// - Returns: Octets that are dealt with; fewer than given when the script is behind.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) -> Int { input.write(bytes) }

    /// The body is complete.
    func endInput() {
        isInputComplete = true
        input.close()
    }

    /// Without the rest of its body it must not go on.
    private func starve() {
        guard !isAnswered else { return }
        let listener = listener
        abandon()
        listener?.scriptEnded(.starved(said: life.hasSpoken))
    }

    // MARK: A listener that is behind

    func pauseOutput() {
        output.pause()
        errors.pause()
        if pausedAt == nil { pausedAt = loop.now }
    }

    func resumeOutput() {
        guard !isAnswered else { return }
        if let pausedAt, deadline != .max { deadline += loop.now - pausedAt }
        pausedAt = nil
        output.resume()
        errors.resume()
    }

    // MARK: The end

    /// Nobody waits for the answer any more: tells the script to end, and kills it when it does not.
    func abandon() {
        guard !isAbandoned, !isOver else { return }
        isAbandoned = true
        leave()
        deadline = loop.now + Self.patience
        if !isReaped { ChildProcess.signalLeader(pid, .term) } else { ChildProcess.signalGroup(pid, .term) }
        endWhenOver()
    }

    /// The process has ended.
    func reaped(_ status: ExitStatus) {
        // It may have said why it does not run.
        start?.look(loop.now)
        start?.close()
        isReaped = true
        life.ended(status, waiting: output.waiting + errors.waiting, now: loop.now)
        // Told to end: what it has left behind is to end with it.
        if isAbandoned { ChildProcess.signalGroup(pid, .kill) }
        look()
        endWhenOver()
    }

    /// Looks at the clock.
    func sweep(_ now: UInt64) {
        // One that has ended has not run for too long, however long its reader takes; its number may be another's by now.
        if deadline <= now, pausedAt == nil, !isReaped {
            deadline = .max
            killedAt = now
            ChildProcess.signalLeader(pid, .kill)
            life.timedOut()
        }
        start?.look(now)
        look()
        if let killedAt, !isReaped, killedAt + ForsakenChildren.patience <= now { forsake() }
    }

    /// It was killed, and does not end: its place is free for another one.
    private func forsake() {
        isReaped = true
        start?.close()
        look()
        endWhenOver()
    }

    /// Sees whether the answer is over.
    private func look() {
        guard !isAnswered, let verdict = life.verdict(now: loop.now) else { return }
        // It has closed its output but may still want the rest of the body, which comes only as long as its request lasts.
        if !isReaped, !life.isTimedOut, !isInputComplete, !input.isClosed { return }
        // What it said last is the most interesting.
        errors.drain()
        // What still holds its pipes was started by it; a script that runs on holds none of them but its errors.
        if isReaped, !output.isClosed || !errors.isClosed { ChildProcess.signalGroup(pid, .kill) }
        let listener = listener
        leave()
        listener?.scriptEnded(verdict)
        endWhenOver()
    }

    /// Leaves the listener. What a script that goes on complains of is the operator's to read. Its input stays open: to a
    /// script whose body was cut off, the end would say that it has all of it.
    private func leave() {
        isAnswered = true
        listener = nil
        pausedAt = nil
        output.close()
        errors.resume()
    }

    private func endWhenOver() {
        guard isReaped, isAnswered, !isOver else { return }
        isOver = true
        input.close()
        errors.drain()
        errors.close()
        onOver(self)
    }
}
