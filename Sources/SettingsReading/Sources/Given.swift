// What the sources say, before anybody has looked whether it makes sense.

import Settings

/// One text that is to become a value.
struct GivenText: Equatable, Sendable {
    /// The setting, as messages call it.
    let mention: String
    let text: String
    /// What somebody has written, where the text was made of it.
    var written: String?

    /// The value, or one line about what is wrong with it.
    func read<Value>(as kind: ValueKind<Value>) throws(ConfigurationError) -> Value {
        // It would be cut where it becomes a C string.
        guard !text.utf8.contains(0) else { throw .usage("\(mention) holds a NUL: remove it") }
        do throws(Refusal) { return try kind.read(text) } catch { throw refusal(error) }
    }

    /// What is wrong with it, in one line whatever is in the text.
    func refusal(_ refusal: Refusal) -> ConfigurationError {
        switch refusal {
        case .write(let advice):
            let text = written ?? text
            let shown = Int(text) == nil ? "'\(text)'" : text
            return .usage("\(mention) is \(shown): write \(advice)".oneLine)
        case .because(let sentence): return .usage("\(mention): \(sentence)".oneLine)
        }
    }
}

/// All that one source says about one setting.
struct Given: Equatable, Sendable {
    let origin: Origin
    var texts: [GivenText]
}

extension Given {
    /// Texts that all stand in one place.
    init(_ name: String, _ texts: [String], _ origin: Origin) {
        self.init(origin: origin, texts: texts.map { GivenText(mention: origin.mention(name), text: $0) })
    }
}
