// How a route answers with files, in the form that a worker needs: octets and flags. Made once a worker, read by every request.

import HTTP
import Settings
import Syscalls

/// The rules of a route for files.
package final class FileRules {
    /// Which coded copies of a file are looked for beside it.
    package let precompressed: ContentCodings
    /// Names of the file that stands for its folder; empty for the site's own.
    package let index: [[UInt8]]
    /// Whether a folder without such a file is listed.
    package let isListing: Bool
    /// Ranges that one request may ask for.
    package let maxRanges: Int
    /// Which symbolic links are followed.
    package let links: FollowedLinks
    /// Fields of every answer with a file, as lines, 304 among them.
    package let lines: [UInt8]
    package let types: MediaTypes

    init(_ settings: FileSettings = FileSettings(), types: MediaTypes = .builtin) {
        precompressed = settings.precompressed.reduce(into: []) { $0.insert(ContentCodings($1)) }
        index = settings.index.map { Array($0.utf8) }
        isListing = settings.isListing
        maxRanges = settings.maxRanges
        links = settings.links
        var lines: [UInt8] = []
        if let value = settings.cacheControl { lines += "Cache-Control: \(value)\r\n".utf8 }
        // Also where the file itself is sent: a cache must not give it to those who get another copy.
        if !settings.precompressed.isEmpty { lines += "Vary: Accept-Encoding\r\n".utf8 }
        self.lines = lines
        self.types = types
    }
}
