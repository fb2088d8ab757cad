import Glibc

/// What happens to the files of some folders (inotify(7)). A folder's own folders have to be added one by one.
public final class FileWatch {
    /// Kinds of changes.
    public struct Changes: OptionSet, Sendable {
        /// As the kernel has them.
        public let rawValue: UInt32
        /// Wraps the kernel's bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        /// A file that was open for writing has been closed.
        public static let written = Changes(rawValue: UInt32(IN_CLOSE_WRITE))
        /// It has come from elsewhere.
        public static let movedIn = Changes(rawValue: UInt32(IN_MOVED_TO))
        /// It has gone elsewhere.
        public static let movedOut = Changes(rawValue: UInt32(IN_MOVED_FROM))
        /// It is new.
        public static let created = Changes(rawValue: UInt32(IN_CREATE))
        /// It has been deleted.
        public static let deleted = Changes(rawValue: UInt32(IN_DELETE))
        /// Its permissions, its times or its owner have changed.
        public static let attributes = Changes(rawValue: UInt32(IN_ATTRIB))
        /// It is a folder.
        public static let isDirectory = Changes(rawValue: UInt32(IN_ISDIR))
        /// The folder that was added is not watched any more: it was deleted, or removed from the watch.
        public static let ended = Changes(rawValue: UInt32(IN_IGNORED))
        /// Changes were lost: there were more than the kernel keeps. It belongs to no folder.
        public static let overflow = Changes(rawValue: UInt32(IN_Q_OVERFLOW))

        /// The folder that was added has gone elsewhere, and is still watched there.
        public static let movedAway = Changes(rawValue: UInt32(IN_MOVE_SELF))

        static let watched: Changes = [
            .written, .movedIn, .movedOut, .created, .deleted, .attributes, .movedAway,
        ]
    }

    /// A change.
    public struct Event: Sendable, Equatable {
        /// The number of the folder, from ``FileWatch/add(_:)``; -1 for an overflow.
        public let watch: CInt
        /// The name in the folder; empty for the folder itself.
        public let name: String
        /// What has happened.
        public let changes: Changes

        /// A change made of its parts.
        public init(watch: CInt, name: String, changes: Changes) {
            self.watch = watch
            self.name = name
            self.changes = changes
        }
    }

    /// To be watched for reading.
    public let descriptor: OwnedDescriptor
    private let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: 16_384, alignment: MemoryLayout<inotify_event>.alignment)
    private var range = 0..<0

    /// Watches nothing yet; non-blocking and close-on-exec.
    public init() throws(SyscallError) {
        let flags = CInt(IN_NONBLOCK | IN_CLOEXEC)
        descriptor = OwnedDescriptor(adopting: try require("inotify_init1") { inotify_init1(flags) })
    }

    deinit { memory.deallocate() }

    /// Watches what is in a folder.
    ///
    /// - Returns: The folder's number; a folder that is watched already has the one that it had.
    /// - Throws: ENOSPC where the limit of watches is reached (/proc/sys/fs/inotify/max_user_watches).
    public func add(_ directory: String) throws(SyscallError) -> CInt {
        let mask = Changes.watched.rawValue | UInt32(IN_ONLYDIR) | UInt32(IN_EXCL_UNLINK)
        return try require("watch \(directory)") { inotify_add_watch(descriptor.number, directory, mask) }
    }

    /// Ends the watch of a folder.
    public func remove(_ watch: CInt) { _ = inotify_rm_watch(descriptor.number, watch) }

    /// The next change; `nil` when there is none for now.
    public func next() -> Event? {
        if range.isEmpty {
            guard
                case .bytes(let count) = Descriptor.read(
                    descriptor.number, into: memory.bindMemory(to: UInt8.self))
            else { return nil }
            range = 0..<count
        }
        let header = memory.loadUnaligned(fromByteOffset: range.lowerBound, as: inotify_event.self)
        let start = range.lowerBound + MemoryLayout<inotify_event>.size
        let end = start + Int(header.len)
        // The name is filled up with zeros to the alignment of the next event.
        let name = memory[start..<end].prefix { $0 != 0 }
        range = end..<range.upperBound
        return Event(
            watch: header.wd, name: String(decoding: name, as: UTF8.self),
            changes: Changes(rawValue: header.mask))
    }
}
