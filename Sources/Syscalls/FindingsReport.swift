// The way of findings from a child to its parent: memory without a name for what they are, and a line for the folders that are
// held. The parent reads when the child has ended, and waits for nothing.

import CSyscalls
import Glibc

/// What a child is to report. Made before the fork; both processes have it.
public final class FindingsReport {
    private let file: OwnedDescriptor
    private let own: OwnedDescriptor
    private let other: OwnedDescriptor

    /// Makes one.
    public init() throws(SyscallError) {
        file = OwnedDescriptor(adopting: try require("memfd_create") { CSyscalls_memfd("findings") })
        let pair = try Parcels.pair()
        own = OwnedDescriptor(adopting: pair.own)
        other = OwnedDescriptor(adopting: pair.other)
    }

    /// In the child: tells what it has found.
    ///
    /// - Returns: Whether all of it is told.
    public func send(_ findings: Findings) -> Bool {
        let folders = findings.folders.map { ToldFolder($0, $1) }
        let octets = folders.octets + findings.octets
        guard
            (try? octets.withUnsafeBufferPointer { bytes throws(SyscallError) in
                try Files.write(file.number, bytes, at: 0)
            }) != nil
        else { return false }
        return findings.folders.values.enumerated().allSatisfy { index, folder in
            Parcels.send(CInt(index), folder.number, on: other.number)
        }
    }

    /// In the parent, when the child has ended well.
    ///
    /// - Returns: `nil` where that is not all.
    public func receive() -> Findings? {
        guard let size = Files.status(of: file.number)?.size else { return nil }
        var octets = [UInt8](repeating: 0, count: size)
        let count = octets.withUnsafeMutableBufferPointer { try? Files.read(file.number, into: $0, at: 0) }
        guard count == size else { return nil }
        var reader = ToldReader(octets)
        guard let told = [ToldFolder](&reader) else { return nil }
        var folders: [String: FolderReference] = [:]
        for (index, folder) in told.enumerated() {
            var number: CInt = 0
            var descriptor: CInt = -1
            guard CSyscalls_receive_descriptor(own.number, &number, &descriptor, nil) > 0, descriptor >= 0
            else { return nil }
            let held = OwnedDescriptor(adopting: descriptor)
            guard number == CInt(index) else { return nil }
            folders[folder.name] = FolderReference(held, path: folder.path, folder.identity)
        }
        return Findings(&reader, folders: folders)
    }

    /// In another process that was forked meanwhile: lets go of it.
    public func closeInherited() {
        for number in [file.number, own.number, other.number] { Descriptor.closeInherited(number) }
    }
}

/// A folder that is held, as it is told.
private struct ToldFolder: Told {
    /// The path that it was looked for by.
    let name: String
    let path: String
    let identity: FileIdentity

    init(_ name: String, _ folder: FolderReference) {
        (self.name, path, identity) = (name, folder.path, folder.identity)
    }

    func tell(_ octets: inout [UInt8]) {
        name.tell(&octets)
        path.tell(&octets)
        identity.tell(&octets)
    }

    init?(_ reader: inout ToldReader) {
        guard let name = String(&reader), let path = String(&reader), let identity = FileIdentity(&reader)
        else { return nil }
        (self.name, self.path, self.identity) = (name, path, identity)
    }
}
