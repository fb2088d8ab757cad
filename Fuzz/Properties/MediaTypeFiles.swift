#if DEBUG
    import Octets
    @testable import Routing

    /// What is promised of a file of media types. The input's first line is the path of a file that is asked for, the rest the types.
    enum MediaTypePromises {
        @Sendable
        static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
            let parts = lines(bytes, 2)
            let own = type(of: parts[0], MediaTypes(Array(parts[1])))
            let main = own.hasSuffix("; charset=utf-8") ? String(own.dropLast(15)) : own
            let names = main.split(separator: "/", omittingEmptySubsequences: false)
            try require(
                names.count == 2 && names.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(ASCII.isToken) },
                "\(own) is no type")
            try require(main.asciiLowercased == main, "\(own) is not in lower case")
            let expected = found(latin(parts[0]), latin(parts[1])) ?? type(of: parts[0], .builtin)
            try require(own == expected, "it is \(own), by the file \(expected)")
        }

        private static func type(of path: UnsafeBufferPointer<UInt8>, _ types: MediaTypes) -> String {
            var output = ByteBuffer()
            types.append(types.type(of: path), to: &output)
            return latin(output.bytes)
        }

        /// What the last line of the file says; `nil` where none says anything.
        private static func found(_ path: String, _ file: String) -> String? {
            let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
            guard let dot = name.lastIndex(of: ".") else { return nil }
            let suffix = String(name[name.index(after: dot)...]).asciiLowercased
            guard (1...16).contains(suffix.unicodeScalars.count), !suffix.contains("\0") else { return nil }
            var found: String?
            for line in file.unicodeScalars.split(whereSeparator: { $0 == "\n" || $0 == "\r" }) {
                let words = String(line.prefix { $0 != "#" }).split { $0 == " " || $0 == "\t" }
                guard let type = words.first.map({ String($0).asciiLowercased }) else { continue }
                let names = type.split(separator: "/", omittingEmptySubsequences: false)
                guard names.count == 2, names.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(ASCII.isToken) })
                else { continue }
                guard words.dropFirst().contains(where: { String($0).asciiLowercased == suffix }) else {
                    continue
                }
                found = type.hasPrefix("text/") ? type + "; charset=utf-8" : type
            }
            return found
        }
    }
#endif
