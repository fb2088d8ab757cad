// What an application does when its response is complete and it has not ended the request: close() of a WSGI iterable,
// shutdown functions, whatever follows the last byte of Content-Length. The client does not wait for that. The slot does: a
// slot is free when its process is, and the next request goes elsewhere. Runs in a worker, on its loop.

import GatewayInterface
import HTTP
import Octets

/// The rest of an exchange whose client has its response. The exchange itself may serve another client meanwhile, so what
/// the log needs of it is copied.
struct AfterWork: ~Copyable {
    /// Whether there is such a rest.
    private(set) var isOn = false
    /// Whether its client has left: nobody has got the response, and nothing is wrong with how it ends.
    private(set) var isAbandoned = false
    /// Whether what the application says is not received any more.
    private(set) var isUnheard = false
    /// Whether more of a response is worth a line in the log.
    private var warnsOfMore = false
    /// What the request is called.
    private var name = ByteBuffer()

    mutating func begin(_ exchange: Exchange) {
        isOn = true
        (isAbandoned, isUnheard) = (false, false)
        warnsOfMore = exchange.takesBody
        name.clear()
        if let text = NameValuePairs.value(of: "REQUEST_ID", in: exchange.environ.bytes) { name.append(text) }
    }

    /// Its client has left.
    mutating func abandon(isUnheard: Bool) { (isAbandoned, self.isUnheard) = (true, isUnheard) }

    mutating func end() { (isOn, isUnheard) = (false, false) }

    /// What the request is called; for messages.
    var requestName: String { String(decoding: name.bytes, as: UTF8.self) }

    /// The application goes on with a response that has ended.
    ///
    /// - Returns: Whether to say so: once.
    mutating func sawMore() -> Bool {
        defer { warnsOfMore = false }
        return warnsOfMore
    }
}

extension Exchange {
    /// Whether the client has, or gets, all of the response, whatever the application says from here on.
    var isAnswered: Bool {
        guard response.isHeadSent else { return false }
        if let coding = response.coding {
            guard let announced = coding.announced else { return false }
            return isFramingOpen ? UInt64(response.held.count) >= announced : coding.remaining == 0
        }
        guard !isFramingOpen else { return false }
        if isHead || Status.forbidsBody(response.status) { return true }
        guard case .length = response.framing else { return false }
        return response.remaining == 0
    }

    /// Whether more of the body would be for the client, and nothing has been said about too much of it yet.
    var takesBody: Bool {
        response.isHeadSent && !isHead && !Status.forbidsBody(response.status) && !response.isExcessLogged
    }
}
