// Fairness by cost. A count of receives is no bound: 64 KiB may be one record, or seven thousand of a byte each, and then
// they cost a hundred times as much. So each record and each line that is logged has a price beside its bytes, and what an
// application may cost the other connections of its worker in one turn of the loop is a sum. The same holds for a client: its
// chunks and frames may be of a byte each as well.

/// What is left, for one connection, of its share of a turn.
public struct TurnShare {
    /// In bytes: some 400 records of a byte each, or four full ones.
    @inlinable public static var size: Int { 262_144 }
    /// What a record costs beside its bytes.
    @inlinable public static var record: Int { 640 }
    /// What a line of the error log costs: it is formatted and written.
    @inlinable public static var line: Int { 4096 }
    /// What a chunk of a request's body or a frame of a WebSocket costs beside its bytes: it is only decoded.
    @inlinable public static var piece: Int { 64 }
    /// What a part costs that is sent by itself: it is encoded, and a system call.
    @inlinable public static var send: Int { 4096 }

    @usableFromInline var turn: UInt64 = 0
    @usableFromInline var left = Self.size

    /// A whole share.
    @inlinable public init() {}

    /// Takes the price of bytes that were received.
    @inlinable public mutating func take(bytes: Int, in turn: UInt64) {
        _ = isSpent(in: turn)
        left -= bytes
    }

    /// Takes the price of a record, and of lines that were logged for it.
    @inlinable public mutating func takeRecord(lines: Int = 0) { left -= Self.record + lines * Self.line }

    /// Whether the share of a turn is used up.
    @inlinable public mutating func isSpent(in turn: UInt64) -> Bool {
        if turn != self.turn {
            self.turn = turn
            left = Self.size
        }
        return left <= 0
    }
}
