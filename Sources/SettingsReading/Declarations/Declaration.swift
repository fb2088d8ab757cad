// A setting is declared once. The options of the command line, their help, the reading of every source, --print-config
// and docs/settings.md are made from the declaration.

import Settings

/// One setting.
struct Declaration: Sendable {
    /// When a change of it takes effect.
    enum Change: String, Sendable {
        /// At a reload.
        case reload = "HUP"
        /// At a reload, for sockets that it opens; those that are open stay what they are.
        case opening = "HUP, new sockets"
        /// At the next start only.
        case start
    }

    /// Where a configuration file may set it beside its top level, where it is the default for all.
    enum Scope: Int, Sendable {
        case gateway
        /// In the section of an application.
        case application
        /// There and in a route.
        case route
    }

    /// Its name in every source; with two dashes before it, its option.
    let name: String
    /// The letter that stands for the option.
    let short: Character?
    /// What stands for the value in the help; empty for a flag.
    let placeholder: String
    /// Whether a source may give several values. They replace all those of a lower source.
    let isList: Bool
    /// What has to be known of its texts before they are read.
    let form: ValueForm
    /// The default, in the words of the documentation.
    let standard: String
    /// When a change takes effect.
    let change: Change
    /// Where else than at the top level it may be set.
    let scope: Scope
    /// What it does, and the attack or fault that it stops. The first sentence is the help of the option.
    let meaning: String
    /// The first sentence of the meaning, without the marks of the documentation.
    let summary: String
    /// Reads the texts of one source into the settings. Where `adds` is true, values of a list join those that are there.
    let store: @Sendable (inout Settings, [GivenText], _ adds: Bool) throws(ConfigurationError) -> Void
    /// The value as the command line would have it.
    let show: @Sendable (Settings) -> String
    /// Gives the first settings the value that the second ones have.
    let keep: @Sendable (inout Settings, Settings) -> Void

    private init<Value>(
        _ name: String, _ short: Character?, _ placeholder: String, _ kind: ValueKind<Value>, isList: Bool,
        _ standard: String?, _ change: Change, _ scope: Scope, _ meaning: String,
        keep: @escaping @Sendable (inout Settings, Settings) -> Void,
        store: @escaping @Sendable (inout Settings, [GivenText], Bool) throws(ConfigurationError) -> Void,
        show: @escaping @Sendable (Settings) -> String
    ) {
        self.name = name
        self.short = short
        self.placeholder = placeholder
        self.isList = isList
        form = kind.form
        let shown = show(Settings())
        self.standard = standard ?? (shown.isEmpty ? "" : "`\(shown)`")
        self.change = change
        self.scope = scope
        self.meaning = meaning
        summary = Self.summary(of: meaning)
        self.store = store
        self.show = show
        self.keep = keep
    }

    /// A setting that always has a value.
    init<Value>(
        _ name: String, _ short: Character?, _ placeholder: String, _ kind: ValueKind<Value>,
        _ path: WritableKeyPath<Settings, Value> & Sendable, standard: String? = nil,
        change: Change = .reload, scope: Scope = .gateway,
        _ meaning: String
    ) {
        self.init(name, short, placeholder, kind, isList: false, standard, change, scope, meaning) {
            $0[keyPath: path] = $1[keyPath: path]
        } store: {
            settings, texts, _ throws(ConfigurationError) in
            guard let text = texts.last else { return }
            settings[keyPath: path] = try text.read(as: kind)
        } show: {
            kind.show($0[keyPath: path])
        }
    }

    /// A setting that is true or false.
    init(
        _ name: String, _ short: Character? = nil, of path: WritableKeyPath<Settings, Bool> & Sendable,
        standard: String = "off", change: Change = .reload, scope: Scope = .gateway, _ meaning: String
    ) {
        self.init(name, short, "", .flag, path, standard: standard, change: change, scope: scope, meaning)
    }

    /// A setting that may have no value; an empty text takes back what a lower source has set.
    init<Value>(
        _ name: String, _ short: Character?, _ placeholder: String, _ kind: ValueKind<Value>,
        _ path: WritableKeyPath<Settings, Value?> & Sendable, standard: String? = nil,
        change: Change = .reload, scope: Scope = .gateway, _ meaning: String
    ) {
        self.init(name, short, placeholder, kind, isList: false, standard, change, scope, meaning) {
            $0[keyPath: path] = $1[keyPath: path]
        } store: {
            settings, texts, _ throws(ConfigurationError) in
            guard let text = texts.last else { return }
            settings[keyPath: path] = text.text.isEmpty ? nil : try text.read(as: kind)
        } show: {
            $0[keyPath: path].map(kind.show) ?? ""
        }
    }

    /// A setting with any number of values.
    ///
    /// - Parameters:
    ///   - nothing: The word for no value at all. Such a list is said whole: an application or a route replaces it.
    ///   - check: Looks at all values of one source together.
    init<Value>(
        _ name: String, _ short: Character?, _ placeholder: String, _ kind: ValueKind<Value>,
        _ path: WritableKeyPath<Settings, [Value]> & Sendable, standard: String? = nil,
        change: Change = .reload, scope: Scope = .gateway, nothing: String? = nil, _ meaning: String,
        check: @escaping @Sendable ([Value]) throws(Refusal) -> Void = { (_) throws(Refusal) in }
    ) {
        self.init(name, short, placeholder, kind, isList: true, standard, change, scope, meaning) {
            $0[keyPath: path] = $1[keyPath: path]
        } store: {
            settings, texts, adds throws(ConfigurationError) in
            let old = adds && nothing == nil ? settings[keyPath: path] : []
            if let nothing, let text = texts.first(where: { OffWord.reads($0.text, as: nothing) }) {
                guard texts.count == 1 else { throw text.refusal(.because(Self.isNotAlone(text.text))) }
                settings[keyPath: path] = []
                return
            }
            var values: [Value] = []
            for text in texts { values.append(try text.read(as: kind)) }
            do throws(Refusal) { try check(values) } catch {
                throw texts.last?.refusal(error) ?? .usage(name)
            }
            settings[keyPath: path] = old + values
        } show: {
            let values = $0[keyPath: path]
            let separator = kind.form == .commaSeparated ? "," : " "
            return values.isEmpty ? nothing ?? "" : values.map(kind.show).joined(separator: separator)
        }
    }

    private static func isNotAlone(_ word: String) -> String {
        "'\(word)' stands beside other values: write it alone, or remove it"
    }

    /// By bytes: every start does it for every setting, and a search by characters took a quarter of the start.
    private static func summary(of meaning: String) -> String {
        let plain = meaning.utf8.filter { $0 != UInt8(ascii: "`") }
        let end = zip(plain, plain.dropFirst()).enumerated().first {
            $0.element == (UInt8(ascii: "."), UInt8(ascii: " "))
        }
        return String(decoding: plain.prefix(end.map { $0.offset + 1 } ?? plain.count), as: UTF8.self)
    }
}

/// Settings that belong together.
struct Section: Sendable {
    /// The heading in the help and in the documentation.
    let title: String
    /// What is true of all of them.
    var note = ""
    let declarations: [Declaration]

    /// All of them, in the order of the documentation.
    static let all: [Section] = [
        .listening, .client, .requestNames, .processes, .scaling, .external, .time, .size, .frontDoor,
        .strictness, .files, .orderedFiles, .responses, .surroundings, .logging,
    ]
}

extension Declaration {
    /// All of them, in the order of the documentation.
    static let all: [Declaration] = Section.all.flatMap(\.declarations)
    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The declaration of a setting.
    static func named(_ name: String) -> Declaration? { byName[name] }
}
