// A form as a whole, in memory, whichever of the two media types it has. Those that are too large for that are read part by
// part, by MultipartReader.

/// The fields and files of a form.
public struct Form: Sendable {
    /// A file that came with a form.
    public struct File: Equatable, Sendable {
        /// The name of the form's field.
        public let name: String
        /// What the client calls it, perhaps nothing; never a path to write to (``MultipartHead/filename``).
        public let filename: String
        /// Its media type, as the client says; `nil` where it says none.
        public let contentType: String?
        /// Its content.
        public let bytes: [UInt8]
    }

    /// The fields that are no files, in their order.
    public let items: FormItems
    /// The files, in their order. A browser sends one without name and content where none was chosen.
    public let files: [File]

    /// Reads the body of a form.
    ///
    /// - Parameters:
    ///   - contentType: The value of the Content-Type field.
    ///   - body: All octets of the body.
    ///   - limit: Octets to accept.
    ///   - itemLimit: Items or parts to accept.
    /// - Throws: ``FormError/unsupportedMediaType(_:)`` where it is neither application/x-www-form-urlencoded nor
    ///   multipart/form-data; ``FormError/tooLarge(limit:)`` and the other limits; what is malformed in a multipart body.
    public init(
        contentType: String?, body: [UInt8], limit: Int = 1 << 20, itemLimit: Int = 1000
    ) throws(FormError) {
        guard let contentType else { throw .unsupportedMediaType(nil) }
        switch FieldParameters.value(contentType.utf8) {
        case "application/x-www-form-urlencoded":
            guard body.count <= limit else { throw .tooLarge(limit: limit) }
            items = try FormItems(decoding: body, limit: itemLimit)
            files = []
        case "multipart/form-data":
            guard body.count <= limit else { throw .tooLarge(limit: limit) }
            (items, files) = try Self.parts(contentType, body, MultipartLimits(parts: itemLimit))
        default: throw .unsupportedMediaType(contentType)
        }
    }

    private static func parts(
        _ contentType: String, _ body: [UInt8], _ limits: MultipartLimits
    ) throws(FormError) -> (FormItems, [File]) {
        var cursor = MultipartCursor(try MultipartParser(contentType: contentType, limits: limits))
        var items: [(name: String, value: String)] = []
        var files: [File] = []
        try cursor.add(body)
        while let head = try known(cursor.nextPart()), let head {
            var bytes: [UInt8] = []
            while let octets = try known(cursor.data(of: cursor.part)), !octets.isEmpty {
                try bytes.add(octets, .max)
            }
            if let filename = head.filename {
                files.append(
                    File(name: head.name, filename: filename, contentType: head.contentType, bytes: bytes))
            } else {
                items.append((head.name, String(decoding: bytes, as: UTF8.self)))
            }
        }
        return (FormItems(items), files)
    }

    /// What is known of a body that is here as a whole: what needs more lacks its end.
    private static func known<Value>(
        _ answer: MultipartCursor.Answer<Value>
    ) throws(FormError) -> Value? {
        guard case .known(let value) = answer else { throw .incomplete }
        return value
    }

    /// The value of the first field of a name that is no file; `nil` where there is none.
    public subscript(name: String) -> String? { items[name] }

    /// The values of all fields of a name that are no files, in their order.
    public func all(_ name: String) -> [String] { items.all(name) }

    /// The first file of a name; `nil` where there is none.
    public func file(_ name: String) -> File? { files.first { hasSameOctets($0.name, name) } }
}
