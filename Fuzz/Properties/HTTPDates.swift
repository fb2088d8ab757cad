import HTTP
import Octets

/// What the writer of dates promises. Its input is a number of seconds in decimal digits.
enum HTTPDatePromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        let digits = bytes.prefix { ASCII.isDigit($0) }
        guard case .value(let number) = bytes.span.decimal(ByteRange(0, digits.count)) else { return }
        let seconds = Int(number)
        let date = HTTPDate.Components(secondsSince1970: seconds)
        try require(
            (1...12).contains(date.month) && (1...days(of: date.month, date.year)).contains(date.day)
                && (0...23).contains(date.hour) && (0...59).contains(date.minute)
                && (0...59).contains(date.second) && (0...6).contains(date.weekday), "there is no \(date)")
        guard date.year < 1_000_000 else { return }
        try require(Self.seconds(date) == seconds, "\(date) is \(Self.seconds(date)), not \(seconds)")
        try require((seconds / 86_400 + 4) % 7 == date.weekday, "\(date) was another day of the week")
        var text = ByteBuffer()
        HTTPDate.append(secondsSince1970: seconds, to: &text)
        try require(
            text.count >= 29 && text.bytes.allSatisfy { (0x20...0x7E).contains($0) }
                && text.bytes.suffix(4).elementsEqual(" GMT".utf8), "it is written in another form")
    }

    /// Counted year by year: slow, and hard to get wrong.
    private static func seconds(_ date: HTTPDate.Components) -> Int {
        let years = date.year - 1
        var all = years * 365 + years / 4 - years / 100 + years / 400 - 719_162
        for month in 1..<date.month { all += days(of: month, date.year) }
        all += date.day - 1
        return ((all * 24 + date.hour) * 60 + date.minute) * 60 + date.second
    }

    private static func days(of month: Int, _ year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }
}
