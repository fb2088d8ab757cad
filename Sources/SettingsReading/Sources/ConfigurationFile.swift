// The configuration file: a map from the names of settings to scalars or lists of scalars, and its parts, which are such
// maps again (FileParts.swift). Scalars are taken as they are written, never as YAML would type them: 0027 has to stay the
// four digits that they are.

import Settings
import Syscalls
import YAML

/// Reads the file of `--config`.
struct ConfigurationFile {
    /// The key that stands for the argument of the command line.
    static let applicationKey = "application"
    /// More than anybody writes by hand; a log or an image by mistake ends here.
    private static let limit = 1 << 20

    /// Where it is.
    let path: String
    /// What it was called, for messages.
    let name: String

    /// What it says.
    func content() throws(ConfigurationError) -> FileContent {
        var content = FileContent()
        guard let root = try parse(try text()) else { return content }
        guard case .map(let pairs) = root.content else {
            throw refusal(root, "the file is no map of settings: write lines like 'workers: 4'")
        }
        for (key, value) in pairs {
            guard case .scalar(let name, _) = key.content else {
                throw refusal(key, "a name is no list and no map: write lines like 'workers: 4'")
            }
            switch name {
            case Self.applicationsKey: content.applications = try applications(value)
            case Self.routesKey: content.routes = try routes(value)
            default: content.settings[name] = try given(name, key, value)
            }
        }
        return content
    }

    private func given(_ name: String, _ key: YAMLNode, _ value: YAMLNode) throws(ConfigurationError) -> Given
    {
        let declaration = Declaration.named(name)
        guard declaration != nil || name == Self.applicationKey else {
            let others = [Self.applicationKey, Self.applicationsKey, Self.routesKey]
            let nearest = NearestName.of(name, in: Declaration.all.map(\.name) + others)
            throw refusal(
                key,
                ForeignOption.advice(name).map { "there is no setting '\(name)': write '\($0)'" }
                    ?? "there is no setting '\(name)'"
                    + (nearest.map { "; did you mean '\($0)'?" } ?? ": gateway --help lists them"))
        }
        guard name != "config" else {
            throw refusal(key, "a configuration file cannot name another one: remove 'config'")
        }
        return try given(name, key, value, isList: declaration?.isList == true)
    }

    /// - Parameter isList: Whether there may be several values; then a map stands for a list of `NAME=VALUE`.
    func given(
        _ name: String, _ key: YAMLNode, _ value: YAMLNode, isList: Bool
    ) throws(ConfigurationError) -> Given {
        var texts: [GivenText] = []
        switch value.content {
        case .list(let items):
            guard isList else { throw refusal(value, "\(name) has a list: write one value") }
            for item in items { texts.append(try text(name, item)) }
        case .map(let pairs) where isList && Self.mapKeys.contains(name):
            for (key, value) in pairs {
                let (name, value) = (try text(name, key), try text(name, value))
                texts.append(GivenText(mention: value.mention, text: "\(name.text)=\(value.text)"))
            }
        case .scalar, .map, .tooDeep: texts.append(try text(name, value))
        }
        return Given(origin: origin(key), texts: texts)
    }

    /// What may be a map of names and values.
    private static let mapKeys: Set = [
        "env", "param", "rlimit", "headers", "error-page", "x-accel-root", "php-ini",
    ]

    private func text(_ name: String, _ node: YAMLNode) throws(ConfigurationError) -> GivenText {
        guard case .scalar(let text, let isPlain) = node.content else {
            throw refusal(node, "\(name) has a list or a map in it: write plain values")
        }
        // It would be cut where it becomes a C string.
        guard !text.utf8.contains(0) else { throw refusal(node, "\(name) holds a NUL: remove it") }
        if isPlain, ["", "~", "null", "Null", "NULL"].contains(text) {
            throw refusal(node, "\(name) has no value: write one, or remove the line")
        }
        return GivenText(mention: origin(node).mention(name), text: text)
    }

    private func origin(_ node: YAMLNode) -> Origin { .file(name, line: node.line) }

    /// Where a node begins, as `shop.yaml:12`.
    func place(_ node: YAMLNode) -> String { "\(name):\(node.line)" }

    func refusal(_ node: YAMLNode, _ reason: String) -> ConfigurationError {
        .usage("\(name):\(node.line): \(reason)")
    }

    // MARK: From a path to nodes

    private func text() throws(ConfigurationError) -> String {
        switch Files.status(path)?.kind {
        case .directory: throw .usage("'\(name)' (--config) is a folder: name the file in it")
        case .device, .other: throw .usage("'\(name)' (--config) is no regular file: name one")
        case .regular, nil: break
        }
        let bytes: [UInt8]
        do throws(SyscallError) {
            bytes = try Files.contents(path, limit: Self.limit)
        } catch {
            throw .usage("cannot read '\(name)' (--config): \(error.reason)")
        }
        guard bytes.count < Self.limit else {
            throw .usage("'\(name)' (--config) is larger than 1 MiB: is it the right file?")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
            throw .usage("\(name):\(line + 1): this is no UTF-8: save the file as UTF-8")
        }
        return text
    }

    /// - Returns: `nil` for a file that says nothing.
    private func parse(_ text: String) throws(ConfigurationError) -> YAMLNode? {
        do throws(YAMLError) {
            // A map, applications in it, the settings of one, and a list of values.
            return try YAMLNode.parse(text, depth: 4)
        } catch {
            throw .usage("\(name):\(error.line): \(error.problem)")
        }
    }
}
