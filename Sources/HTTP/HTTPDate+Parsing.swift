// Dates that clients send, in the three forms that RFC 9110, §5.6.7, has a recipient understand. A date is one of them to
// its last octet, or none at all.

import Octets

extension HTTPDate {
    /// Reads a date.
    ///
    /// Whether the name of the day is the right one does not matter; what the calendar does not have is no date.
    /// - Parameter now: Seconds since 1970. A year of two digits that would lie more than 50 years after it is one of the past.
    /// - Returns: Seconds since 1970, negative before; `nil` for what is no date.
    public static func secondsSince1970(parsing text: UnsafeBufferPointer<UInt8>, now: Int) -> Int? {
        var reader = DateReader(bytes: text)
        guard let date = reader.date(currentYear: Components(secondsSince1970: max(0, now)).year),
            reader.index == text.count
        else { return nil }
        return date
    }
}

private struct DateReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var index = 0

    private static let longWeekdays: [StaticString] = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    mutating func date(currentYear: Int) -> Int? {
        // The short names begin the long ones.
        if name(of: Self.longWeekdays) != nil {
            // RFC 850: `Sunday, 06-Nov-94 08:49:37 GMT`
            guard skip(", "), let day = number(2), skip("-"), let month = name(of: HTTPDate.months),
                skip("-"),
                var year = number(2), skip(" "), let time = time(), skip(" GMT")
            else { return nil }
            year += currentYear / 100 * 100
            if year > currentYear + 50 { year -= 100 }
            return Self.seconds(year, month + 1, day, time)
        }
        guard name(of: HTTPDate.weekdays) != nil else { return nil }
        if skip(", ") {
            // `Sun, 06 Nov 1994 08:49:37 GMT`
            guard let day = number(2), skip(" "), let month = name(of: HTTPDate.months), skip(" "),
                let year = number(4), skip(" "), let time = time(), skip(" GMT")
            else { return nil }
            return Self.seconds(year, month + 1, day, time)
        }
        // asctime: `Sun Nov  6 08:49:37 1994`
        guard skip(" "), let month = name(of: HTTPDate.months), skip(" "),
            let day = skip(" ") ? number(1) : number(2), skip(" "), let time = time(), skip(" "),
            let year = number(4)
        else { return nil }
        return Self.seconds(year, month + 1, day, time)
    }

    /// `08:49:37` in seconds; 60 is a leap second.
    private mutating func time() -> Int? {
        guard let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    private mutating func skip(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard index + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[index + offset] != text.utf8Start[offset] { return false }
        index += count
        return true
    }

    private mutating func name(of names: [StaticString]) -> Int? {
        for place in names.indices where skip(names[place]) { return place }
        return nil
    }

    private mutating func number(_ count: Int) -> Int? {
        guard index + count <= bytes.count else { return nil }
        var number = 0
        for offset in 0..<count {
            let byte = bytes[index + offset]
            guard ASCII.isDigit(byte) else { return nil }
            number = number * 10 + Int(byte &- 0x30)
        }
        index += count
        return number
    }

    private static func seconds(_ year: Int, _ month: Int, _ day: Int, _ time: Int) -> Int? {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length =
            switch month {
            case 2: isLeap ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        guard day >= 1, day <= length, year >= 1 else { return nil }
        // The years begin in March, as in ``HTTPDate/Components``.
        let shiftedYear = month > 2 ? year : year - 1
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * 86_400 + time
    }
}
