// Why a form was not read. One type for all readers of forms, so that a handler can answer with the status of whatever
// went wrong without knowing who found it.

/// What is wrong with a form that a client has sent.
public enum FormError: Error, Equatable, Sendable {
    /// The media type of a request is none that forms have, or there is none.
    case unsupportedMediaType(String?)
    /// A body or a part has more octets than the caller accepts.
    case tooLarge(limit: Int)
    /// A form has more items than the caller accepts.
    case tooManyItems(limit: Int)
    /// A multipart body has more parts than the caller accepts.
    case tooManyParts(limit: Int)
    /// The head of a part has more octets than the caller accepts.
    case partHeadTooLarge(limit: Int)
    /// The head of a part has more fields than the caller accepts.
    case tooManyPartFields(limit: Int)
    /// A Content-Type of multipart/form-data names no boundary of 1 to 70 characters (RFC 2046, §5.1.1).
    case noBoundary
    /// Something else than blanks and the end of the line follows a boundary.
    case malformedDelimiter
    /// A line in the head of a part is no field, or does not end with CR LF.
    case malformedPartField
    /// A part has no Content-Disposition, several, or one that is not `form-data` (RFC 7578, §4.2).
    case noFormData
    /// A Content-Disposition cannot be read, or says something twice.
    case malformedDisposition
    /// A part has no name (RFC 7578, §4.2).
    case unnamedPart
    /// The body has ended before the last boundary.
    case incomplete
    /// The caller reads a part after it has asked for the next one: its octets are gone.
    case partIsOver

    /// The status that an answer should have: 413, 415 or 400; 500 for ``partIsOver``, which is no client's mistake.
    public var status: Int {
        switch self {
        case .unsupportedMediaType: 415
        case .tooLarge, .tooManyItems, .tooManyParts, .partHeadTooLarge, .tooManyPartFields: 413
        case .partIsOver: 500
        default: 400
        }
    }
}

extension FormError: CustomStringConvertible {
    /// One line for the log.
    public var description: String {
        switch self {
        case .unsupportedMediaType(nil): "the request has no Content-Type, so its body is no form"
        case .unsupportedMediaType(let type?): "\(type.debugDescription) is no media type of a form"
        case .tooLarge(let limit): "the body, or a part of it, has more than \(limit) octets"
        case .tooManyItems(let limit): "the form has more than \(limit) items"
        case .tooManyParts(let limit): "the form has more than \(limit) parts"
        case .partHeadTooLarge(let limit): "the head of a part has more than \(limit) octets"
        case .tooManyPartFields(let limit): "the head of a part has more than \(limit) fields"
        case .noBoundary: "the Content-Type names no boundary of 1 to 70 characters"
        case .malformedDelimiter: "something follows a boundary in its line"
        case .malformedPartField: "a line in the head of a part is no field"
        case .noFormData: "a part has no Content-Disposition of form-data, or several"
        case .malformedDisposition: "the Content-Disposition of a part cannot be read"
        case .unnamedPart: "a part has no name"
        case .incomplete: "the form ends before its last boundary"
        case .partIsOver: "a part is read after the next one was asked for"
        }
    }
}
