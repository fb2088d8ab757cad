// What the two readers of multipart forms share: the octets that wait, and which part they belong to. It asks nobody for
// more; it says that it needs more, and its owner waits for them in his way.

/// The place in a form up to which its parts were read.
struct MultipartCursor {
    /// What is known with the octets that are there.
    enum Answer<Value> {
        case known(Value)
        /// ``add(_:)`` has to be called first.
        case needsMore
    }

    private var parser: MultipartParser
    private var waiting: [UInt8] = []
    private var used = 0
    /// The number of the part that was last begun.
    private(set) var part = 0
    private var isInPart = false

    init(_ parser: MultipartParser) { self.parser = parser }

    /// The next octets of the body, none at its end.
    mutating func add(_ piece: [UInt8]) throws(FormError) {
        guard !piece.isEmpty else { return try parser.finish() }
        // Most pieces find nothing waiting, and are not copied.
        waiting = used == waiting.count ? piece : waiting[used...] + piece
        used = 0
    }

    /// The head of the next part, behind the rest of this one; `nil` at the end of the form.
    mutating func nextPart() throws(FormError) -> Answer<MultipartHead?> {
        while true {
            switch try step() {
            case .more: return .needsMore
            case .part(let head, _):
                part += 1
                isInPart = true
                return .known(head)
            case .data: continue
            case .partEnd: isInPart = false
            case .end:
                part += 1
                return .known(nil)
            }
        }
    }

    /// The next octets of a part, none at its end.
    mutating func data(of number: Int) throws(FormError) -> Answer<[UInt8]> {
        guard number == part else { throw .partIsOver }
        guard isInPart else { return .known([]) }
        let start = used
        switch try step() {
        case .data(let range, _):
            guard range.count == waiting.count else {
                return .known(Array(waiting[(start + range.lowerBound)..<(start + range.upperBound)]))
            }
            // Handed over, so that it is still the only one when its new owner changes it.
            let piece = waiting
            (waiting, used) = ([], 0)
            return .known(piece)
        case .partEnd:
            isInPart = false
            return .known([])
        case .more, .part, .end: return .needsMore
        }
    }

    private mutating func step() throws(FormError) -> MultipartEvent {
        // A name of its own, because the parser changes while the octets are looked at.
        let octets = waiting
        let event = try parser.next(octets.span.extracting(used...))
        switch event {
        case .more(let consumed), .part(_, let consumed), .data(_, let consumed), .partEnd(let consumed),
            .end(let consumed):
            used += consumed
        }
        return event
    }
}
