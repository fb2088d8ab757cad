import Glibc

extension Clock {
    /// The time of day for logs, UTC: `2026-11-22 20:58:54 +0000`.
    public static func calendarTime() -> String {
        var seconds = time_t(secondsSince1970())
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            guard strftime(text.baseAddress!, text.count, "%F %T +0000", &parts) > 0 else { return "" }
            return String(cString: text.baseAddress!)
        }
    }
}
