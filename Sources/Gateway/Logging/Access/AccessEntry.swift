// What is known of a request when it is over: everything that a line may be made of, borrowed from whoever knows it. A worker
// makes one of an exchange, the master of what a dead worker has left.

import Octets

/// A request that is over. The bytes belong to others, and are valid while the line is made.
struct AccessEntry {
    private static var nothing: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: nil, count: 0) }

    /// The encoded pairs of the request; empty for one that was refused before it was understood.
    var environ = AccessEntry.nothing
    /// The listener's pairs.
    var local: LocalEnd?
    /// For a request without an environ.
    var peer: PeerAddress?
    /// The method that the client has asked with, where an application has sent the request elsewhere, as a GET.
    var askedMethod: [UInt8]?
    /// How a request began that was refused before it was understood.
    var refusedLine = AccessEntry.nothing
    /// Noted fields of the answer, as encoded pairs.
    var responseFields = AccessEntry.nothing
    /// Of the answer.
    var status: Int
    /// Octets of the answer's body.
    var bodySent: UInt64 = 0
    var ended = RequestEnding.complete
    /// Octets of the request head; `nil` where it was not understood.
    var headReceived: UInt64?
    /// Octets of the request body that have come.
    var bodyReceived: UInt64 = 0
    /// Its number on its connection, from 1; `nil` where it is not known.
    var requestNumber: UInt64?
    // Microseconds; `nil` for what has not come about.
    var duration: UInt64?
    var queue: UInt64?
    var applicationHead: UInt64?
    var applicationTime: UInt64?
    /// Who has answered.
    var upstream: Upstream?
}

/// An application and the process or server of it that answers, by their names in the log.
final class Upstream: Sendable {
    /// The application.
    let application: [UInt8]
    /// `process 2` or `server 10.0.0.1:9000`; empty for one in the worker.
    let place: [UInt8]

    init(application: String, place: String) {
        self.application = Array(application.utf8)
        self.place = Array(place.utf8)
    }
}
