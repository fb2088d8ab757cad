// The CGI responder: an application process of the gateway's own program. It accepts FastCGI on descriptor 0 and runs a
// script for each request, many at once, with one event loop. Workers cannot do that: they have given up the right to
// become anybody, and they never fork. So scripts have the user, the environment and the supervision of any application,
// and workers know nothing of them.
//
// It is a drop-in for fcgiwrap as well, behind any web server.

import EventLoop
import Logs
import Octets
import Plans
import Syscalls

/// Runs CGI scripts for web servers that speak FastCGI.
package final class CGIResponder {
    /// Connections without a request that are kept.
    private static let mostIdle = 1024

    let options: ResponderOptions
    let loop: EventLoop
    let finder: ScriptFinder
    private let environment: ScriptEnvironment
    private let listener: OwnedDescriptor
    private let signals: SignalDescriptor
    private let lifeline: Lifeline
    /// Where what scripts say is read to.
    private let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 65_528)
    private var accepting: Watch!
    private var connections: [ObjectIdentifier: ResponderConnection] = [:]
    private var scripts: [ProcessID: ScriptProcess] = [:]
    /// Groups of scripts that are over, with what those have left behind.
    private var leftGroups: Set<ProcessID> = []
    private let errors = ErrorOutput()
    /// Requests on kept connections that wait for their turn.
    private var waiting: [ResponderConnection] = []
    private var isDraining = false
    private var isOutOfDescriptors = false

    /// - Parameter listener: The number of the listening socket.
    init(_ options: ResponderOptions, listener: consuming OwnedDescriptor) throws(SyscallError) {
        self.options = options
        // Forked before anything is open that it could hold.
        lifeline = try Lifeline(title: "fcgiwrap", leadsGroup: true)
        finder = try ScriptFinder(options)
        environment = ScriptEnvironment(options.variables, inherited: SystemProcess.environmentValue)
        loop = try EventLoop()
        signals = try SignalDescriptor([.chld, .term, .usr1, .int, .quit])
        // Several processes may share the socket: who comes too late must not wait in accept(2).
        try Socket.setNonBlocking(listener.number)
        Socket.boundAccept(listener.number)
        Socket.sendAtOnce(listener.number)
        self.listener = listener
    }

    /// Runs until it is told to end and nothing is left to do.
    func run() throws(SyscallError) {
        accepting = Watch(number: listener.number, isShared: true) { [unowned self] in accept() }
        try loop.add(
            Watch(number: signals.descriptor.number) { [unowned self] in readSignals() }, .readable)
        loop.onSweep = { [unowned self] now in sweep(now) }
        loop.addTurnEnd { [unowned self] in settle() }
        loop.run()
        errors.finish()
        lifeline.end()
    }

    // MARK: Connections

    /// Takes as many connections as there are places: what is more is left to other processes on the same socket, and to
    /// the backlog.
    private func accept() {
        while occupied < options.scripts {
            var peer = Socket.anyAddress
            let number = Socket.accept(listener.number, peer: &peer)
            guard number >= 0 else {
                if Socket.isOutOfDescriptors(-number) {
                    isOutOfDescriptors = true
                    log("out of descriptors: no new connection until one closes (raise 'ulimit -n')")
                }
                return
            }
            let connection = ResponderConnection(OwnedDescriptor(adopting: number), responder: self)
            connections[ObjectIdentifier(connection)] = connection
            do { try connection.begin() } catch { connection.gone() }
        }
    }

    /// Connections that have a request or may be about to send one, and scripts that nobody waits for any more.
    private var occupied: Int {
        connections.values.count { $0.holdsPlace } + scripts.values.count { $0.listener == nil }
    }

    /// Whether a connection may stay open after its request.
    var mayKeepConnection: Bool {
        !isDraining && connections.values.count { $0.isIdle } < Self.mostIdle
    }

    func closed(_ connection: ResponderConnection) {
        connections[ObjectIdentifier(connection)] = nil
        waiting.removeAll { $0 === connection }
    }

    // MARK: Scripts

    /// A request is ready for its script. Its turn comes at the end of the loop's turn at the earliest.
    func admit(_ connection: ResponderConnection) { waiting.append(connection) }

    private func startScripts() {
        while scripts.count < options.scripts, !waiting.isEmpty {
            let connection = waiting.removeFirst()
            connection.start { request throws(SyscallError) in
                let process = try ScriptProcess(
                    request, finder: finder, environment: environment, timeout: options.timeout, loop: loop,
                    memory: memory, listener: connection, complain: { [unowned self] in write($0) },
                    onOver: { [unowned self] in over($0) })
                scripts[process.pid] = process
                leftGroups.remove(process.pid)
                lifeline.add(group: process.pid)
                return process
            }
        }
    }

    private func over(_ script: ScriptProcess) {
        scripts[script.pid] = nil
        leftGroups.insert(script.pid)
        forgetGroups()
    }

    /// What a script has left behind in its group dies with us; a number whose group is empty may be anybody's next.
    private func forgetGroups() {
        for group in leftGroups where !ChildProcess.hasGroup(group) {
            leftGroups.remove(group)
            lifeline.remove(group: group)
        }
    }

    // MARK: Signals, and the end

    private func readSignals() {
        while let signal = signals.next() {
            switch signal {
            case .chld: reap()
            case .int, .quit:
                drain()
                for connection in connections.values { connection.gone() }
                for script in scripts.values { script.abandon() }
            default: drain()
            }
        }
    }

    private func reap() {
        while let (pid, status) = ChildProcess.reap() {
            if pid == lifeline.pid {
                lifeline.reaped(loop.now)
                keepGuardian()
            } else {
                scripts[pid]?.reaped(status)
            }
        }
    }

    private func keepGuardian() {
        if let news = lifeline.tick(loop.now), news != .renewed { log(news.line.text) }
    }

    private func drain() {
        isDraining = true
        for connection in connections.values { connection.drain() }
    }

    private func sweep(_ now: UInt64) {
        isOutOfDescriptors = false
        forgetGroups()
        keepGuardian()
        errors.tellLosses()
        for script in scripts.values { script.sweep(now) }
        for connection in connections.values { connection.sweep() }
    }

    /// Does what follows from places that were taken or have become free.
    private func settle() {
        startScripts()
        let accepts = !isDraining && !isOutOfDescriptors && occupied < options.scripts
        if accepts, !accepting.isWatched {
            // Of several processes that share the socket, one is woken.
            do { try loop.add(accepting, [.readable, .exclusive]) } catch { log("cannot accept: \(error)") }
        } else if !accepts, accepting.isWatched {
            loop.remove(accepting)
        }
        if isDraining, connections.isEmpty, scripts.isEmpty { loop.stop() }
    }

    // MARK: The log

    /// Writes a line to the standard error, if that takes it.
    func log(_ line: String) {
        let text = Self.line(line)
        errors.write(text.bytes)
    }

    /// Writes a line to the standard error before anything runs that could be held up.
    static func log(_ line: String) {
        let text = Self.line(line)
        Descriptor.writeAll(2, text.bytes)
    }

    static func line(_ line: String) -> ByteBuffer {
        var text = ByteBuffer(capacity: 256)
        text.append("gateway fcgiwrap: ")
        text.append(legible: line)
        text.append(ASCII.lineFeed)
        return text
    }

    /// Passes on what a script says on its standard error.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) { errors.write(bytes) }
}
