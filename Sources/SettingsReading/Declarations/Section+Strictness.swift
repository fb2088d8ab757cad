import ArgumentParser
import HTTP
import Octets
import Settings

extension Section {
    static let strictness = Section(
        title: "Strictness",
        note: """
            Requests are read by RFC 9112 to the letter. What is permitted here beyond it may be read otherwise by the server in \
            front, which is how requests are smuggled; it never reaches fields that the gateway itself acts on \
            (Content-Length, Transfer-Encoding, Host, Connection and their like). The names are Gunicorn's.
            """,
        declarations: [
            Declaration(
                "permit-obsolete-folding", of: \.requestRules.permitsObsoleteFolding,
                """
                Let a field value go on in a next line that begins with a blank. The parts are joined with one space. \
                Without it 400: a server that does not unfold reads the second line as a field.
                """),
            Declaration(
                "permit-unconventional-http-method", of: \.requestRules.permitsUnconventionalMethod,
                """
                Let methods pass that no registered one looks like: with lower case letters or `#`, of less than 3 or \
                more than 20 octets. Without it 501. Stops `get` from being another method than `GET` to a rule.
                """),
            Declaration(
                "permit-unconventional-http-version", of: \.requestRules.permitsUnconventionalVersion,
                """
                Read HTTP/1.2 to HTTP/1.9 as HTTP/1.1. Without it 505. Other major versions are always 505: they \
                frame requests in other ways.
                """),
            Declaration(
                "strip-header-spaces", of: \.requestRules.stripsHeaderSpaces,
                """
                Overlook blanks between a field name and its colon. Without it 400: a server that takes the blank as \
                a part of the name does not see the field.
                """),
            Declaration(
                "casefold-http-method", of: \.requestRules.foldsMethodCase,
                """
                Make methods upper case. Those in lower case have to be permitted by \
                `permit-unconventional-http-method`.
                """),
            Declaration(
                "header-map", nil, "HOW", .choice, \.requestRules.ambiguousNames,
                """
                What becomes of a field with `_` or `.` in its name: `drop`, `refuse` (400) or `dangerous`. `X_User` and \
                `X-User` are both HTTP_X_USER, so that a client could forge what a proxy sets. With `dangerous` \
                they become one variable; but never one of a field that the gateway knows, as `Content_Length`.
                """),
            Declaration(
                "forwarder-headers", nil, "NAMES", .fieldNames, \.requestRules.forwarderFields,
                """
                Names with `_`, separated by commas, that trusted peers (`forwarded-allow-ips`) may send whatever \
                `header-map` says; `*` is all. They become HTTP_ variables: `REMOTE_USER` is HTTP_REMOTE_USER. Other \
                spellings of a listed name are dropped, whoever sends them, so that `Remote-User` of a client does not pass for it.
                """),
        ])
}

/// The options of ``Section/strictness``.
struct StrictnessOptions: DeclaredOptions {
    @Flag(declared: "permit-obsolete-folding") var permitObsoleteFolding: Bool?
    @Flag(declared: "permit-unconventional-http-method") var permitUnconventionalHttpMethod: Bool?
    @Flag(declared: "permit-unconventional-http-version") var permitUnconventionalHttpVersion: Bool?
    @Flag(declared: "strip-header-spaces") var stripHeaderSpaces: Bool?
    @Flag(declared: "casefold-http-method") var casefoldHttpMethod: Bool?
    @Option(declared: "header-map") var headerMap: String?
    @Option(declared: "forwarder-headers") var forwarderHeaders: [String] = []
}

extension ValueKind where Value == [UInt8] {
    /// A field name, in upper case from here on, or `*`.
    static var fieldNames: Self {
        Self(form: .commaSeparated) { text throws(Refusal) in
            guard !text.isEmpty, text.utf8.allSatisfy(ASCII.isToken) else {
                throw .write("field names with _, as SCRIPT_NAME,REMOTE_USER, or *")
            }
            return text.utf8.map(ASCII.uppercased)
        } show: {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
