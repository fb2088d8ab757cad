import HTTP
import Octets

/// What conditional requests promise. The input's lines are an entity tag, If-Match, If-None-Match, If-Modified-Since,
/// If-Unmodified-Since and If-Range; an empty one is not there.
enum PreconditionPromises {
    /// 2026-11-22.
    private static let now = 1_795_300_000
    private static let changes: [Int?] = [nil, 0, 784_111_777, 1_795_299_999]

    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        let parts = lines(bytes, 6).map { $0.isEmpty ? nil : $0 }
        for part in parts.compactMap(\.self) {
            try DateModel.check(part, now: now)
            for isWeak in [false, true] {
                try checkList(parts[0], part, isWeak)
                try require(
                    !EntityTags.contains(nil, in: part, weakly: isWeak) || latin(part).trimmed == "*",
                    "what has no tag is in a list")
            }
        }
        var conditions = Preconditions()
        (conditions.ifMatch, conditions.ifNoneMatch) = (parts[1], parts[2])
        (conditions.ifModifiedSince, conditions.ifUnmodifiedSince) = (parts[3], parts[4])
        for modified in changes {
            for isReading in [false, true] {
                let outcome = conditions.outcome(
                    entityTag: parts[0], modified: modified, isReading: isReading, now: now)
                let expected = expected(parts, modified, isReading)
                try require(outcome == expected, "it is \(outcome), by the book \(expected)")
            }
            if let range = parts[5] { try checkRange(range, parts[0], modified) }
        }
    }

    /// The steps of RFC 9110, §13.2.2, one by one.
    private static func expected(
        _ parts: [UnsafeBufferPointer<UInt8>?], _ modified: Int?, _ isReading: Bool
    ) -> Preconditions.Outcome {
        let since = parts[3].flatMap { HTTPDate.secondsSince1970(parsing: $0, now: now) }
        let until = parts[4].flatMap { HTTPDate.secondsSince1970(parsing: $0, now: now) }
        // 1
        if let match = parts[1] {
            if !EntityTags.contains(parts[0], in: match, weakly: false) { return .failed }
        }
        // 2
        if parts[1] == nil, let until, let modified, modified > until { return .failed }
        // 3
        if let match = parts[2] {
            if EntityTags.contains(parts[0], in: match, weakly: true) {
                return isReading ? .notModified : .failed
            }
        }
        // 4
        if parts[2] == nil, isReading, let since, let modified, modified <= since { return .notModified }
        return .proceed
    }

    /// A list by the grammar holds what it holds; of any other it is only known what cannot be in it.
    private static func checkList(
        _ tag: UnsafeBufferPointer<UInt8>?, _ list: UnsafeBufferPointer<UInt8>, _ isWeak: Bool
    ) throws(Violation) {
        let isFound = EntityTags.contains(tag, in: list, weakly: isWeak)
        let text = latin(list).trimmed
        guard text != "*" else { return try require(isFound, "a tag is not any") }
        guard let tag, let own = whole(latin(tag)) else { return }
        if isFound { try require(text.contains(own.opaque), "a tag is found that is not there") }
        if !isWeak, own.isWeak { try require(!isFound, "a weak tag is strong") }
        guard let tags = tags(text) else { return }
        let expected = tags.contains { $0.opaque == own.opaque && (isWeak || !$0.isWeak && !own.isWeak) }
        try require(isFound == expected, "a tag is \(expected ? "not " : "")found")
    }

    private static func checkRange(
        _ condition: UnsafeBufferPointer<UInt8>, _ tag: UnsafeBufferPointer<UInt8>?, _ modified: Int?
    ) throws(Violation) {
        let holds = ByteRangeRequest.holds(condition, entityTag: tag, modified: modified, now: now)
        let date = HTTPDate.secondsSince1970(parsing: condition, now: now)
        if let date {
            return try require(holds == (date == modified), "a date is \(holds ? "" : "not ")the right one")
        }
        guard holds, let tag else { return try require(!holds, "nothing holds") }
        try require(whole(latin(condition))?.isWeak == false, "If-Range holds for what is no strong tag")
        try require(latin(tag).hasPrefix(latin(condition)), "If-Range holds for another tag")
    }

    /// `[ W/ ] DQUOTE *etagc DQUOTE`, and nothing else.
    private static func whole(_ text: String) -> (opaque: String, isWeak: Bool)? {
        let isWeak = text.hasPrefix("W/")
        let opaque = String(isWeak ? text.dropFirst(2) : text[...])
        guard opaque.utf8.count >= 2, opaque.first == "\"", opaque.last == "\"",
            !opaque.dropFirst().dropLast().contains("\"")
        else { return nil }
        return (opaque, isWeak)
    }

    /// The elements of a list that is one; `nil` for any other.
    private static func tags(_ text: String) -> [(opaque: String, isWeak: Bool)]? {
        var elements: [String] = []
        var current = ""
        var isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character == ",", !isQuoted {
                elements.append(current.trimmed)
                current = ""
            } else {
                current.append(character)
            }
        }
        elements.append(current.trimmed)
        let tags = elements.filter { !$0.isEmpty }.map { whole($0) }
        return isQuoted || tags.contains { $0 == nil } ? nil : tags.compactMap(\.self)
    }
}

