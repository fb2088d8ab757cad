// The handler that says what its query string asks for, as Applications/says.py does over FastCGI and as a CGI script. What it
// says has a status, fields and a body, and is not sent in pieces.

import Gateway

@Sendable func say(_ request: Request) -> Response {
    let parts = request.environ.query.split(separator: "|", omittingEmptySubsequences: false).map(decoded)
    guard parts.count > 1 else { return Response("nothing was asked for") }
    var response = Response(status: .init(code: Int(parts[0].prefix(3)) ?? 200))
    var body: [UInt8] = []
    for line in parts.dropFirst().dropLast() {
        let name = line.prefix { $0 != ":" }
        let value = line.dropFirst(name.count + 1)
        response.fields.append(String(name), String(value.first == " " ? value.dropFirst() : value))
    }
    for piece in parts[parts.count - 1].split(separator: "~") {
        let times = piece.split(separator: "*", omittingEmptySubsequences: false)
        let count = times.count == 2 ? Int(times[1]) ?? 1 : 1
        body += (0..<count).flatMap { _ in Array(times[0].utf8) }
    }
    response.body = .bytes(body)
    return response
}

/// Percent-decoded; what is no UTF-8 then is not asked for.
private func decoded(_ text: Substring) -> String {
    var octets: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let octet = rest.popFirst() {
        let digits = String(decoding: rest.prefix(2), as: UTF8.self)
        if octet == UInt8(ascii: "%"), let value = UInt8(digits, radix: 16) {
            octets.append(value)
            rest = rest.dropFirst(2)
        } else {
            octets.append(octet)
        }
    }
    return String(decoding: octets, as: UTF8.self)
}
