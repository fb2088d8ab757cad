import CGatewayApplication

/// A task of this side that the other side has begun and may cancel.
final class Running: Sendable {
    private let task: Task<Void, Never>

    private init(_ task: Task<Void, Never>) { self.task = task }

    /// Begins a task, here and now as far as it gets without waiting.
    ///
    /// - Returns: Its handle, for the other side.
    static func begin(
        on executor: (any TaskExecutor)?, _ completion: Completion,
        _ work: @escaping @Sendable () async throws -> Parcel
    ) -> Pointer {
        let task = Task.immediate(executorPreference: executor) {
            do { completion.call(.success(try await work())) } catch { completion.call(.failure(error)) }
        }
        return Handle.give(Running(task))
    }

    /// The `cancel` of both tables.
    static let cancel: @convention(c) (Pointer?) -> Void = { Handle.object($0, Running.self).task.cancel() }
}
