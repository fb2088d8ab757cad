// A start, in spawn-fcgi's order: the pid file is opened, users are looked up, the socket is bound by whoever
// starts it, and then each process enters its root, takes on its identity and enters its folder between fork
// and exec. What this process makes on the way is removed where nothing came of it: it still has the rights
// to do so.

import Syscalls

/// One run of the command.
struct Start {
    let options: Options
    let voice: Voice

    init(_ options: Options) {
        self.options = options
        voice = Voice(waits: options.watch == nil)
    }

    /// - Returns: The code to end with; with `--watch` in the background, in the supervisor. With `-n` alone
    ///   it does not return, but becomes the application.
    func run() throws(Complaint) -> Int32 {
        guard SystemProcess.realUser == 0 || !SystemProcess.hasBorrowedRights else {
            throw Complaint("Are you nuts? Don't apply a SUID bit to this binary")
        }
        if !options.staysInForeground || options.watch != nil { ChildProcess.keepResults() }
        // Opened before this process goes anywhere else: its path may be relative.
        let path = options.staysInForeground ? nil : options.pidFile
        let pids = try path.map { path throws(Complaint) in try PIDList(path, voice: voice) }
        do throws(Complaint) {
            let ownership = try SystemProcess.realUser == 0 ? Ownership(options, voice) : nil
            let log = try options.watch.map { watch throws(Complaint) in
                try WatchLog(watch.log, distrusting: ownership?.identity?.user)
            }
            let listener = try Listener(options, owner: ownership?.socketOwner)
            do throws(Complaint) {
                let program = try program(ownership?.identity)
                if let watch = options.watch, let log {
                    return try Watch(
                        program, options, watch, socket: SharedSocket(listener), pids: pids, log: log,
                        voice: voice
                    ).run()
                }
                if options.staysInForeground {
                    return try Replacement(program).run(listener: listener.number)
                }
                let outcome = try Batch(program, listener: listener.number, voice).start(
                    options.processes, pids: pids)
                if outcome.isFailure {
                    listener.file?.remove()
                    pids?.discard()
                }
                return outcome.code
            } catch {
                listener.file?.remove()
                throw error
            }
        } catch {
            pids?.discard()
            throw error
        }
    }

    private func program(_ identity: UserIdentity?) throws(Complaint) -> Program {
        if options.phpChildren >= 0 {
            // In this process's own environment, which is inherited as it is: variables need not be text.
            do throws(SyscallError) {
                try SystemProcess.setEnvironment("PHP_FCGI_CHILDREN", "\(options.phpChildren)")
            } catch {
                throw Complaint("cannot set PHP_FCGI_CHILDREN: \(error.reason)")
            }
        }
        let command = options.shellCommand ?? ""
        let arguments = options.application.isEmpty ? ["sh", "-c", "exec \(command)"] : options.application
        var program = Program(
            path: options.application.first ?? "/bin/sh", arguments: arguments, environment: nil,
            directory: options.directory, identity: identity)
        program.root = options.root
        program.leadsSession = !options.staysInForeground || options.watch != nil
        program.diesWithParent = options.watch != nil
        return program
    }
}
