import HTTP
import Octets
import Syscalls
import Testing
@testable import Routing

@Suite("By what a client recognizes a file")
struct FileValidatorsTests {
    private func validators(
        _ path: String, _ coding: ContentCoding? = nil, now: Int
    ) throws -> (tag: String, date: String) {
        let validators = FileValidators()
        validators.describe(try #require(Files.status(path)), coding: coding, now: now)
        return (
            String(decoding: validators.entityTag, as: UTF8.self),
            String(decoding: validators.lastModified, as: UTF8.self)
        )
    }

    @Test("The tag says when, to the nanosecond, how much, and which copy")
    func tags() throws {
        try withFolder("printf 0123456789 > a; touch -d 2020-02-02T02:02:02.000000255Z a") { folder in
            let (tag, date) = try validators(folder + "/a", now: 1_700_000_000)
            #expect(tag == #""5e362d9a-ff-a""# && date == "Sun, 02 Feb 2020 02:02:02 GMT")
            #expect(try validators(folder + "/a", .gzip, now: 1_700_000_000).tag == #""5e362d9a-ff-a-gz""#)
            #expect(try validators(folder + "/a", .brotli, now: 1_700_000_000).tag == #""5e362d9a-ff-a-br""#)
        }
    }

    @Test("A file that may still change within a tick of the clock has a weak tag that it will not keep")
    func unsettled() throws {
        let moment = 1_580_608_922
        try withFolder("printf 0123456789 > a; touch -d 2020-02-02T02:02:02Z a") { folder in
            for (now, tag) in [
                (moment, #"W/"5e362d9a-0-a-new""#), (moment + 1, #"W/"5e362d9a-0-a-new""#),
                (moment + 2, #""5e362d9a-0-a""#),
            ] { #expect(try validators(folder + "/a", now: now).tag == tag) }
            // A date that lies ahead is none.
            let ahead = try validators(folder + "/a", now: moment - 10)
            #expect(ahead.tag == #"W/"5e362d9a-0-a-new""# && ahead.date == "Sun, 02 Feb 2020 02:01:52 GMT")
        }
        try withFolder("printf 0 > a; touch -d 1960-01-01T00:00:00Z a") { folder in
            let old = try validators(folder + "/a", now: moment)
            #expect(old.tag.hasPrefix("\"ffff") && old.date == "Thu, 01 Jan 1970 00:00:00 GMT")
        }
    }
}

@Suite("Several parts of a file as one body (RFC 9110, §14.6)")
struct RangePartsTests {
    @Test("What stands between the parts, and how much it is in all")
    func body() {
        var parts = RangeParts(
            [BytePart(first: 3, count: 2), BytePart(first: 0, count: 1)], size: 10,
            type: Array("Content-Type: a/b\r\n".utf8), boundary: 0xABC)
        var body = ByteBuffer()
        var asked: [BytePart] = []
        while let part = parts.appendNextHead(to: &body) {
            guard let part else { continue }
            asked.append(part)
            for _ in 0..<part.count { body.append(UInt8(ascii: "*")) }
        }
        #expect(asked == [BytePart(first: 3, count: 2), BytePart(first: 0, count: 1)])
        let text = String(decoding: body.bytes, as: UTF8.self)
        #expect(
            text == """
                \r\n--0000000000000abc\r\nContent-Type: a/b\r\nContent-Range: bytes 3-4/10\r\n\r\n**\
                \r\n--0000000000000abc\r\nContent-Type: a/b\r\nContent-Range: bytes 0-0/10\r\n\r\n*\
                \r\n--0000000000000abc--\r\n
                """)
        #expect(parts.total == text.utf8.count)
        var again = ByteBuffer()
        #expect(parts.appendNextHead(to: &again) == nil && again.isEmpty)
    }
}
