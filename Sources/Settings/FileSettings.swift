// How a route answers with files, as the settings say it. A plain value, made before the fork.

import HTTP
import Syscalls

/// What the settings say about files.
package struct FileSettings: Equatable, Sendable {
    /// Which coded copies of a file are looked for beside it, in no order.
    package var precompressed: [ContentCoding] = []
    /// Names of the file that stands for its folder, the first that is there; empty for the site's own.
    package var index: [String] = []
    /// Whether a folder without such a file is listed.
    package var isListing = false
    /// Ranges that one request may ask for; 0 where there are no ranges at all.
    package var maxRanges = 16
    /// Which symbolic links in folders are followed.
    package var links = FollowedLinks.owner
    /// The value of Cache-Control.
    package var cacheControl: String?

    package init() {}
}
