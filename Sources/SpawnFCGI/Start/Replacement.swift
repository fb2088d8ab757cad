import Syscalls

/// The application in the place of this process (`-n`): for supervisors that watch the process that they
/// started.
struct Replacement {
    private let program: Program

    init(_ program: Program) { self.program = program }

    /// Becomes the application, with what this process has as 1 and 2, and with its signals as they are.
    ///
    /// - Returns: Nothing, ever; but whoever calls a function of which the compiler knows that may lose the
    ///   socket before.
    func run(listener: CInt) throws(Complaint) -> Int32 {
        do throws(SpawnError) {
            // Whoever has given up root's rights cannot remove the socket any more, so what will fail has to
            // show now.
            try ChildProcess.tryOut(program)
        } catch {
            throw error.complaint(program)
        }
        do throws(SyscallError) {
            if let root = program.root { try SystemProcess.changeRoot(root) }
            if let identity = program.identity { try SystemProcess.become(identity) }
            if let directory = program.directory { try SystemProcess.changeDirectory(directory) }
            try Descriptor.place(listener, at: 0)
        } catch {
            throw Complaint("\(error)")
        }
        let error = SystemProcess.execute(program)
        throw Complaint("exec failed: \(error.reason)", code: error.code)
    }
}
