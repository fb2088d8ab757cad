// Answers as octets, for a process that is a copy of the one that tells them: values without references are told as they lie in
// memory. Who reads them trusts who wrote them, which is the same program; what is cut off is noticed.

import Glibc

/// A value that one process can tell another.
protocol Told {
    func tell(_ octets: inout [UInt8])
    /// - Returns: `nil` where the octets end before it does.
    init?(_ reader: inout ToldReader)
}

extension Told {
    var octets: [UInt8] {
        var octets: [UInt8] = []
        tell(&octets)
        return octets
    }
}

/// Octets that are read from their beginning to their end.
struct ToldReader {
    private let octets: [UInt8]
    private var position = 0

    init(_ octets: [UInt8]) { self.octets = octets }

    var isAtEnd: Bool { position == octets.count }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= octets.count - position else { return nil }
        defer { position += count }
        return octets[position..<position + count]
    }
}

extension Told where Self: BitwiseCopyable {
    func tell(_ octets: inout [UInt8]) { withUnsafeBytes(of: self) { octets += $0 } }

    init?(_ reader: inout ToldReader) {
        guard let octets = reader.take(MemoryLayout<Self>.size) else { return nil }
        self = octets.withUnsafeBytes { $0.loadUnaligned(as: Self.self) }
    }
}

extension Bool: Told {}
extension Int: Told {}
extension CInt: Told {}
extension UInt32: Told {}
extension FileStatus: Told {}
extension FileIdentity: Told {}
extension SocketAddress: Told {}

/// Octets, as many as there are.
struct ToldOctets: Told {
    let octets: [UInt8]

    init(_ octets: [UInt8]) { self.octets = octets }

    func tell(_ octets: inout [UInt8]) {
        self.octets.count.tell(&octets)
        octets += self.octets
    }

    init?(_ reader: inout ToldReader) {
        guard let count = Int(&reader), let octets = reader.take(count) else { return nil }
        self.octets = Array(octets)
    }
}

extension String: Told {
    func tell(_ octets: inout [UInt8]) { ToldOctets(Array(utf8)).tell(&octets) }

    init?(_ reader: inout ToldReader) {
        guard let told = ToldOctets(&reader) else { return nil }
        self = String(decoding: told.octets, as: UTF8.self)
    }
}

extension Optional: Told where Wrapped: Told {
    func tell(_ octets: inout [UInt8]) {
        (self != nil).tell(&octets)
        self?.tell(&octets)
    }

    init?(_ reader: inout ToldReader) {
        guard let isThere = Bool(&reader) else { return nil }
        guard isThere else {
            self = .none
            return
        }
        guard let wrapped = Wrapped(&reader) else { return nil }
        self = .some(wrapped)
    }
}

extension Array: Told where Element: Told {
    func tell(_ octets: inout [UInt8]) {
        count.tell(&octets)
        for element in self { element.tell(&octets) }
    }

    init?(_ reader: inout ToldReader) {
        guard let count = Int(&reader) else { return nil }
        self = []
        for _ in 0..<Swift.max(0, count) {
            guard let element = Element(&reader) else { return nil }
            append(element)
        }
    }
}

/// What was tried, and what came of it.
struct Attempt<Value: Told>: Told {
    private let success: Value?
    private let failure: SyscallError?

    init(success: Value) { (self.success, failure) = (success, nil) }
    init(failure: SyscallError) { (success, self.failure) = (nil, failure) }

    func value() throws(SyscallError) -> Value {
        guard let success else { throw failure ?? SyscallError(call: "read", code: EIO) }
        return success
    }

    func tell(_ octets: inout [UInt8]) {
        success.tell(&octets)
        (failure?.call).tell(&octets)
        (failure?.code).tell(&octets)
    }

    init?(_ reader: inout ToldReader) {
        guard let success = Value?(&reader), let call = String?(&reader), let code = CInt?(&reader) else {
            return nil
        }
        self.success = success
        failure = code.map { SyscallError(call: call ?? "", code: $0) }
    }
}
