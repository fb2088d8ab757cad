// Entries of php.ini, as they are handed to an interpreter: one line each, and never more than one.

import Settings

extension ValueKind where Value == String {
    /// `NAME=VALUE`. What has a meaning in php.ini is put into quotes, unless it is there already.
    static var entryOfPHPINI: Self {
        Self { text throws(Refusal) in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.allSatisfy(isNameOctet) else {
                throw .write("NAME=VALUE, as memory_limit=256M")
            }
            // Another line would be another entry.
            guard parts[1].utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
                throw .because("'\(parts[0])' has a control character in its value: write one line".oneLine)
            }
            guard let value = quoted(String(parts[1])) else {
                throw .because(
                    "'\(parts[0])' has a \", a \\ or a ${ in its value, which php.ini gives a meaning: write it without, or in a file of PHP's own"
                )
            }
            return "\(parts[0])=\(value)"
        } show: {
            $0
        }
    }

    private static func isNameOctet(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || "._-".utf8.contains(byte)
    }

    /// - Returns: `nil` for what would not be the same between quotes.
    private static func quoted(_ value: String) -> String? {
        let isQuoted = value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
        let inner = isQuoted ? String(value.dropFirst().dropLast()) : value
        guard !inner.contains("\""), !inner.contains("\\"), !inner.contains("${") else { return nil }
        // Words, numbers and sums of constants (E_ALL & ~E_NOTICE) are read as such.
        let isPlain = inner.utf8.allSatisfy { byte in
            isNameOctet(byte) || "/:,@+&|~^() ".utf8.contains(byte)
        }
        // php-cgi puts quotes around what does not begin with a letter or a digit; php-fpm does not.
        let begins = inner.utf8.first.map { isNameOctet($0) && !"._-".utf8.contains($0) } ?? true
        return !isQuoted && isPlain && (begins || "~(-".contains(inner.first ?? "x")) ? inner : "\"\(inner)\""
    }

    /// An absolute path, which need not be one here.
    static var absoluteFolder: Self {
        Self { text throws(Refusal) in
            guard text.hasPrefix("/"), text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
                throw .write("an absolute path, as /var/www/html")
            }
            let path = text.reversed().drop { $0 == "/" }.reversed()
            return path.isEmpty ? "/" : String(path)
        } show: {
            $0
        }
    }
}
