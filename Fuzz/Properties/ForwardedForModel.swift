#if DEBUG
    import HTTP
    import Octets
    import Syscalls

    /// X-Forwarded-For once more, in the plainest way: as texts, from the right to the left, with the addresses of the C library.
    enum ForwardedForModel {
        enum Node: Equatable {
            case none, malformed, hidden
            case address(IPAddress, port: UInt16?)
        }

        /// - Parameter hops: Networks of proxies that are trusted.
        static func node(
            _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>, _ hops: [(String, Int)]
        ) -> Node {
            let fields = head.fields.filter {
                latin(bytes[$0.name]).asciiLowercased == "x-forwarded-for"
            }
            if fields.contains(where: \.isNominated) { return .malformed }
            var chain: [String] = []
            for field in fields {
                let parts = latin(bytes[field.value]).split(separator: ",").map { String($0).trimmed }
                chain += parts.filter { !$0.isEmpty }
            }
            guard var last = chain.popLast() else { return .none }
            while case .address(let address, _) = read(last), let before = chain.popLast() {
                let isHop = hops.contains { address.matches(IPAddress($0.0)!, bits: $0.1) }
                guard isHop else { break }
                last = before
            }
            return read(last)
        }

        private static func read(_ text: String) -> Node {
            if let address = IPAddress(text) { return .address(address, port: nil) }
            if text == "unix:" { return .hidden }
            var (name, rest) = (text, "")
            if text.first == "[" {
                guard let end = text.firstIndex(of: "]") else { return .malformed }
                name = String(text[text.index(after: text.startIndex)..<end])
                rest = String(text[text.index(after: end)...])
                guard name.contains(":") else { return .malformed }
            } else if let colon = text.firstIndex(of: ":") {
                (name, rest) = (String(text[..<colon]), String(text[colon...]))
            }
            var port: UInt16?
            if !rest.isEmpty {
                let digits = String(rest.dropFirst())
                guard rest.first == ":" else { return .malformed }
                if !isObfuscated(digits) {
                    guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy(ASCII.isDigit),
                        let number = UInt16(digits)
                    else { return .malformed }
                    port = number == 0 ? nil : number
                }
            }
            if let address = IPAddress(name) { return .address(address, port: port) }
            if text.first == "[" { return .malformed }
            return name.asciiLowercased == "unknown" || isObfuscated(name) ? .hidden : .malformed
        }

        private static func isObfuscated(_ text: String) -> Bool {
            text.utf8.count > 1 && text.first == "_"
                && text.unicodeScalars.allSatisfy {
                    ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                        || "._-".unicodeScalars.contains($0)
                }
        }
    }

    /// Another way to compare than that of the code, for the model alone.
    extension IPAddress {
        fileprivate func matches(_ network: IPAddress, bits: Int) -> Bool {
            let highMask: UInt64 = bits >= 64 ? .max : ~(.max >> UInt64(bits))
            let lowMask: UInt64 = bits >= 128 ? .max : bits <= 64 ? 0 : ~(.max >> UInt64(bits - 64))
            return (high ^ network.high) & highMask == 0 && (low ^ network.low) & lowMask == 0
        }
    }
#endif
