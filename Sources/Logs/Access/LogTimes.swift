import HTTP
import Octets
import Syscalls

/// The time of day in lines of the access log: local time for a person's formats (Gunicorn's `%(t)s`), UTC in JSON. What
/// changes once a second is made once a second.
struct LogTimes: ~Copyable {
    private var second = -1
    private var common = ByteBuffer(capacity: 32)
    private var precise = ByteBuffer(capacity: 32)

    /// `[22/Nov/2026:21:58:54 +0100]`
    mutating func appendCommon(to lines: inout ByteBuffer) {
        prepare(Clock.secondsSince1970())
        lines.append(common.bytes)
    }

    /// `2026-11-22T20:58:54.123456Z` (RFC 3339)
    mutating func appendPrecise(to lines: inout ByteBuffer) {
        let now = Clock.microsecondsSince1970()
        prepare(Int(now / 1_000_000))
        lines.append(precise.bytes)
        lines.append(".")
        Self.append(sixDigits: now % 1_000_000, to: &lines)
        lines.append("Z")
    }

    /// Appends a number below a million with the zeros before it.
    static func append(sixDigits number: UInt64, to lines: inout ByteBuffer) {
        lines.append(twoDigits: Int(number / 10_000 % 100))
        lines.append(twoDigits: Int(number / 100 % 100))
        lines.append(twoDigits: Int(number % 100))
    }

    private mutating func prepare(_ now: Int) {
        guard now != second else { return }
        second = now
        let date = HTTPDate.Components(secondsSince1970: now)
        let local = LocalTime(now)
        common.clear()
        common.append("[")
        common.append(twoDigits: local.day)
        common.append("/")
        common.append(HTTPDate.months[local.month - 1])
        common.append("/")
        common.append(decimal: UInt64(clamping: local.year))
        precise.clear()
        precise.append(decimal: UInt64(date.year))
        for number in [date.month, date.day] {
            precise.append("-")
            precise.append(twoDigits: number)
        }
        precise.append("T")
        for (index, number) in [date.hour, date.minute, date.second].enumerated() {
            if index > 0 { precise.append(ASCII.colon) }
            precise.append(twoDigits: number)
        }
        for number in [local.hour, local.minute, local.second] {
            common.append(ASCII.colon)
            common.append(twoDigits: number)
        }
        LogTime.append(offset: local.offset, to: &common)
        common.append("]")
    }
}
