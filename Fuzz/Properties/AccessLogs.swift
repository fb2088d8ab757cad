#if DEBUG
    import GatewayInterface
    import HTTP
    import Octets
    @testable import Logs

    /// What is promised of a line of the access log: nobody can forge one. The input is the values of a request, each behind its
    /// length.
    enum AccessLogPromises {
        /// Values by their variables, and the atoms that show them.
        private static let variables: [(name: StaticString, atom: String)] = [
            ("REQUEST_METHOD", "m"), ("REQUEST_URI", "target"), ("SERVER_PROTOCOL", "H"),
            ("REMOTE_ADDR", "h"), ("REMOTE_USER", "u"), ("HTTP_HOST", "host"), ("HTTP_REFERER", "f"),
            ("HTTP_USER_AGENT", "a"), ("REQUEST_ID", "id"), ("HTTP_X_A", "{x-a}i"), ("OTHER", "{other}e"),
        ]
        /// Behind them: Authorization, traceparent, query, a field of the answer, the refused line, the upstream.
        private static let count = variables.count + 6

        private static let atoms =
            variables.map(\.atom) + ["{b}o", "refused_line", "application", "upstream"]
        private static let quoted = format(atoms.map { "\"%(\($0))s\"" }.joined(separator: " "))
        private static let plain = format(atoms.map { "%(\($0))s" }.joined(separator: " "))
        private static let combined = format("combined")
        private static let json = format("json")
        private static let others = format(
            "%(U)s %(trace_id)s %(span_id)s %(t)s %(L)s \"%(U)s\" %(u)s \"%(q)s\"")

        private static func format(_ text: String) -> LogFormat { try! LogFormat(text) }

        @Sendable
        static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
            let parts = countedParts(bytes, count)
            var environ = ByteBuffer()
            for (index, variable) in variables.enumerated() where !parts[index].isEmpty {
                environ.appendPair(variable.name, parts[index])
            }
            let more = Array(parts[variables.count...])
            for (name, part) in zip(
                ["HTTP_AUTHORIZATION", "HTTP_TRACEPARENT", "QUERY_STRING"] as [StaticString], more)
            where !part.isEmpty {
                environ.appendPair(name, part)
            }
            var fields = ByteBuffer()
            fields.appendPair("b", "an earlier one")
            fields.appendPair("b", more[3])
            var entry = AccessEntry(status: Int(bytes.first ?? 0))
            (entry.environ, entry.responseFields, entry.refusedLine) = (environ.bytes, fields.bytes, more[4])
            let name = String(decoding: more[5], as: UTF8.self)
            entry.upstream = Upstream(application: name, place: name)
            if bytes.count & 1 == 0 { entry.duration = UInt64(bytes.count) * 1_000_003 }
            let values =
                parts[..<variables.count].map { Array($0) }
                + [Array(more[3]), Array(more[4]), Array(name.utf8), Array(name.utf8)]
            try checkText(entry, values, hasOwnUser: !parts[4].isEmpty)
            try checkJSON(entry, values, parts, more[1])
        }

        private static func line(_ format: LogFormat, _ entry: AccessEntry) throws(Violation) -> [UInt8] {
            var lines = LogLines(format, worker: 1, pid: 2)
            lines.append(entry)
            lines.append(entry)
            let all = Array(lines.bytes)
            let both = all.split(separator: ASCII.lineFeed, omittingEmptySubsequences: false)
            try require(
                both.count == 3 && both[2].isEmpty && lines.count == 2,
                "two requests are \(both.count - 1) lines")
            return Array(both[0])
        }

        // MARK: Text

        private static func checkText(
            _ entry: AccessEntry, _ values: [[UInt8]], hasOwnUser: Bool
        ) throws(Violation) {
            let quote = UInt8(ascii: "\"")
            for format in [combined, quoted, plain, others] {
                let line = try line(format, entry)
                try require(
                    line.allSatisfy { (0x20...0x7E).contains($0) }, "there is a control character in a line")
            }
            let common = try line(combined, entry).split(separator: quote, omittingEmptySubsequences: false)
            try require(common.count == 7, "a quote stands where none may")
            let words = [0, 2, 4, 6].map { index in common[index].split(separator: ASCII.space).count }
            try require(words == [5, 2, 0, 0], "a value ends its field: \(words)")
            let other = try line(others, entry).split(separator: quote, omittingEmptySubsequences: false)
            try require(
                other.count == 5 && other[0].split(separator: ASCII.space).count == 6
                    && other[2].split(separator: ASCII.space).count == 1, "a value ends its field")
            let inQuotes = try line(quoted, entry).split(separator: quote, omittingEmptySubsequences: false)
            let bare = try line(plain, entry).split(
                separator: ASCII.space, omittingEmptySubsequences: false)
            try require(
                inQuotes.count == 2 * values.count + 1 && bare.count == values.count, "a value ends its field"
            )
            for (index, value) in values.enumerated() {
                // Where nobody else says who it is, the credentials may.
                if variables.count > index, variables[index].atom == "u", !hasOwnUser { continue }
                let expected = value.isEmpty ? [UInt8(ascii: "-")] : value
                for shown in [inQuotes[2 * index + 1], bare[index]] {
                    try require(try unescaped(shown) == expected, "\(atoms[index]) is shown as another")
                }
            }
        }

        /// `\xHH` to its octet.
        private static func unescaped(_ text: ArraySlice<UInt8>) throws(Violation) -> [UInt8] {
            var octets: [UInt8] = []
            var rest = text
            while let octet = rest.popFirst() {
                guard octet == UInt8(ascii: "\\") else {
                    octets.append(octet)
                    continue
                }
                let digits = String(decoding: rest.dropFirst().prefix(2), as: UTF8.self)
                let isUpper = digits.utf8.allSatisfy { ASCII.uppercased($0) == $0 }
                guard rest.first == UInt8(ascii: "x"), digits.utf8.count == 2, isUpper,
                    let value = UInt8(digits, radix: 16)
                else { throw Violation(description: "an escape is none") }
                octets.append(value)
                rest = rest.dropFirst(3)
            }
            return octets
        }

        // MARK: JSON

        private static func checkJSON(
            _ entry: AccessEntry, _ values: [[UInt8]], _ parts: [UnsafeBufferPointer<UInt8>],
            _ traceParent: UnsafeBufferPointer<UInt8>
        ) throws(Violation) {
            let line = try JSONLine(line(json, entry))
            try require(
                line.members.map(\.name) == LogAtom.fields.map(\.name),
                "its names are \(line.members.map(\.name))")
            func expect(_ name: String, _ octets: some Collection<UInt8>) throws(Violation) {
                let expected = octets.isEmpty ? JSONLine.Value.null : .text(JSONLine.text(of: octets))
                try require(line[name] == expected, "\(name) is shown as another")
            }
            for (name, index) in [
                ("method", 0), ("target", 1), ("protocol", 2), ("client", 3), ("host", 5), ("referer", 6),
                ("user_agent", 7), ("id", 8), ("refused_line", 12), ("application", 13), ("upstream", 14),
            ] {
                try expect(name, values[index])
            }
            if !values[4].isEmpty { try expect("user", values[4]) }
            let hasTrace = TraceParent(traceParent) != nil
            try expect("trace_id", hasTrace ? Array(traceParent[3..<35]) : [])
            try expect("span_id", hasTrace ? Array(traceParent[36..<52]) : [])
            try require(line["status"] == .number("\(entry.status)"), "the status is another")
            try require(line["ended"] == .text("complete"), "it has ended in another way")
            let duration = entry.duration.map { JSONLine.Value.number("\($0)") } ?? .null
            try require(line["duration_us"] == duration, "it took another time")
        }
    }

    /// What is promised of a format that is accepted: each line is one. The input is the format.
    enum LogFormatPromises {
        @Sendable
        static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
            let text = String(decoding: bytes, as: UTF8.self)
            let format: LogFormat
            do throws(LogFormat.Fault) {
                format = try LogFormat(text)
            } catch {
                try require(!error.message.isEmpty, "it is wrong, and nobody knows why")
                return
            }
            for part in format.parts {
                try require(part.range.end <= format.text.count, "a part lies outside of the format")
            }
            var environ = ByteBuffer()
            environ.appendPair("REQUEST_METHOD", "GET\n\"")
            environ.appendPair("REQUEST_URI", "/%0a\"")
            environ.appendPair("HTTP_A", "\n")
            var fields = ByteBuffer()
            for name in format.responseFields {
                fields.appendPairLengths(name: name.count, value: 1)
                name.withUnsafeBufferPointer { fields.append($0) }
                fields.append("\n")
            }
            var entry = AccessEntry(status: 200)
            (entry.environ, entry.responseFields) = (environ.bytes, fields.bytes)
            var lines = LogLines(format, worker: 1, pid: 2)
            lines.append(entry)
            try require(
                lines.bytes.last == ASCII.lineFeed && lines.bytes.count { $0 == ASCII.lineFeed } == 1,
                "a request is several lines, or none")
            try require(
                lines.bytes.dropLast().allSatisfy { ASCII.isFieldValue($0) },
                "a line has a control character in it")
        }
    }
#endif
