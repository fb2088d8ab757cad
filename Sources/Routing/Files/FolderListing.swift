// A folder as a page: what is in it that a client would get. Names are octets that anybody may have chosen: in the text they are
// escaped for HTML, in the links for a URL, and neither can end what it stands in.

import HTTP
import Octets
import Syscalls

/// A folder that is to be listed. It is looked at when the page is made: a request that an authorizer refuses costs no look.
package final class FolderListing {
    private let folder: SiteFolder
    private let path: [UInt8]
    private let links: FollowedLinks
    /// Entries of a page. Stops a folder with a million of them from holding the worker, and from filling its memory.
    package static let limit = 1000

    private struct Entry {
        let name: [UInt8]
        let status: FileStatus
        var isFolder: Bool { status.kind == .directory }
    }

    /// - Parameters:
    ///   - path: Below the site's folder; a slash is its first and its last octet.
    ///   - links: Which of them are followed.
    package init(_ folder: SiteFolder, path: [UInt8], links: FollowedLinks) {
        self.folder = folder
        self.path = path
        self.links = links
    }

    /// The page; `nil` where the folder cannot be read.
    ///
    /// - Parameter title: The path that the client has asked for, decoded.
    package func page(title: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard let (names, hasMore) = folder.names(in: path, links: links, limit: Self.limit) else {
            return nil
        }
        // A link that is not followed, a pipe, a device: there is no answer with it, so it is not there.
        let entries = names.compactMap { name -> Entry? in
            guard let status = folder.status(of: path + name, links: links),
                [.regular, .directory].contains(status.kind)
            else { return nil }
            return Entry(name: name, status: status)
        }.sorted { left, right in
            left.isFolder == right.isFolder
                ? left.name.lexicographicallyPrecedes(right.name) : left.isFolder
        }
        var page: [UInt8] = []
        page += "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Index of ".utf8
        page += Self.text(title)
        page += "</title>\n<h1>Index of ".utf8
        page += Self.text(title)
        page += "</h1>\n<table>\n<tr><th>Name<th>Last changed<th>Octets\n".utf8
        if path.count > 1 { page += "<tr><td><a href=\"../\">../</a><td><td>\n".utf8 }
        for entry in entries { Self.append(entry, to: &page) }
        page += "</table>\n".utf8
        if hasMore { page += "<p>There is more in this folder than is listed here.</p>\n".utf8 }
        return page
    }

    private static func append(_ entry: Entry, to page: inout [UInt8]) {
        let slash = entry.isFolder ? [ASCII.slash] : []
        page += "<tr><td><a href=\"".utf8
        // In front of it, so that no name is taken for a scheme.
        page += "./".utf8
        append(link: entry.name, to: &page)
        page += slash + "\">".utf8
        page += text(entry.name) + slash
        page += "</a><td>\(date(entry.status.modified))<td>".utf8
        if !entry.isFolder { page += "\(entry.status.size)".utf8 }
        page += "\n".utf8
    }

    /// `unreserved` of RFC 3986 as it is, all else percent-encoded.
    private static func append(link name: [UInt8], to page: inout [UInt8]) {
        for byte in name {
            let isLetter = ASCII.lowercased(byte) &- UInt8(ascii: "a") < 26
            if isLetter || ASCII.isDigit(byte) || "-._~".utf8.contains(byte) {
                page.append(byte)
            } else {
                page.append(percentEncoding: byte)
            }
        }
    }

    private static func text(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "<"): Array("&lt;".utf8)
            case UInt8(ascii: ">"): Array("&gt;".utf8)
            case UInt8(ascii: "&"): Array("&amp;".utf8)
            case UInt8(ascii: "\""): Array("&quot;".utf8)
            case UInt8(ascii: "'"): Array("&#39;".utf8)
            case 0..<0x20, 0x7F: Array("?".utf8)
            default: [byte]
            }
        }
    }

    private static func date(_ seconds: Int) -> String {
        let date = HTTPDate.Components(secondsSince1970: max(0, seconds))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(date.year)-\(two(date.month))-\(two(date.day)) \(two(date.hour)):\(two(date.minute))"
    }
}
