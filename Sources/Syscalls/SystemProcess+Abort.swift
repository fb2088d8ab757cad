import CSyscalls

extension SystemProcess {
    // Written before the handler is installed, and read by nothing else.
    nonisolated(unsafe) private static var abortBody: (@Sendable () -> Void)?

    /// Has `body` called when SIGABRT comes, in the middle of whatever the process is doing; then it ends with code 1.
    ///
    /// - Parameter body: It may call async-signal-safe functions only (signal-safety(7)).
    public static func handleAbort(_ body: @escaping @Sendable () -> Void) {
        abortBody = body
        CSyscalls_handle_abort { SystemProcess.abortBody?() }
    }
}
