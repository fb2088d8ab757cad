import Octets

/// The `Sun, 06 Nov 1994 08:49:37 GMT` of RFC 9110, §5.6.7.
public enum HTTPDate {
    /// A moment of the Gregorian calendar in UTC.
    public struct Components: Equatable, Sendable {
        /// Year; month 1…12; day 1…31; hour 0…23; minute and second 0…59; weekday 0 (Sunday)…6.
        public var year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, weekday: Int

        /// - Parameter seconds: Since 1970-01-01T00:00:00Z; not negative.
        public init(secondsSince1970 seconds: Int) {
            let days = seconds / 86_400
            let rest = seconds % 86_400
            (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
            weekday = (days + 4) % 7
            // Eras of 400 years that begin in March, so that the leap day comes last.
            let shifted = days + 719_468
            let era = shifted / 146_097
            let dayOfEra = shifted % 146_097
            let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
            let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
            let shiftedMonth = (5 * dayOfYear + 2) / 153
            day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
            month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
            year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        }
    }

    /// English names, whatever the machine's language.
    public static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    static let weekdays: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    /// Appends the date of `seconds` since 1970.
    public static func append(secondsSince1970 seconds: Int, to output: inout ByteBuffer) {
        let date = Components(secondsSince1970: seconds)
        output.append(weekdays[date.weekday])
        output.append(", ")
        output.append(twoDigits: date.day)
        output.append(ASCII.space)
        output.append(months[date.month - 1])
        output.append(ASCII.space)
        output.append(decimal: UInt64(date.year))
        output.append(ASCII.space)
        output.append(twoDigits: date.hour)
        output.append(ASCII.colon)
        output.append(twoDigits: date.minute)
        output.append(ASCII.colon)
        output.append(twoDigits: date.second)
        output.append(" GMT")
    }
}

extension ByteBuffer {
    /// Appends `number`, 0…99, as two digits.
    public mutating func append(twoDigits number: Int) {
        append(UInt8(truncatingIfNeeded: number / 10 % 10) + 0x30)
        append(UInt8(truncatingIfNeeded: number % 10) + 0x30)
    }
}
