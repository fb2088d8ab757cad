import Compression
import TestSupport
import Testing

/// What the tests ask of both codings.
enum Coding: CaseIterable, CustomTestStringConvertible {
    case gzip, brotli

    var testDescription: String { self == .gzip ? "gzip" : "brotli" }

    func encoder(level: Int = 4) throws -> any StreamEncoder {
        switch self {
        case .gzip: try GzipEncoder(level: level)
        case .brotli: try BrotliEncoder(level: level)
        }
    }

    func decoder() -> any Decoder {
        switch self {
        case .gzip: Gunzip()
        case .brotli: Unbrotli()
        }
    }
}
