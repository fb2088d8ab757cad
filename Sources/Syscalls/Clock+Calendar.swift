import Glibc

extension Clock {
    /// The time of day for logs, where this process runs: `2026-11-22 21:58:54 +0100`.
    public static func calendarTime() -> String {
        var seconds = time_t(secondsSince1970())
        var parts = tm()
        localtime_r(&seconds, &parts)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            guard strftime(text.baseAddress!, text.count, "%F %T %z", &parts) > 0 else { return "" }
            return String(cString: text.baseAddress!)
        }
    }
}
