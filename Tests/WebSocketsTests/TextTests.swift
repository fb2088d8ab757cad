import TestSupport
import Testing
import WebSockets

/// UTF-8 as Autobahn's section 6 tries it, after Markus Kuhn's "UTF-8 decoder capability and stress test".
@Suite("Text")
struct TextTests {
    @Test(
        "Text that is UTF-8 comes as it was sent, however it is cut",
        arguments: [
            "", "48 65 6C 6C 6F 2D C2 B5 40 C3 9F C3 B6 C3 A4 C3 BC C3 A0 C3 A1 2D 55 54 46 2D 38 21 21",
            "CE BA E1 BD B9 CF 83 CE BC CE B5",  // κόσμε
            // The first and the last of each length.
            "00", "7F", "C2 80", "DF BF", "E0 A0 80", "EF BF BF", "F0 90 80 80", "F4 8F BF BF",
            // On both sides of the surrogates, the replacement character, and characters that mean nothing.
            "ED 9F BF", "EE 80 80", "EF BF BD", "EF BF BE", "F0 9F BF BE", "F0 9F BF BF", "F0 AF BF BE",
            "F3 BF BF BF", "F4 8F BF BE", "F0 9F 98 80", "E1 80 80", "EC BF BF", "EE BF BF", "F1 80 80 80",
        ])
    func valid(_ digits: String) {
        let text = octets(digits)
        let event = WebSocketEvent.message(.text(String(decoding: text, as: UTF8.self)))
        // Behind ASCII too, which is read eight octets at a time.
        for prefix in [0, 1, 7, 8, 9, 16] {
            let padded = [UInt8](repeating: 0x61, count: prefix) + text
            let padding = String(repeating: "a", count: prefix)
            let expected = WebSocketEvent.message(.text(padding + String(decoding: text, as: UTF8.self)))
            #expect(Reading(frame(0x81, padded)).events == [expected])
        }
        for piece in [1, 2, 3] { #expect(Reading(frame(0x81, text), piece: piece).events == [event]) }
        // Each octet in a fragment of its own.
        let fragments = text.enumerated().flatMap { frame($0 == 0 ? 0x01 : 0x00, [$1]) }
        #expect(Reading(fragments + frame(text.isEmpty ? 0x81 : 0x80)).events == [event])
    }

    @Test(
        "What is no UTF-8 is refused with 1007 at the first octet that cannot be",
        arguments: [
            // Continuations without a start.
            ("80", 0), ("BF", 0), ("80 BF", 0), ("61 80", 1), ("61 62 63 64 65 66 67 68 BF", 8),
            // Starts without continuations.
            ("C2 20", 1), ("DF 61", 1), ("E0 A0 20", 2), ("EF BF 61", 2), ("F0 90 80 20", 3),
            ("F4 8F BF 61", 3),
            ("C2 C2", 1), ("E1 80 E1", 2), ("F1 80 80 F1", 3),
            // Octets that never are.
            ("FE", 0), ("FF", 0), ("FE FE FF FF", 0), ("F5", 0), ("F8 88 80 80 80", 0),
            ("FC 84 80 80 80 80", 0),
            // Longer than needed.
            ("C0 AF", 0), ("C1 BF", 0), ("E0 80 AF", 1), ("E0 9F BF", 1), ("F0 80 80 AF", 1),
            ("F0 8F BF BF", 1),
            ("C0 80", 0), ("E0 80 80", 1),
            // Surrogates, alone and in pairs.
            ("ED A0 80", 1), ("ED AF BF", 1), ("ED B0 80", 1), ("ED BF BF", 1), ("ED A0 80 ED B0 80", 1),
            // Above U+10FFFF: Autobahn's 6.4 looks for the octet.
            ("F4 90 80 80", 1), ("F7 BF BF BF", 0),
            ("CE BA E1 BD B9 CF 83 CE BC CE B5 F4 90 80 80 65 64 69 74 65 64", 12),
        ] as [(String, Int)])
    func invalid(_ digits: String, _ place: Int) {
        let text = octets(digits)
        let cut = text.count - 1 - place
        for piece in [1, .max] {
            let wire = frame(0x01, text)
            let reading = Reading(wire, piece: piece)
            #expect(reading.error == .invalidUTF8)
            #expect(reading.answers.starts(with: [0x88]))
            #expect(Array(reading.answers.dropFirst(2).prefix(2)) == octets("03 EF"))  // 1007
            // The octet itself shows it, inside of a frame, and the one before does not.
            #expect(Reading(Array(wire.dropLast(cut)), piece: piece).error == .invalidUTF8)
            #expect(Reading(Array(wire.dropLast(cut + 1)), piece: piece).error == nil)
        }
        let fragments = text.enumerated().flatMap { frame($0 == 0 ? 0x01 : 0x00, [$1]) }
        #expect(Reading(fragments).error == .invalidUTF8)
        #expect(Reading(frame(0x88, octets("03 E8") + text)).error == .invalidUTF8)
    }

    @Test(
        "A text does not end inside of a character",
        arguments: ["C2", "E0 A0", "EF BF", "F0 90 80", "F4 8F", "CE BA E1 BD"])
    func cut(_ digits: String) {
        let text = octets(digits)
        #expect(Reading(frame(0x01, text)).error == nil)
        #expect(Reading(frame(0x81, text)).error == .invalidUTF8)
        #expect(Reading(frame(0x01, text) + frame(0x80)).error == .invalidUTF8)
        #expect(Reading(frame(0x88, octets("03 E8") + text)).error == .invalidUTF8)
    }

    @Test("Octets need not be UTF-8, and the next text begins anew")
    func binary() {
        let noise = octets("FF C0 80")
        #expect(
            Reading(frame(0x82, noise) + frame(0x81, [0x61])).events
                == [.message(.binary(noise)), .message(.text("a"))])
    }

    @Test("The validator says what the standard library says")
    func model() {
        var generator = SeededGenerator(seed: 5)
        let interesting = octets("00 7F 80 8F 90 9F A0 BF C0 C1 C2 DF E0 E1 EC ED EE EF F0 F1 F3 F4 F5 FF 61")
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                interesting.randomElement(using: &generator)!
            }
            var validator = UTF8Validator()
            let isValid = text.allSatisfy { octet in
                withUnsafePointer(to: octet) { validator.take(UnsafeBufferPointer(start: $0, count: 1)) }
            }
            #expect(
                (isValid && validator.isBetweenCharacters) == (String(validating: text, as: UTF8.self) != nil)
            )
        }
    }
}
