// FastCGI records (FastCGI 1.0, §3.3 and §8): eight bytes of header, content, padding. The numbers come from
// libfcgi's fastcgi.h, so that this file and the library cannot disagree.

import CFastCGI
import Octets

/// The type of a record.
public struct RecordType: RawRepresentable, Equatable, Sendable {
    /// The byte on the wire.
    public let rawValue: UInt8

    /// A type by its byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    private init(_ constant: Int32) { rawValue = UInt8(truncatingIfNeeded: constant) }

    /// Opens a request.
    public static var beginRequest: RecordType { RecordType(FCGI_BEGIN_REQUEST) }
    /// Gives a request up.
    public static var abortRequest: RecordType { RecordType(FCGI_ABORT_REQUEST) }
    /// Ends a request.
    public static var endRequest: RecordType { RecordType(FCGI_END_REQUEST) }
    /// Name-value pairs of the request.
    public static var params: RecordType { RecordType(FCGI_PARAMS) }
    /// The request body.
    public static var stdin: RecordType { RecordType(FCGI_STDIN) }
    /// The answer.
    public static var stdout: RecordType { RecordType(FCGI_STDOUT) }
    /// Messages for the log.
    public static var stderr: RecordType { RecordType(FCGI_STDERR) }
    /// Asks an application what it can do (§4.1).
    public static var getValues: RecordType { RecordType(FCGI_GET_VALUES) }
    /// The answer to that.
    public static var getValuesResult: RecordType { RecordType(FCGI_GET_VALUES_RESULT) }
    /// A management record that the application does not know.
    public static var unknownType: RecordType { RecordType(FCGI_UNKNOWN_TYPE) }
}

/// How an application ended a request (§5.5).
public struct ProtocolStatus: RawRepresentable, Equatable, Sendable {
    /// The byte on the wire.
    public let rawValue: UInt8

    /// A status by its byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    private init(_ constant: Int32) { rawValue = UInt8(truncatingIfNeeded: constant) }

    /// Done.
    public static var requestComplete: ProtocolStatus { ProtocolStatus(FCGI_REQUEST_COMPLETE) }
    /// The application takes one request at a time.
    public static var cannotMultiplex: ProtocolStatus { ProtocolStatus(FCGI_CANT_MPX_CONN) }
    /// The application has no room.
    public static var overloaded: ProtocolStatus { ProtocolStatus(FCGI_OVERLOADED) }
    /// The application does not know the role.
    public static var unknownRole: ProtocolStatus { ProtocolStatus(FCGI_UNKNOWN_ROLE) }
}

/// The eight bytes that open every record (FastCGI 1.0, §3.3).
public struct RecordHeader: Equatable, Sendable {
    /// Bytes of a header.
    public static var byteCount: Int { Int(FCGI_HEADER_LEN) }
    /// Bytes of content that we put into one record at the most: a multiple of eight, so that no padding is wanted;
    /// php-cgi drops a record whose content and padding exceed 65 535 bytes.
    public static var contentLimit: Int { 65_528 }

    /// What the record is.
    public var type: RecordType
    /// The request it belongs to; 0 for management records.
    public var requestID: UInt16
    /// Bytes of content, 0…65 535.
    public var contentLength: Int
    /// Bytes of padding, 0…255.
    public var paddingLength: Int

    /// A header made of its parts.
    public init(type: RecordType, requestID: UInt16, contentLength: Int, paddingLength: Int = 0) {
        self.type = type
        self.requestID = requestID
        self.contentLength = contentLength
        self.paddingLength = paddingLength
    }

    /// Reads a header; `nil` asks for more bytes.
    public init?(parsing bytes: Span<UInt8>) throws(RecordError) {
        guard bytes.count >= Self.byteCount else { return nil }
        guard bytes[0] == UInt8(FCGI_VERSION_1) else { throw .unsupportedVersion(bytes[0]) }
        type = RecordType(rawValue: bytes[1])
        requestID = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        contentLength = Int(bytes[4]) << 8 | Int(bytes[5])
        paddingLength = Int(bytes[6])
    }
}

/// What the other side sent that is no FastCGI.
public enum RecordError: Error, Equatable, Sendable {
    /// The first byte of a record is not 1.
    case unsupportedVersion(UInt8)
    /// A record that may not be sent here.
    case unexpectedType(UInt8)
    /// A record for another request than the one that runs.
    case unexpectedRequestID(UInt16)
    /// An END_REQUEST of other than eight bytes.
    case malformedEndRequest
    /// A BEGIN_REQUEST of other than eight bytes.
    case malformedBeginRequest
}

extension RecordError: CustomStringConvertible {
    /// What came, in words for the operator.
    public var description: String {
        switch self {
        case .unsupportedVersion(let version): "a record of version \(version), where only 1 is known"
        case .unexpectedType(let type): "a record of type \(type), which may not be sent there"
        case .unexpectedRequestID(let id): "a record of request \(id), which does not run"
        case .malformedEndRequest: "an END_REQUEST that has not eight octets"
        case .malformedBeginRequest: "a BEGIN_REQUEST that has not eight octets"
        }
    }
}

extension ByteBuffer {
    /// Appends a record header.
    public mutating func append(_ header: RecordHeader) {
        let memory = spare(RecordHeader.byteCount)
        memory[0] = UInt8(FCGI_VERSION_1)
        memory[1] = header.type.rawValue
        memory[2] = UInt8(truncatingIfNeeded: header.requestID >> 8)
        memory[3] = UInt8(truncatingIfNeeded: header.requestID)
        memory[4] = UInt8(truncatingIfNeeded: header.contentLength >> 8)
        memory[5] = UInt8(truncatingIfNeeded: header.contentLength)
        memory[6] = UInt8(truncatingIfNeeded: header.paddingLength)
        memory[7] = 0
        commit(RecordHeader.byteCount)
    }
}
