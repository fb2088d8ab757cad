import Glibc

/// The time of day where this process runs: by TZ, or else by /etc/localtime.
public struct LocalTime: Sendable {
    /// The year, and the month and the day from 1.
    public let year, month, day: Int
    /// Hours, minutes and seconds; a second of 60 is a leap second of a time zone that has them.
    public let hour, minute, second: Int
    /// Seconds by which the local time is ahead of UTC, daylight saving time included.
    public let offset: Int

    /// - Parameter seconds: Since 1970-01-01T00:00:00Z.
    public init(_ seconds: Int) {
        var (time, parts) = (time_t(seconds), tm())
        // It reads the time zone when it is first called, and allocates nothing later. A year that does not fit leaves zeros.
        _ = localtime_r(&time, &parts)
        year = Int(parts.tm_year) + 1900
        (month, day) = (Int(parts.tm_mon) + 1, max(1, Int(parts.tm_mday)))
        (hour, minute, second) = (Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec))
        offset = Int(parts.tm_gmtoff)
    }
}
