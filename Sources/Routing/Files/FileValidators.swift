// By what a client recognizes a file that it has already: ETag and Last-Modified (RFC 9110, §8.8).
//
// The tag is made of the time of the last change, to the nanosecond, and the size. Two contents with the same tag would have to be
// of one size and have been written within one tick of the kernel's clock, which is 10 ms at the most, or 2 s on file systems
// that came from elsewhere. So a file of the last two seconds has a weak tag, and one that no settled file ever has: whatever a client
// has got meanwhile, it gets anew later. After that the tag is strong: it holds for ranges too. The inode is no part of it, so that
// copies of a site on several machines have the same tags, where their files have the same times.

import HTTP
import Octets
import Syscalls

/// The validators of the file that is being answered with. One worker makes them for one answer at a time.
package final class FileValidators {
    private var tagText = ByteBuffer(capacity: 96)
    private var dateText = ByteBuffer(capacity: 32)
    /// Seconds since 1970, not after now: a date that lies ahead says nothing (§8.8.2.1).
    package private(set) var modified = 0
    /// Whether all that is written to the file from now on gives it another tag and, after this second, another date.
    package private(set) var isSettled = true

    package init() {}

    /// Seconds until it can be told by its time that a file has changed.
    static let settlingTime = 2

    /// ETag, with its quotes; valid until the next ones are made.
    package var entityTag: UnsafeBufferPointer<UInt8> { tagText.bytes }
    /// Last-Modified; valid until the next ones are made.
    package var lastModified: UnsafeBufferPointer<UInt8> { dateText.bytes }

    package func describe(_ status: FileStatus, coding: ContentCoding?, now: Int) {
        modified = min(max(0, status.modified), now)
        isSettled = status.modified <= now - Self.settlingTime
        tagText.clear()
        if !isSettled { tagText.append("W/") }
        tagText.append("\"")
        append(hexadecimal: status.modified)
        tagText.append("-")
        append(hexadecimal: status.modifiedNanoseconds)
        tagText.append("-")
        append(hexadecimal: status.size)
        switch coding {
        case nil: break
        // A copy may have the time and, by chance, the size of the file itself.
        case .gzip: tagText.append("-gz")
        case .brotli: tagText.append("-br")
        }
        if !isSettled { tagText.append("-new") }
        tagText.append("\"")
        dateText.clear()
        HTTPDate.append(secondsSince1970: modified, to: &dateText)
    }

    private func append(hexadecimal number: Int) {
        Digits.hexadecimal(UInt64(bitPattern: Int64(number))) { tagText.append($0) }
    }
}
