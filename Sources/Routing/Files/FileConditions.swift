import GatewayInterface
import HTTP
import Octets

/// What a request says about the state of the file that it asks for, and about the parts of it that it wants: values of
/// the environ, found in one pass.
package struct FileConditions {
    package var preconditions = Preconditions()
    package var range: UnsafeBufferPointer<UInt8>?
    package var ifRange: UnsafeBufferPointer<UInt8>?
    /// Whether there is any of them: most requests have none.
    package var isEmpty = true

    package init(_ environ: UnsafeBufferPointer<UInt8>) {
        var pairs = NameValuePairs(environ)
        while let pair = pairs.next() { take(environ[pair.name], environ[pair.value]) }
    }

    private mutating func take(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        // The length alone rules out nearly every name.
        switch name.count {
        case 10 where name.equals("HTTP_RANGE"): range = value
        case 13 where name.equals("HTTP_IF_RANGE"): ifRange = value
        case 13 where name.equals("HTTP_IF_MATCH"): preconditions.ifMatch = value
        case 18 where name.equals("HTTP_IF_NONE_MATCH"): preconditions.ifNoneMatch = value
        case 22 where name.equals("HTTP_IF_MODIFIED_SINCE"): preconditions.ifModifiedSince = value
        case 24 where name.equals("HTTP_IF_UNMODIFIED_SINCE"): preconditions.ifUnmodifiedSince = value
        default: return
        }
        isEmpty = false
    }
}
