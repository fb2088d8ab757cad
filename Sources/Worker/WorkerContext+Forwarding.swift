// What is said of a proxy whose word cannot be believed. It is wrongly set up, and then each of its requests is refused: the
// access log shows the refusals, and this line shows why.

import EventLoop
import HTTP
import Logging
import Logs
import Octets
import Settings

extension WorkerContext {
    /// Says which fields of a trusted peer a request was refused for; once in a while.
    func complain(
        of error: RequestError, _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>, from host: String
    ) {
        guard error == .malformedForwarding, let times = forwardingLines.happened(loop.now) else { return }
        let culprits = ForwardedClient.culprits(
            head, bytes, believing: forwardingFields, isHop: trusted.trusts(hop:))
        let names = ForwardedField.allCases.filter { field in
            field != .customary && culprits.contains(ForwardingFields([field]))
        }.map(\.rawValue)
        let peer = host.isEmpty ? "a unix socket" : host
        let reason =
            names.count == 1
            ? "its \(names[0]) is malformed or contradicts itself"
            : "its \(names.joined(separator: " and ")) contradict each other"
        log.warning(
            "refused a request of the trusted peer \(peer) with 400: \(reason); have the proxy set or remove what --forwarded-fields names\(LineInterval.times(times))"
        )
    }
}
