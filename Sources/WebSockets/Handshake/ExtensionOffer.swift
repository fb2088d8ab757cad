// The field Sec-WebSocket-Extensions (RFC 6455, §9.1): extensions with parameters, in the order in which they are preferred.
// What does not keep to the grammar fails the handshake.

import Octets

/// An extension as it is offered.
struct ExtensionOffer: Equatable {
    struct Parameter: Equatable {
        let name: [UInt8]
        let value: [UInt8]?
    }

    let name: [UInt8]
    let parameters: [Parameter]

    /// The elements of the field; `nil` where it is malformed.
    static func all(_ field: [UInt8]) -> [ExtensionOffer]? {
        var reader = Reader(field)
        var offers: [ExtensionOffer] = []
        while true {
            while reader.skip(UInt8(ascii: ",")) {}
            if reader.isAtEnd { return offers }
            guard let name = reader.token() else { return nil }
            var parameters: [Parameter] = []
            while reader.skip(UInt8(ascii: ";")) {
                guard let name = reader.token() else { return nil }
                guard reader.skip(UInt8(ascii: "=")) else {
                    parameters.append(Parameter(name: name, value: nil))
                    continue
                }
                guard let value = reader.quoted() ?? reader.token() else { return nil }
                parameters.append(Parameter(name: name, value: value))
            }
            offers.append(ExtensionOffer(name: name, parameters: parameters))
            guard reader.isAtEnd || reader.skip(UInt8(ascii: ",")) else { return nil }
        }
    }

    /// Reads word after word; blanks between them mean nothing.
    private struct Reader {
        private let octets: [UInt8]
        private var index = 0

        init(_ octets: [UInt8]) {
            self.octets = octets
            skipBlanks()
        }

        var isAtEnd: Bool { index == octets.count }

        mutating func skip(_ octet: UInt8) -> Bool {
            guard index < octets.count, octets[index] == octet else { return false }
            index += 1
            skipBlanks()
            return true
        }

        mutating func token() -> [UInt8]? {
            let token = octets[index...].prefix(while: ASCII.isToken)
            guard !token.isEmpty else { return nil }
            index = token.endIndex
            skipBlanks()
            return Array(token)
        }

        /// A quoted string, which has to be a token once its quotes and backslashes are gone.
        mutating func quoted() -> [UInt8]? {
            guard index < octets.count, octets[index] == UInt8(ascii: "\"") else { return nil }
            var text: [UInt8] = []
            var place = index + 1
            while place < octets.count, octets[place] != UInt8(ascii: "\"") {
                if octets[place] == UInt8(ascii: "\\") { place += 1 }
                guard place < octets.count, ASCII.isToken(octets[place]) else { return nil }
                text.append(octets[place])
                place += 1
            }
            guard place < octets.count, !text.isEmpty else { return nil }
            index = place + 1
            skipBlanks()
            return text
        }

        private mutating func skipBlanks() {
            while index < octets.count, ASCII.isBlank(octets[index]) { index += 1 }
        }
    }
}
