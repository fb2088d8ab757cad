import Syscalls

/// A file on its way to a client.
final class OutgoingFile {
    private let descriptor: OwnedDescriptor
    private(set) var offset = 0
    private(set) var remaining: Int

    init(_ descriptor: consuming OwnedDescriptor, count: Int) {
        self.descriptor = descriptor
        remaining = count
    }

    var number: CInt { descriptor.number }

    /// Sends only a part of it.
    func narrow(from first: Int, count: Int) {
        offset = first
        remaining = count
    }

    func advance(_ count: Int) {
        offset += count
        remaining -= count
    }
}
