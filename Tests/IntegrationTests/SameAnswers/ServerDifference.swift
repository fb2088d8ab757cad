// What web servers make of a request before the program has it, or of its answer. Each has a reason, and none can be made up for by
// the program. docs/swift-under-other-servers.md has a line for each of them, by its name.

/// A difference that is another server's doing.
enum ServerDifference: String, CaseIterable {
    /// Slashes that follow each other are one in PATH_INFO.
    case doubledSlashes = "doubled slashes"
    /// An encoded slash stays encoded in PATH_INFO (AllowEncodedSlashes NoDecode), or is 404.
    case encodedSlash = "encoded slash"
    /// REQUEST_URI of an absolute target is its path.
    case absoluteTarget = "absolute target"
    /// A GET with a body is refused.
    case bodyOfGet = "body of GET"
    /// Two Cookie fields are joined by a comma.
    case cookies = "two Cookie fields"
    /// A field without a value is not passed on.
    case emptyField = "empty field"
    /// A field with an underscore in its name looks like one with a hyphen.
    case underscore
    /// A body in chunks is passed on without its length.
    case chunks
    /// Nobody believes a script about the length of an answer.
    case headLength = "Content-Length of HEAD"
    /// Content-Type of an answer without a body is dropped.
    case typeOfNothing = "Content-Type of 204"
    /// Fields of one name are joined, and lists are written anew.
    case joinedFields = "joined fields"
    /// What the client has already is not asked.
    case conditions
    /// A range is not cut out of an answer.
    case ranges

    /// Whose it is.
    var servers: Set<ServedBy> {
        switch self {
        case .doubledSlashes, .conditions: [.lighttpd, .nginx, .apache]
        case .absoluteTarget: [.lighttpd, .nginx]
        case .ranges: [.nginx, .apache]
        case .bodyOfGet, .emptyField, .underscore: [.lighttpd]
        case .encodedSlash, .cookies, .chunks, .headLength, .typeOfNothing, .joinedFields: [.apache]
        }
    }

    /// What it changes: `status`, `body`, or a field by its name in small letters.
    var aspects: Set<String> {
        switch self {
        case .doubledSlashes, .encodedSlash, .absoluteTarget, .cookies, .underscore, .chunks: ["body"]
        case .bodyOfGet: ["status", "body", "content-type"]
        case .emptyField: ["body", "x-empty"]
        case .headLength: ["content-length"]
        case .typeOfNothing: ["content-type"]
        case .joinedFields: ["x-twice", "vary"]
        case .conditions: ["status", "body", "content-type", "last-modified"]
        case .ranges: ["status", "body", "content-range"]
        }
    }
}
