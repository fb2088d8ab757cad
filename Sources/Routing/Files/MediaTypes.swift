// Media types of files, by the ends of their names. The table that is built in and a file in the form of /etc/mime.types are
// read alike; the file's words win. Made once a worker; a look-up allocates nothing and hashes nothing that a client has sent.

import Octets
import Settings

/// A table of media types.
package final class MediaTypes: Sendable {
    /// A type: where its text is in the table.
    package struct Place: Equatable, Sendable {
        fileprivate let range: ByteRange
    }

    /// The end of a name behind its last dot, in lower case, as two numbers.
    private struct Suffix: Comparable {
        let first: UInt64
        let second: UInt64
        static let longest = 16

        /// - Returns: `nil` for what no table has: nothing, or too much.
        init?<Bytes: Collection<UInt8>>(_ bytes: Bytes) {
            guard !bytes.isEmpty, bytes.count <= Self.longest else { return nil }
            var (first, second) = (UInt64(0), UInt64(0))
            for byte in bytes {
                // A NUL would be the same as nothing.
                guard byte != 0 else { return nil }
                second = second << 8 | first >> 56
                first = first << 8 | UInt64(ASCII.lowercased(byte))
            }
            (self.first, self.second) = (first, second)
        }

        static func < (left: Suffix, right: Suffix) -> Bool {
            left.second == right.second ? left.first < right.first : left.second < right.second
        }
    }

    private struct Entry {
        let suffix: Suffix
        let place: Place
    }

    /// The table that is built in.
    static let builtin = MediaTypes([])

    /// The texts of the types, one after the other.
    private let text: [UInt8]
    /// By their suffixes.
    private let entries: [Entry]
    private let unknown: Place

    /// - Parameter file: What a file says beside the built-in table: a type and the ends of names in each line, `#` for comments.
    package init(_ file: [UInt8]) {
        var text: [UInt8] = []
        func place(_ type: some Collection<UInt8>) -> Place {
            let start = text.count
            text += type
            // All texts of this century are; a browser that is not told guesses by the language that its user speaks.
            if type.starts(with: "text/".utf8) { text += "; charset=utf-8".utf8 }
            return Place(range: ByteRange(start, text.count))
        }
        // A browser runs nothing of such a type.
        unknown = place("application/octet-stream".utf8)
        var found: [Entry] = []
        for source in [Array(Self.table.description.utf8), file] {
            for words in Self.lines(of: source) {
                let type = place(words[0].map(ASCII.lowercased))
                for word in words.dropFirst() {
                    if let suffix = Suffix(word) { found.append(Entry(suffix: suffix, place: type)) }
                }
            }
        }
        // Of two entries for one suffix the later one counts.
        let sorted = found.enumerated().sorted { left, right in
            left.element.suffix == right.element.suffix
                ? left.offset > right.offset : left.element.suffix < right.element.suffix
        }.map(\.element)
        entries = sorted.indices.filter { $0 == 0 || sorted[$0].suffix != sorted[$0 - 1].suffix }.map {
            sorted[$0]
        }
        self.text = text
    }

    /// Whether a file says anything that this table can use.
    package static func hasTypes(_ file: [UInt8]) -> Bool {
        lines(of: file).contains { $0.dropFirst().contains { Suffix($0) != nil } }
    }

    /// The words of each line that names a type, the type first.
    private static func lines(of file: [UInt8]) -> [[ArraySlice<UInt8>]] {
        file.split { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn }.compactMap { line in
            let words = line.prefix { $0 != UInt8(ascii: "#") }.split(whereSeparator: ASCII.isBlank)
            return words.count > 1 && isType(words[0]) ? words : nil
        }
    }

    /// `token/token`: what may stand in a field.
    private static func isType(_ word: ArraySlice<UInt8>) -> Bool {
        let parts = word.split(separator: ASCII.slash, omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(ASCII.isToken) }
    }

    /// The type of a file; one that no browser runs where its name says nothing.
    package func type(of path: UnsafeBufferPointer<UInt8>) -> Place {
        var start = path.count
        while start > 0, path[start - 1] != UInt8(ascii: "."), path[start - 1] != ASCII.slash { start -= 1 }
        guard start > 0, path[start - 1] == UInt8(ascii: "."),
            let suffix = Suffix(UnsafeBufferPointer(rebasing: path[start...]))
        else { return unknown }
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].suffix < suffix { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].suffix == suffix ? entries[low].place : unknown
    }

    /// Appends the text of a type of this table.
    package func append(_ type: Place, to output: inout ByteBuffer) {
        text.withUnsafeBufferPointer { output.append($0[type.range]) }
    }
}

extension Settings {
    /// The table that the settings ask for.
    package var mediaTypes: MediaTypes { mediaTypesText.isEmpty ? .builtin : MediaTypes(mediaTypesText) }
}