/// The calendar, counted year by year.
enum DateModel {
    private static let months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(separator: " ")
    private static let weekdays = "Sun Mon Tue Wed Thu Fri Sat".split(separator: " ")
    /// Days before the first of each year.
    private static let years: [Int] = {
        var (days, years) = (-719_162, [0])
        for year in 1...9999 {
            years.append(days)
            days += isLeap(year) ? 366 : 365
        }
        return years
    }()

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    static func check(_ bytes: UnsafeBufferPointer<UInt8>, now: Int) throws(Violation) {
        let date = HTTPDate.secondsSince1970(parsing: bytes, now: now)
        let text = latin(bytes)
        if bytes.count == 29 {
            try require(date == seconds(text), "\(text) is \(date.map { "\($0)" } ?? "none")")
        }
        guard let date else { return }
        try require((24...33).contains(bytes.count), "a date has \(bytes.count) octets")
        guard date >= 0 else { return }
        var output = ByteBuffer()
        HTTPDate.append(secondsSince1970: date, to: &output)
        let again = HTTPDate.secondsSince1970(parsing: output.bytes, now: now)
        // The last second of the last year can be a leap second, and the next year has five digits.
        try require(
            again == date || date == 253_402_300_800, "\(text) written and read again is another date")
        guard bytes.count == 29, text.dropFirst(23).prefix(2) != "60" else { return }
        try require(
            latin(output.bytes).dropFirst(3) == text.dropFirst(3), "\(text) is written in another way")
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    private static func seconds(_ text: String) -> Int? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 6, words[0].last == ",", weekdays.contains(words[0].dropLast()),
            let day = number(words[1], 2), let month = months.firstIndex(of: words[2]),
            let year = number(words[3], 4), (1...9999).contains(year), words[5] == "GMT"
        else { return nil }
        let time = words[4].split(separator: ":", omittingEmptySubsequences: false)
        guard time.count == 3, let hour = number(time[0], 2), let minute = number(time[1], 2),
            let second = number(time[2], 2), hour < 24, minute < 60, second <= 60
        else { return nil }
        let lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...lengths[month]).contains(day) else { return nil }
        let days = years[year] + lengths[..<month].reduce(0, +) + day - 1
        return ((days * 24 + hour) * 60 + minute) * 60 + second
    }

    private static func number(_ text: Substring, _ count: Int) -> Int? {
        text.utf8.count == count && text.utf8.allSatisfy(ASCII.isDigit) ? Int(text) : nil
    }
}
