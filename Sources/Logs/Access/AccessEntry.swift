// What is known of a request when it is over: everything that a line may be made of, borrowed from whoever knows it. A worker
// makes one of an exchange, the master of what a dead worker has left.

import Octets

/// A request that is over. The bytes belong to others, and are valid while the line is made.
package struct AccessEntry {
    private static var nothing: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: nil, count: 0) }

    /// The encoded pairs of the request; empty for one that was refused before it was understood.
    package var environ = AccessEntry.nothing
    /// The listener's pairs.
    package var local: LocalEnd?
    /// For a request without an environ.
    package var peer: PeerAddress?
    /// The method that the client has asked with, where an application has sent the request elsewhere, as a GET.
    package var askedMethod: [UInt8]?
    /// How a request began that was refused before it was understood.
    package var refusedLine = AccessEntry.nothing
    /// Noted fields of the answer, as encoded pairs.
    package var responseFields = AccessEntry.nothing
    /// Of the answer.
    package var status: Int
    /// Octets of the answer's body.
    package var bodySent: UInt64 = 0
    package var ended = RequestEnding.complete
    /// Octets of the request head; `nil` where it was not understood.
    package var headReceived: UInt64?
    /// Octets of the request body that have come.
    package var bodyReceived: UInt64 = 0
    /// Its number on its connection, from 1; `nil` where it is not known.
    package var requestNumber: UInt64?
    // Microseconds; `nil` for what has not come about.
    package var duration: UInt64?
    package var queue: UInt64?
    package var applicationHead: UInt64?
    package var applicationTime: UInt64?
    /// Who has answered.
    package var upstream: Upstream?

    package init(status: Int) { self.status = status }
}

/// An application and the process or server of it that answers, by their names in the log.
package final class Upstream: Sendable {
    /// The application.
    package let application: [UInt8]
    /// `process 2` or `server 10.0.0.1:9000`; empty for one in the worker.
    package let place: [UInt8]

    package init(application: String, place: String) {
        self.application = Array(application.utf8)
        self.place = Array(place.utf8)
    }
}
