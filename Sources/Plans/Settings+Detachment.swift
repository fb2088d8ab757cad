import Logs
import Settings

extension Settings {
    /// The standard descriptors that a gateway in the background has no use for.
    package var unusedDescriptors: Set<CInt> {
        let logs = [
            LogDescriptor.standardDescriptor(errorLog, dash: 2),
            accessLog.flatMap { LogDescriptor.standardDescriptor($0, dash: 1) },
        ]
        return Set([0, 1, 2]).subtracting(logs.compactMap { $0 })
    }
}
