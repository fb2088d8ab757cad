#if DEBUG
    import GatewayInterface
    import Octets
    @testable import CGIResponder

    /// What a script finds as its environment: strings that exec(2) takes, each name once, and no HTTP_PROXY.
    enum ScriptParamPromises {
        private static let environment = ScriptEnvironment(
            [.init(name: "LISTED", value: "1")], inherited: { _ in nil })

        @Sendable
        static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
            let params: ScriptParams
            do throws(ScriptRefusal) {
                params = try ScriptParams(decoding: bytes)
            } catch {
                try require(error.status.utf8.allSatisfy(ASCII.isFieldValue), "it is refused with no status")
                return
            }
            try require(params.pairs.count <= ScriptParams.pairLimit, "there are more than may be")
            var names: [[UInt8]] = []
            for entry in environment.entries(params) {
                try require(!entry.contains(0), "an entry holds a NUL")
                guard let end = entry.firstIndex(of: UInt8(ascii: "=")), end > 0 else {
                    throw Violation(description: "an entry has no name")
                }
                names.append(Array(entry[..<end]))
            }
            let texts = names.map { String(decoding: $0, as: UTF8.self) }
            try require(Set(names).count == names.count, "a name is there twice: \(texts.sorted())")
            try require(!texts.contains("HTTP_PROXY"), "HTTP_PROXY reaches a script")
            try require(texts.contains("PATH") && texts.contains("LISTED"), "what the operator lists is gone")
        }
    }
#endif
