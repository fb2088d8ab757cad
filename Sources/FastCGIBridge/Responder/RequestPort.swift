// One request of a web server that somebody else runs, as whoever answers it sees it: over libfcgi, or as a CGI script. It
// knows no application and no response, only octets.

/// The web server's side of one request. One thread at a time uses it.
public protocol RequestPort: AnyObject {
    /// Whether the web server wants an answer from an application: FastCGI has other roles (FastCGI 1.0, §6.1).
    var isResponder: Bool { get }

    /// Whether the program was started for this one request, and SCRIPT_NAME is its own name (RFC 3875, §4.1.13).
    var isScript: Bool { get }

    /// The variables as `NAME=value`, in octets as they came, which are valid until the request is finished.
    var variables: [UnsafeBufferPointer<UInt8>] { get }

    /// Reads the body, and waits for it.
    ///
    /// - Parameter memory: Where it goes. There is no more room in it than the body has octets, where that is known: a script must
    ///   not look for the end of its input (RFC 3875, §4.2).
    /// - Returns: Octets that were read: fewer than there is room for only at the end.
    func read(into memory: UnsafeMutableBufferPointer<UInt8>) -> Int

    /// Reads what comes behind the body that was announced, where somebody else would take it for his own.
    func readRest()

    /// Writes a part of the answer, which may wait here until ``flush()``.
    ///
    /// - Returns: False where the web server does not want it any more.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool

    /// Sends what waits.
    ///
    /// - Returns: False where the web server does not want it any more.
    func flush() -> Bool

    /// Writes a line, with its end, for the web server's log.
    func complain(_ line: UnsafeBufferPointer<UInt8>)

    /// Ends an answer in the middle, so that the web server sees, where there is a way to tell it, that it is not whole.
    func breakOff()
}
