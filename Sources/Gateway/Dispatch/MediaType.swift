import Octets

/// Media types of files, by the end of their names.
enum MediaType {
    /// The type of a file; bytes of no type that a browser would run are the answer for an unknown one.
    static func of(_ path: UnsafeBufferPointer<UInt8>) -> StaticString {
        guard let dot = path.lastIndex(of: UInt8(ascii: ".")) else { return unknown }
        let suffix = path[(dot + 1)...]
        guard suffix.count <= 12 else { return unknown }
        let name = String(decoding: suffix.map(ASCII.lowercased), as: UTF8.self)
        return types[name] ?? unknown
    }

    private static let unknown: StaticString = "application/octet-stream"

    private static let types: [String: StaticString] = [
        "avif": "image/avif", "bmp": "image/bmp", "css": "text/css; charset=utf-8",
        "csv": "text/csv; charset=utf-8",
        "eot": "application/vnd.ms-fontobject", "epub": "application/epub+zip", "gif": "image/gif",
        "gz": "application/gzip", "htm": "text/html; charset=utf-8", "html": "text/html; charset=utf-8",
        "ico": "image/x-icon", "ics": "text/calendar; charset=utf-8", "jpeg": "image/jpeg",
        "jpg": "image/jpeg",
        "js": "text/javascript; charset=utf-8", "json": "application/json", "jsonld": "application/ld+json",
        "map": "application/json", "md": "text/markdown; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8",
        "mp3": "audio/mpeg", "mp4": "video/mp4", "oga": "audio/ogg", "ogg": "audio/ogg", "ogv": "video/ogg",
        "opus": "audio/ogg", "otf": "font/otf", "pdf": "application/pdf", "png": "image/png",
        "rss": "application/rss+xml", "rtf": "application/rtf", "svg": "image/svg+xml",
        "tar": "application/x-tar",
        "tif": "image/tiff", "tiff": "image/tiff", "ttf": "font/ttf", "txt": "text/plain; charset=utf-8",
        "wasm": "application/wasm", "wav": "audio/wav", "weba": "audio/webm", "webm": "video/webm",
        "webmanifest": "application/manifest+json", "webp": "image/webp", "woff": "font/woff",
        "woff2": "font/woff2",
        "xhtml": "application/xhtml+xml", "xml": "application/xml", "zip": "application/zip",
    ]
}
