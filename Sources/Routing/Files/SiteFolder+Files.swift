// From a path to the file that answers it: the file itself, or a copy of it that was compressed beforehand; for a folder its
// index file, or a list of what is in it.

import GatewayInterface
import HTTP
import Octets
import Syscalls

extension SiteFolder {
    /// The answer with a file that was found at `path`.
    ///
    /// A copy has the name of the file with `.br` or `.gz` behind it. One that is older than the file is not what the file is now.
    package func answer(
        _ file: OutgoingFile, at path: UnsafeBufferPointer<UInt8>, _ rules: FileRules,
        _ environ: borrowing ByteBuffer
    ) -> Destination {
        let type = rules.types.type(of: path)
        var left = rules.precompressed
        if !left.isEmpty,
            let wanted = NameValuePairs.value(of: "HTTP_ACCEPT_ENCODING", in: environ.bytes)
        {
            let accepted = AcceptEncoding(wanted)
            while let coding = accepted.choice(among: left) {
                if let copy = copy(of: file, at: path, coding, rules) {
                    file.finish()
                    return .file(FoundFile(file: copy, type: type, coding: coding, rules: rules))
                }
                left.remove(ContentCodings(coding))
            }
        }
        return .file(FoundFile(file: file, type: type, coding: nil, rules: rules))
    }

    private func copy(
        of file: OutgoingFile, at path: UnsafeBufferPointer<UInt8>, _ coding: ContentCoding,
        _ rules: FileRules
    ) -> OutgoingFile? {
        guard case .file(let copy) = open(path, coding == .gzip ? ".gz" : ".br", links: rules.links) else {
            return nil
        }
        guard copy.status.modified >= file.status.modified else {
            copy.finish()
            return nil
        }
        return copy
    }

    /// The index file of the folder at `path` with a name, for the caller to look at and to finish.
    package func index(
        of path: UnsafeBufferPointer<UInt8>, _ name: UnsafeBufferPointer<UInt8>, _ rules: FileRules
    ) -> Opened {
        setIndexPath(path, name)
        return open(indexPath, links: rules.links)
    }

    /// What is in the folder at `path`, to be listed when it is answered.
    package func listing(_ path: UnsafeBufferPointer<UInt8>, _ rules: FileRules) -> Destination {
        .listing(FolderListing(self, path: Array(path), links: rules.links))
    }
}
