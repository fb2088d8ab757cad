// What a worker does for the handlers in it.

import GatewayInterface
import Logging
import Settings
import Syscalls

/// The services of one worker.
final class HandlerServices: RequestServices {
    let logger: Logger
    let executor: (any TaskExecutor)?
    let showsErrors: Bool
    private let threads: HandlerThreads

    init(settings: Settings, executor: LoopExecutor, log: Logger) {
        logger = log
        self.executor = executor
        showsErrors = settings.reloads
        threads = HandlerThreads(limit: settings.offloadThreads)
    }

    func offload(_ job: @escaping @Sendable () -> Void) {
        do throws(SyscallError) {
            try threads.run(job)
        } catch {
            // Late is better than never.
            logger.error("cannot start a thread (--offload-threads): \(error); the event loop does the work")
            job()
        }
    }
}
