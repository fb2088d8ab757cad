import HTTP
import Octets

extension ByteBuffer {
    /// Appends the page of an error for which nobody has made another one.
    ///
    /// - Parameter explanation: HTML.
    package mutating func appendPage(_ status: Int, _ explanation: String) {
        append("<!doctype html><title>")
        appendTitle(status)
        append("</title><h1>")
        appendTitle(status)
        append("</h1><p>")
        append(text: explanation)
        append("</p>\n")
    }

    private mutating func appendTitle(_ status: Int) {
        append(decimal: UInt64(status))
        append(ASCII.space)
        append(Status.reason(status))
    }
}
