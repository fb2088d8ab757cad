import CPCRE2

/// What searches need and find. One is enough for a thread, and is used again for each search.
public final class PatternMatch {
    /// What a search may cost.
    public struct Limits: Sendable {
        /// Steps, of which a processor makes some tens of millions a second.
        public var steps: UInt32 = 200_000
        /// How deep choices may lie in each other.
        public var depth: UInt32 = 50_000
        /// KiB of memory for them.
        public var memory: UInt32 = 8192

        /// Enough for whatever people write, and never more than some milliseconds.
        public init() {}
    }

    /// `$0` to `$9`.
    public static let places = 10

    private let data: OpaquePointer
    private let context: OpaquePointer
    /// How many of the places the last search has looked at.
    private var count = 0

    /// - Parameter limits: Of each search.
    public init(_ limits: Limits = Limits()) {
        guard let data = pcre2_match_data_create_8(UInt32(Self.places), nil),
            let context = pcre2_match_context_create_8(nil)
        else { fatalError("there is no memory") }
        self.data = data
        self.context = context
        pcre2_set_match_limit_8(context, limits.steps)
        pcre2_set_depth_limit_8(context, limits.depth)
        pcre2_set_heap_limit_8(context, limits.memory)
    }

    deinit {
        pcre2_match_context_free_8(context)
        pcre2_match_data_free_8(data)
    }

    func search(_ subject: UnsafeBufferPointer<UInt8>, _ code: OpaquePointer) -> PatternOutcome {
        count = 0
        // An empty buffer may have no address, and the library wants one.
        let nothing: StaticString = ""
        let start = subject.baseAddress ?? nothing.utf8Start
        let code = pcre2_match_8(code, start, subject.count, 0, 0, data, context)
        if code == PCRE2_ERROR_NOMATCH { return .missed }
        guard code >= 0 else { return .exhausted }
        // 0 is more groups than places: all places are filled then.
        count = code == 0 ? Self.places : min(Int(code), Self.places)
        return .matched
    }

    /// Where the octets of a place are in what was searched; `nil` where its group took no part.
    public func range(_ place: Int) -> Range<Int>? {
        guard place >= 0, place < count, let offsets = pcre2_get_ovector_pointer_8(data) else { return nil }
        // Where the group took no part, `~0`, which as a size of Swift is -1. A \K may put a beginning behind an end.
        let (start, end) = (offsets[2 * place], offsets[2 * place + 1])
        guard start >= 0, start <= end else { return nil }
        return start..<end
    }
}
