import CFastCGI
import FastCGIBridge
import Octets
import Testing

@Suite("Records")
struct RecordTests {
    @Test(
        "Types are those of fastcgi.h",
        arguments: [
            (.beginRequest, FCGI_BEGIN_REQUEST, 1), (.abortRequest, FCGI_ABORT_REQUEST, 2),
            (.endRequest, FCGI_END_REQUEST, 3),
            (.params, FCGI_PARAMS, 4), (.stdin, FCGI_STDIN, 5), (.stdout, FCGI_STDOUT, 6),
            (.stderr, FCGI_STDERR, 7),
            (.getValues, FCGI_GET_VALUES, 9), (.getValuesResult, FCGI_GET_VALUES_RESULT, 10),
            (.unknownType, FCGI_UNKNOWN_TYPE, 11),
        ] as [(RecordType, Int32, UInt8)])
    func types(_ type: RecordType, _ constant: Int32, _ byte: UInt8) {
        #expect(Int32(type.rawValue) == constant)
        #expect(type.rawValue == byte)
    }

    @Test(
        "Protocol statuses are those of fastcgi.h",
        arguments: [
            (.requestComplete, FCGI_REQUEST_COMPLETE, 0), (.cannotMultiplex, FCGI_CANT_MPX_CONN, 1),
            (.overloaded, FCGI_OVERLOADED, 2), (.unknownRole, FCGI_UNKNOWN_ROLE, 3),
        ] as [(ProtocolStatus, Int32, UInt8)])
    func statuses(_ status: ProtocolStatus, _ constant: Int32, _ byte: UInt8) {
        #expect(Int32(status.rawValue) == constant)
        #expect(status.rawValue == byte)
    }

    @Test("A header is as long as the library's, and no record of ours exceeds what php-cgi takes")
    func sizes() {
        #expect(RecordHeader.byteCount == MemoryLayout<FCGI_Header>.size)
        #expect(RecordHeader.byteCount == Int(FCGI_HEADER_LEN))
        #expect(RecordHeader.contentLimit == 65_528)
        #expect(RecordHeader.contentLimit <= Int(FCGI_MAX_LENGTH) && RecordHeader.contentLimit % 8 == 0)
    }

    @Test(
        "A header is eight bytes, numbers with the high byte first",
        arguments: [
            (RecordHeader(type: .stdin, requestID: 1, contentLength: 0), [1, 5, 0, 1, 0, 0, 0, 0]),
            (
                RecordHeader(type: .params, requestID: 0x1234, contentLength: 0xABCD, paddingLength: 7),
                [1, 4, 0x12, 0x34, 0xAB, 0xCD, 7, 0]
            ),
            (
                RecordHeader(type: .stdout, requestID: 65_535, contentLength: 65_535, paddingLength: 255),
                [1, 6, 255, 255, 255, 255, 255, 0]
            ),
        ] as [(RecordHeader, [UInt8])])
    func bothWays(_ header: RecordHeader, _ bytes: [UInt8]) throws {
        var output = ByteBuffer()
        output.append(header)
        #expect(Array(output.bytes) == bytes)
        let parsed = try RecordHeader(parsing: bytes.span)
        #expect(parsed == header)
        // The reserved byte may hold anything.
        let dirty = Array(bytes.dropLast()) + [0xFF, 1, 2]
        let again = try RecordHeader(parsing: dirty.span)
        #expect(again == header)
    }

    @Test("The library lays a header out the same")
    func libraryLayout() {
        var output = ByteBuffer()
        output.append(RecordHeader(type: .stderr, requestID: 0x0102, contentLength: 0x0304, paddingLength: 5))
        let header = UnsafeRawBufferPointer(output.bytes).loadUnaligned(as: FCGI_Header.self)
        #expect(Int32(header.version) == FCGI_VERSION_1 && Int32(header.type) == FCGI_STDERR)
        #expect(header.requestIdB1 == 1 && header.requestIdB0 == 2)
        #expect(header.contentLengthB1 == 3 && header.contentLengthB0 == 4)
        #expect(header.paddingLength == 5 && header.reserved == 0)
    }

    @Test("Fewer than eight bytes ask for more", arguments: 0..<8)
    func short(_ count: Int) throws {
        let bytes = [UInt8](repeating: 1, count: count)
        let header = try RecordHeader(parsing: bytes.span)
        #expect(header == nil)
    }

    @Test("What is wrong is told in words")
    func words() {
        #expect("\(RecordError.unsupportedVersion(71))" == "a record of version 71, where only 1 is known")
        #expect("\(RecordError.unexpectedType(6))" == "a record of type 6, which may not be sent there")
        #expect("\(RecordError.unexpectedRequestID(2))" == "a record of request 2, which does not run")
        #expect("\(RecordError.malformedEndRequest)" == "an END_REQUEST that has not eight octets")
        #expect("\(RecordError.malformedBeginRequest)" == "a BEGIN_REQUEST that has not eight octets")
    }

    @Test("Another version is refused", arguments: [0, 2, 3, 72, 255] as [UInt8])
    func version(_ version: UInt8) {
        let bytes: [UInt8] = [version, 6, 0, 1, 0, 0, 0, 0]
        #expect(throws: RecordError.unsupportedVersion(version)) { _ = try RecordHeader(parsing: bytes.span) }
    }
}
