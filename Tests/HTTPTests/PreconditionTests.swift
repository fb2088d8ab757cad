import HTTP
import Testing

@Suite("Entity tags in lists (RFC 9110, §8.8.3)")
struct EntityTagTests {
    @Test(
        "The comparison of §8.8.3.2, in lists",
        arguments: [
            (#""a""#, #""a""#, true, true), (#""a""#, #"W/"a""#, false, true),
            (#"W/"a""#, #""a""#, false, true),
            (#"W/"a""#, #"W/"a""#, false, true), (#""a""#, #""b""#, false, false),
            (#""a""#, #""b", "a""#, true, true), (#""a""#, #""b" , W/"a""#, false, true),
            (#""a""#, #","b",,"a","#, true, true), (#""a""#, #""x,y", "a""#, true, true),
            (#""x,y""#, #""a", "x,y""#, true, true), (#""y""#, #""x,y""#, false, false),
            (#""a""#, "*", true, true), (#""a""#, " * ", true, true), (nil, "*", true, true),
            (nil, #""a""#, false, false), (#""a""#, #""b", *"#, false, false), (#""a""#, "", false, false),
            (#""a""#, "a", false, false), (#""a""#, #"a, "a""#, true, true), (#""a""#, #""a"#, false, false),
            (#""a""#, #"w/"a""#, false, false), (#""a""#, #"W/ "a""#, false, false),
            (#""""#, #""""#, true, true), (#""a""#, #""A""#, false, false), (#""a""#, #"'"a""#, false, false),
        ] as [(String?, String, Bool, Bool)])
    func comparison(_ tag: String?, _ list: String, _ isStrong: Bool, _ isWeak: Bool) {
        withBytes(tag, list) { tag, list in
            #expect(EntityTags.contains(tag, in: list!, weakly: false) == isStrong)
            #expect(EntityTags.contains(tag, in: list!, weakly: true) == isWeak)
        }
    }
}

@Suite("Conditional requests (RFC 9110, §13)")
struct PreconditionTests {
    private static let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let before = "Sun, 06 Nov 1994 08:49:36 GMT"
    private static let after = "Sun, 06 Nov 1994 08:49:38 GMT"

    struct Case: Sendable {
        var match: String?
        var unmodified: String?
        var noneMatch: String?
        var modified: String?
        var reading = Preconditions.Outcome.proceed
        /// `nil` where it is the same for every method.
        var writing: Preconditions.Outcome?
    }

    @Test(
        "The order of §13.2.2, for a representation with the tag a",
        arguments: [
            Case(),
            Case(match: #""a""#), Case(match: "*"), Case(match: #""b", "a""#),
            Case(match: #""b""#, reading: .failed), Case(match: #"W/"a""#, reading: .failed),
            Case(match: "", reading: .failed),
            Case(unmodified: date), Case(unmodified: after), Case(unmodified: before, reading: .failed),
            Case(unmodified: "yesterday"),
            // If-Match takes the place of If-Unmodified-Since.
            Case(match: #""a""#, unmodified: before),
            Case(match: #""b""#, unmodified: after, reading: .failed),
            Case(noneMatch: #""a""#, reading: .notModified, writing: .failed),
            Case(noneMatch: #"W/"a""#, reading: .notModified, writing: .failed),
            Case(noneMatch: "*", reading: .notModified, writing: .failed),
            Case(noneMatch: #""b", "c""#), Case(noneMatch: "a"),
            Case(modified: date, reading: .notModified, writing: .proceed),
            Case(modified: after, reading: .notModified, writing: .proceed),
            Case(modified: "Sunday, 06-Nov-94 08:49:37 GMT", reading: .notModified, writing: .proceed),
            Case(modified: "Sun Nov  6 08:49:37 1994", reading: .notModified, writing: .proceed),
            Case(modified: before), Case(modified: "yesterday"), Case(modified: "784111777"),
            // If-None-Match takes the place of If-Modified-Since.
            Case(noneMatch: #""b""#, modified: after),
            Case(noneMatch: #""a""#, modified: before, reading: .notModified, writing: .failed),
            // What is asked first is answered first.
            Case(match: #""b""#, noneMatch: #""a""#, reading: .failed),
            Case(match: #""a""#, noneMatch: #""a""#, reading: .notModified, writing: .failed),
            Case(unmodified: before, modified: after, reading: .failed),
            Case(unmodified: after, modified: after, reading: .notModified, writing: .proceed),
        ])
    func order(_ it: Case) {
        for isReading in [true, false] {
            let outcome = withBytes(it.match, it.unmodified) { match, unmodified in
                withBytes(it.noneMatch, it.modified) { noneMatch, modified in
                    var conditions = Preconditions()
                    conditions.ifMatch = match
                    conditions.ifUnmodifiedSince = unmodified
                    conditions.ifNoneMatch = noneMatch
                    conditions.ifModifiedSince = modified
                    return withBytes(#""a""#, nil) { tag, _ in
                        conditions.outcome(
                            entityTag: tag, modified: 784_111_777, isReading: isReading, now: 1_700_000_000)
                    }
                }
            }
            #expect(outcome == (isReading ? it.reading : it.writing ?? it.reading), "\(it)")
        }
    }

    @Test("Without validators only what says * comes true")
    func noValidators() {
        var conditions = Preconditions()
        withBytes("*", Self.before) { star, date in
            conditions.ifUnmodifiedSince = date
            conditions.ifModifiedSince = date
            #expect(conditions.outcome(entityTag: nil, modified: nil, isReading: true, now: 0) == .proceed)
            conditions.ifMatch = star
            #expect(conditions.outcome(entityTag: nil, modified: nil, isReading: true, now: 0) == .proceed)
            conditions.ifNoneMatch = star
            #expect(
                conditions.outcome(entityTag: nil, modified: nil, isReading: true, now: 0) == .notModified)
        }
    }
}
