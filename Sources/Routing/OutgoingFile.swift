// A file on its way to a client: whole, one part of it, or several with small heads between them. The connection asks for what
// comes next and knows nothing of ranges.

import HTTP
import Octets
import Syscalls

/// A file on its way to a client. It is reused: see ``FileSupply``.
package final class OutgoingFile {
    private var descriptor: OwnedDescriptor?
    package private(set) var number: CInt = -1
    package private(set) var status: FileStatus
    package private(set) var offset = 0
    /// Octets of it that are to be sent before ``appendNextHead(to:)`` is asked for more.
    package private(set) var remaining: Int
    private var parts: RangeParts?
    /// Where it goes when it has been sent; none while it is there.
    private var supply: FileSupply?

    package init(_ descriptor: consuming OwnedDescriptor, _ status: FileStatus, supply: FileSupply? = nil) {
        number = descriptor.number
        self.descriptor = consume descriptor
        self.status = status
        self.supply = supply
        remaining = status.size
    }

    /// What became of opening one.
    package enum Opened {
        case file(OutgoingFile)
        /// It is not sent, and why.
        case refused(status: Int, StaticString)
    }

    /// Opens a file that is part of an answer, relative to the folder of the process.
    package static func open(_ path: String) -> Opened {
        do throws(SyscallError) { return check(try Files.openToRead(path)) } catch {
            return refused(error.code)
        }
    }

    /// Makes a file of a descriptor, or says why it cannot be sent.
    package static func check(_ descriptor: consuming OwnedDescriptor) -> Opened {
        guard let status = Files.status(of: descriptor.number) else {
            return .refused(status: 404, "is not there")
        }
        switch status.kind {
        case .regular: return .file(OutgoingFile(descriptor, status))
        case .directory: return .refused(status: 404, "is a folder")
        case .device, .other: return .refused(status: 403, "is no regular file")
        }
    }

    /// Why there is no descriptor.
    package static func refused(_ code: CInt) -> Opened {
        Files.isPermissionDenied(code)
            ? .refused(status: 403, "may not be read") : .refused(status: 404, "is not there")
    }

    /// Octets that are sent in all.
    package var total: Int { parts?.total ?? remaining }

    /// Octets that are still to be sent.
    package var left: Int { (parts?.left ?? 0) + remaining }

    /// Sends only a part of it.
    package func narrow(from first: Int, count: Int) {
        offset = first
        remaining = count
    }

    /// Sends several parts of it.
    package func divide(into parts: RangeParts) {
        self.parts = parts
        remaining = 0
    }

    package func advance(_ count: Int) {
        offset += count
        remaining -= count
    }

    /// Begins the next part, or ends the last one.
    ///
    /// - Parameter output: Gets what stands between the parts.
    /// - Returns: Whether there is more to be sent.
    package func appendNextHead(to output: inout ByteBuffer) -> Bool {
        guard let next = parts?.appendNextHead(to: &output) else { return false }
        if let part = next { narrow(from: part.first, count: part.count) } else { parts = nil }
        return true
    }

    /// Whether it has several parts, and not all of them have been sent.
    package var isDivided: Bool { parts != nil }

    /// Closes it. It serves another request then.
    package func finish() {
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
package final class FileSupply {
    private var spare: [OutgoingFile] = []
    private static let limit = 64

    package func take(_ descriptor: consuming OwnedDescriptor, _ status: FileStatus) -> OutgoingFile {
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
