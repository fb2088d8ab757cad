import GatewayInterface

/// What became of a multipart body: its events, with data joined, and perhaps an error behind them.
struct MultipartOutcome: Equatable, CustomStringConvertible {
    enum Event: Equatable {
        case part(MultipartHead)
        case data([UInt8])
        case partEnd, end
    }

    private(set) var events: [Event] = []
    private(set) var error: FormError?

    /// Reads `pieces`, one after the other.
    init(
        _ pieces: [ArraySlice<UInt8>], contentType: String = "multipart/form-data; boundary=b",
        limits: MultipartLimits = MultipartLimits()
    ) {
        do throws(FormError) {
            var parser = try MultipartParser(contentType: contentType, limits: limits)
            var waiting: [UInt8] = []
            for piece in pieces {
                waiting += piece
                try read(&parser, &waiting)
            }
            try parser.finish()
        } catch {
            self.error = error
        }
    }

    init(
        _ text: String, contentType: String = "multipart/form-data; boundary=b",
        limits: MultipartLimits = MultipartLimits()
    ) {
        self.init([Array(text.utf8)[...]], contentType: contentType, limits: limits)
    }

    private mutating func read(_ parser: inout MultipartParser, _ waiting: inout [UInt8]) throws(FormError) {
        var used = 0
        while true {
            switch try parser.next(waiting.span.extracting(used...)) {
            case .more(let consumed):
                waiting.removeFirst(used + consumed)
                return
            case .part(let head, let consumed):
                events.append(.part(head))
                used += consumed
            case .data(let range, let consumed):
                add(waiting[used...][(used + range.lowerBound)..<(used + range.upperBound)])
                used += consumed
            case .partEnd(let consumed):
                events.append(.partEnd)
                used += consumed
            case .end(let consumed):
                if events.last != .end { events.append(.end) }
                waiting.removeFirst(used + consumed)
                return
            }
        }
    }

    private mutating func add(_ octets: ArraySlice<UInt8>) {
        if case .data(let before)? = events.last {
            events[events.count - 1] = .data(before + octets)
        } else {
            events.append(.data(Array(octets)))
        }
    }

    /// The parts that are complete, as `name=data` and `name(filename)=data`.
    var parts: [String] {
        var parts: [String] = []
        var open = ""
        for event in events {
            switch event {
            case .part(let head): open = head.name + (head.filename.map { "(\($0))" } ?? "") + "="
            case .data(let octets): open += String(decoding: octets, as: UTF8.self)
            case .partEnd: parts.append(open)
            case .end: break
            }
        }
        return parts
    }

    var heads: [MultipartHead] {
        events.compactMap { event in if case .part(let head) = event { head } else { nil } }
    }

    var description: String { "\(parts) of \(events.count) events, \(error?.description ?? "complete")" }
}
