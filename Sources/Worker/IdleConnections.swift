// The connections that a worker could do without, in the order in which they came to be so. Where there is no room, the
// first of the first line that has any goes: a kept connection loses nothing that its client has asked for; one that
// has sent nothing may be about to; one in a head that does not come to its end is either slow or an attack.
//
// The lines run through the connections themselves: nothing is allocated, and nothing is searched.

import EventLoop
import Syscalls

/// Connections that wait for their client.
final class IdleConnections {
    /// Where a connection waits.
    enum Line: Int, CaseIterable {
        /// For its next request.
        case kept
        /// For its first one.
        case silent
        /// For the rest of a head.
        case partial
    }

    /// A connection's place; it goes with the connection, which leaves before that.
    struct Place {
        fileprivate(set) var line: Line?
        fileprivate(set) var since: UInt64 = 0
        // A connection in a line is open, and the loop holds it: unchecked references cannot outlive it.
        fileprivate unowned(unsafe) var before: Connection?
        fileprivate unowned(unsafe) var after: Connection?
    }

    /// Who has only just come, or is in the middle of a head, has this long before it counts as idle, in milliseconds.
    private static let patience: UInt64 = 1000
    /// How many are looked at that turn out to have sent something meanwhile.
    private static let attempts = 8

    private struct Ends {
        unowned(unsafe) var first: Connection?
        unowned(unsafe) var last: Connection?
    }

    private var kept = Ends()
    private var silent = Ends()
    private var partial = Ends()

    /// Joins the end of a line, out of whatever line it was in. Within one line it stays where it is.
    func enter(_ connection: Connection, _ line: Line, _ now: UInt64) {
        guard connection.idlePlace.line != line else { return }
        leave(connection)
        connection.idlePlace = Place(line: line, since: now, before: self[line].last, after: nil)
        if let last = self[line].last {
            last.idlePlace.after = connection
        } else {
            self[line].first = connection
        }
        self[line].last = connection
    }

    /// Leaves its line, where it is in one.
    func leave(_ connection: Connection) {
        guard let line = connection.idlePlace.line else { return }
        let place = connection.idlePlace
        if let before = place.before {
            before.idlePlace.after = place.after
        } else {
            self[line].first = place.after
        }
        if let after = place.after {
            after.idlePlace.before = place.before
        } else {
            self[line].last = place.before
        }
        connection.idlePlace = Place()
    }

    /// The connection that can best be spared.
    func spare(_ now: UInt64) -> Connection? {
        var attempts = Self.attempts
        for line in Line.allCases {
            var candidate = self[line].first
            while let connection = candidate, attempts > 0 {
                guard line == .kept || connection.idlePlace.since + Self.patience <= now else { break }
                // A request may have come that the loop has not delivered yet.
                if connection.peerHasEnded || !Descriptor.hasUnexpectedInput(connection.number) {
                    return connection
                }
                attempts -= 1
                candidate = connection.idlePlace.after
            }
        }
        return nil
    }

    private subscript(_ line: Line) -> Ends {
        get {
            switch line {
            case .kept: kept
            case .silent: silent
            case .partial: partial
            }
        }
        set {
            switch line {
            case .kept: kept = newValue
            case .silent: silent = newValue
            case .partial: partial = newValue
            }
        }
    }
}
