import Glibc

extension SystemProcess {
    /// The environment as `NAME=value`, in octets as they are; valid as long as nobody changes it.
    public static var environmentOctets: [UnsafeBufferPointer<UInt8>] {
        var entries: [UnsafeBufferPointer<UInt8>] = []
        var cursor = environ
        while let entry = cursor.pointee {
            let octets = UnsafeRawBufferPointer(start: entry, count: strlen(entry))
            entries.append(octets.assumingMemoryBound(to: UInt8.self))
            cursor += 1
        }
        return entries
    }
}
