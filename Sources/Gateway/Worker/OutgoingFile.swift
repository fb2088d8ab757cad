// A file on its way to a client: whole, one part of it, or several with small heads between them. The connection asks for what
// comes next and knows nothing of ranges.

import HTTP
import Octets
import Syscalls

/// A file on its way to a client. It is reused: see ``FileSupply``.
final class OutgoingFile {
    private var descriptor: OwnedDescriptor?
    private(set) var number: CInt = -1
    private(set) var status: FileStatus
    private(set) var offset = 0
    /// Octets of it that are to be sent before ``appendNextHead(to:)`` is asked for more.
    private(set) var remaining: Int
    private var parts: RangeParts?
    /// Where it goes when it has been sent; none while it is there.
    private var supply: FileSupply?

    init(_ descriptor: consuming OwnedDescriptor, _ status: FileStatus, supply: FileSupply? = nil) {
        number = descriptor.number
        self.descriptor = consume descriptor
        self.status = status
        self.supply = supply
        remaining = status.size
    }

    /// Octets that are sent in all.
    var total: Int { parts?.total ?? remaining }

    /// Octets that are still to be sent.
    var left: Int { (parts?.left ?? 0) + remaining }

    /// Sends only a part of it.
    func narrow(from first: Int, count: Int) {
        offset = first
        remaining = count
    }

    /// Sends several parts of it.
    func divide(into parts: RangeParts) {
        self.parts = parts
        remaining = 0
    }

    func advance(_ count: Int) {
        offset += count
        remaining -= count
    }

    /// Begins the next part, or ends the last one.
    ///
    /// - Parameter output: Gets what stands between the parts.
    /// - Returns: Whether there is more to be sent.
    func appendNextHead(to output: inout ByteBuffer) -> Bool {
        guard let next = parts?.appendNextHead(to: &output) else { return false }
        if let part = next { narrow(from: part.first, count: part.count) } else { parts = nil }
        return true
    }

    /// Whether it has several parts, and not all of them have been sent.
    var isDivided: Bool { parts != nil }

    /// Closes it. It serves another request then.
    func finish() {
        descriptor = nil
        number = -1
        parts = nil
        guard let supply else { return }
        self.supply = nil
        supply.takeBack(self)
    }

    fileprivate func reuse(
        _ descriptor: consuming OwnedDescriptor, _ status: FileStatus, supply: FileSupply
    ) {
        number = descriptor.number
        self.descriptor = consume descriptor
        self.status = status
        self.supply = supply
        offset = 0
        remaining = status.size
    }
}

/// Files that have been sent, for others to take their place: a warm worker allocates nothing for one.
final class FileSupply {
    private var spare: [OutgoingFile] = []
    private static let limit = 64

    func take(_ descriptor: consuming OwnedDescriptor, _ status: FileStatus) -> OutgoingFile {
        guard let file = spare.popLast() else {
            return OutgoingFile(descriptor, status, supply: self)
        }
        file.reuse(descriptor, status, supply: self)
        return file
    }

    fileprivate func takeBack(_ file: OutgoingFile) {
        if spare.count < Self.limit { spare.append(file) }
    }
}
