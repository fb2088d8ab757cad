import WebSockets

/// Sec-WebSocket-Extensions as text (RFC 6455, section 9.1), and what RFC 7692, section 7.1, makes of it.
struct ExtensionModel {
    typealias Offer = (name: String, parameters: [(name: String, value: String?)])

    /// `nil` where it is malformed.
    var offers: [Offer]? = []

    /// - Parameter field: Its octets as ISO 8859-1.
    init(_ field: String) {
        // Neither a comma nor a semicolon can stand between quotes, because what is quoted has to be a token.
        for element in field.split(separator: ",").map({ String($0).trimmed }) where !element.isEmpty {
            var words = element.split(separator: ";", omittingEmptySubsequences: false).map {
                String($0).trimmed
            }
            let name = words.removeFirst()
            let parameters = words.map(Self.parameter)
            guard Self.isToken(name), !parameters.contains(where: { $0 == nil }) else {
                offers = nil
                return
            }
            offers?.append((name, parameters.compactMap { $0 }))
        }
    }

    static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                    || "!#$%&'*+-.^_`|~".unicodeScalars.contains($0)
            }
    }

    private static func parameter(_ word: String) -> (name: String, value: String?)? {
        let sides = word.unicodeScalars.split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false
        ).map { String($0).trimmed }
        guard isToken(sides[0]) else { return nil }
        guard sides.count == 2 else { return (sides[0], nil) }
        guard sides[1].hasPrefix("\"") else { return isToken(sides[1]) ? (sides[0], sides[1]) : nil }
        var (text, isEscaped) = ("", false)
        guard sides[1].count >= 2, sides[1].hasSuffix("\"") else { return nil }
        for scalar in sides[1].dropFirst().dropLast().unicodeScalars {
            if scalar == "\\", !isEscaped {
                isEscaped = true
            } else {
                text.unicodeScalars.append(scalar)
                isEscaped = false
            }
        }
        return !isEscaped && isToken(text) ? (sides[0], text) : nil
    }

    /// What the first offer that can be taken is answered with.
    static func answer(_ offers: [Offer], _ policy: DeflatePolicy) -> String? {
        for offer in offers where offer.name == "permessage-deflate" && isPossible(offer) {
            let value = { name in offer.parameters.first { $0.name == name } }
            var answer = ["permessage-deflate"]
            if !policy.serverTakeover || value("server_no_context_takeover") != nil {
                answer.append("server_no_context_takeover")
            }
            if !policy.clientTakeover || value("client_no_context_takeover") != nil {
                answer.append("client_no_context_takeover")
            }
            let server = value("server_max_window_bits")
            let serverBits = min(policy.serverWindowBits, bits(server?.value) ?? 15)
            if server != nil || serverBits < 15 { answer.append("server_max_window_bits=\(serverBits)") }
            if let client = value("client_max_window_bits") {
                let clientBits = min(policy.clientWindowBits, bits(client.value) ?? 15)
                if clientBits < 15 { answer.append("client_max_window_bits=\(clientBits)") }
            }
            return answer.joined(separator: "; ")
        }
        return nil
    }

    private static func bits(_ value: String?) -> Int? {
        (8...15).first { "\($0)" == value }
    }

    private static func isPossible(_ offer: Offer) -> Bool {
        let names = offer.parameters.map(\.name)
        return Set(names).count == names.count
            && offer.parameters.allSatisfy { name, value in
                switch name {
                case "server_no_context_takeover", "client_no_context_takeover": value == nil
                case "server_max_window_bits": (bits(value) ?? 0) > 8
                case "client_max_window_bits": value == nil || bits(value) != nil
                default: false
                }
            }
    }
}
