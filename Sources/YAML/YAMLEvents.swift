// libyaml's parser, wrapped once: a text goes in, events with their lines come out. libyaml is C, and all its
// pointers stay in this file. Events are pulled one by one, so that the composer can stop a document that
// grows too large.

internal import CYAML

/// A step of a document.
struct YAMLEvent {
    enum Kind {
        case documentStart, documentEnd
        /// What was named before is to be repeated.
        case alias(String)
        case scalar(String, isPlain: Bool)
        case listStart, mapStart
        /// The end of the list or map that began last.
        case end
        /// There is nothing more.
        case streamEnd
    }

    let kind: Kind
    /// The name that an alias may call this part by.
    var anchor: String?
    /// Where it begins, from 1.
    let line: Int
}

/// The events of one text.
final class YAMLEvents {
    let text: String
    /// libyaml keeps pointers to both from one call to the next, so they are not moved.
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private let isReady: Bool

    init(_ text: String) {
        self.text = text
        // Editors put a mark at the beginning, which would indent the first line by one.
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = text.utf8.starts(with: mark) ? text.utf8.dropFirst(mark.count) : text.utf8[...]
        bytes = .allocate(capacity: content.count)
        _ = bytes.initialize(from: content)
        parser.initialize(to: yaml_parser_t())
        isReady = yaml_parser_initialize(parser) == 1
        guard isReady else { return }
        // Otherwise two bytes at the beginning could make UTF-16 of it.
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        if isReady { yaml_parser_delete(parser) }
        parser.deallocate()
        bytes.deallocate()
    }

    /// The next event. Behind the end of the stream there is only that.
    func next() throws(YAMLError) -> YAMLEvent {
        guard isReady else { throw .noMemory }
        var event = yaml_event_t()
        repeat {
            // There was only the stream's own start, which says nothing.
            yaml_event_delete(&event)
            guard yaml_parser_parse(parser, &event) == 1 else { throw mistake() }
        } while event.type == YAML_STREAM_START_EVENT
        defer { yaml_event_delete(&event) }
        let line = Int(event.start_mark.line) + 1
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, line: line)
        case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, line: line)
        case YAML_ALIAS_EVENT:
            return YAMLEvent(kind: .alias(Self.name(event.data.alias.anchor) ?? ""), line: line)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            // By its length: `"\0"` is a scalar too.
            let text = String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            return YAMLEvent(
                kind: .scalar(text, isPlain: isPlain), anchor: Self.name(scalar.anchor), line: line)
        case YAML_SEQUENCE_START_EVENT:
            let anchor = Self.name(event.data.sequence_start.anchor)
            return YAMLEvent(kind: .listStart, anchor: anchor, line: line)
        case YAML_MAPPING_START_EVENT:
            let anchor = Self.name(event.data.mapping_start.anchor)
            return YAMLEvent(kind: .mapStart, anchor: anchor, line: line)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .end, line: line)
        default: return YAMLEvent(kind: .streamEnd, line: line)
        }
    }

    private static func name(_ anchor: UnsafeMutablePointer<UInt8>?) -> String? {
        anchor.map { String(cString: $0) }
    }

    /// What libyaml has stopped at.
    private func mistake() -> YAMLError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? ""
        switch parser.pointee.error {
        case YAML_MEMORY_ERROR: return .noMemory
        case YAML_READER_ERROR:
            // It has not come to lines yet: it only knows which byte it is.
            let before = bytes.prefix(Int(parser.pointee.problem_offset))
            let line = String(decoding: before, as: UTF8.self).count { $0.isNewline } + 1
            return YAMLError(line: line, problem: "this is no YAML: \(problem)")
        default:
            let context = parser.pointee.context.map {
                YAMLError.Context(
                    text: String(cString: $0), line: Int(parser.pointee.context_mark.line) + 1)
            }
            let line = Int(parser.pointee.problem_mark.line) + 1
            return YAMLError(problem: problem, line: line, context: context, text: text)
        }
    }
}
