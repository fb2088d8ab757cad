import HTTP
import Octets
import Testing

@Suite("Dates")
struct HTTPDateTests {
    @Test(
        "A known moment as RFC 9110, §5.6.7, writes it",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (86_399, "Thu, 01 Jan 1970 23:59:59 GMT"), (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
            (1_735_603_200, "Tue, 31 Dec 2024 00:00:00 GMT"),
            (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
            (1_740_787_200, "Sat, 01 Mar 2025 00:00:00 GMT"),
            (2_147_483_647, "Tue, 19 Jan 2038 03:14:07 GMT"),
            (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ])
    func known(_ seconds: Int, _ text: String) {
        var output = ByteBuffer()
        HTTPDate.append(secondsSince1970: seconds, to: &output)
        #expect(String(decoding: output.bytes, as: UTF8.self) == text)
    }

    @Test("From 1970 to 2400, each day follows the one before")
    func calendar() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var (year, month, day, weekday) = (1970, 1, 1, 4)
        for number in 0..<157_056 {
            let date = HTTPDate.Components(secondsSince1970: number * 86_400 + number % 86_400)
            if (date.year, date.month, date.day, date.weekday) != (year, month, day, weekday) {
                Issue.record("day \(number) is \(date), not \(year)-\(month)-\(day)")
                return
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let length = month == 2 && isLeap ? 29 : lengths[month - 1]
            (day, weekday) = (day + 1, (weekday + 1) % 7)
            if day > length { (day, month) = (1, month + 1) }
            if month > 12 { (month, year) = (1, year + 1) }
        }
        #expect(year == 2400)
    }

    @Test("Two digits", arguments: [(0, "00"), (9, "09"), (10, "10"), (59, "59"), (99, "99")])
    func twoDigits(_ number: Int, _ text: String) {
        var output = ByteBuffer()
        output.append(twoDigits: number)
        #expect(String(decoding: output.bytes, as: UTF8.self) == text)
    }
}
