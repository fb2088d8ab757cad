// How far behind a transfer may fall. It has a grace to begin with; each octet that moves buys time at the rate that is
// asked for, and nobody can have more time in store than the grace. So a pause longer than the grace ends a transfer,
// and so does a drip, however regular; a burst does not pay for an hour of drips after it. No clock, no socket.

/// The time that a transfer has left.
struct Pace {
    /// When it has fallen too far behind, in milliseconds.
    private(set) var end: UInt64 = 0
    /// Octets that have not bought a whole millisecond yet.
    private var rest: UInt64 = 0

    /// A transfer begins.
    ///
    /// - Parameters:
    ///   - now: In milliseconds.
    ///   - grace: Seconds that it may be behind.
    mutating func begin(_ now: UInt64, grace: Int) {
        end = now + UInt64(grace) * 1000
        rest = 0
    }

    /// Octets have moved.
    ///
    /// - Parameter rate: Octets a second; 0 for a transfer of which only the pauses count.
    mutating func moved(_ count: Int, _ now: UInt64, grace: Int, rate: Int) {
        guard count > 0 else { return }
        let most = now + UInt64(grace) * 1000
        guard rate > 0 else { return end = most }
        let rate = UInt64(rate)
        rest += min(UInt64(count), 1 << 40)
        let earned = rest * 1000 / rate
        if end + earned >= most {
            end = most
            rest = 0
        } else {
            end += earned
            rest -= earned * rate / 1000
        }
    }
}
