// What an environ says, by type. Nothing is decoded before it is asked for.

import HTTPTypes
import Octets

extension Environ {
    /// `REQUEST_METHOD`.
    public var method: HTTPRequest.Method {
        self["REQUEST_METHOD"].flatMap { HTTPRequest.Method(rawValue: $0) } ?? .get
    }
    /// `PATH_INFO`: the decoded path below the place where the application is mounted.
    public var path: String { self["PATH_INFO"] ?? "" }
    /// `SCRIPT_NAME`: the place where the application is mounted; empty where that is the root.
    public var scriptName: String { self["SCRIPT_NAME"] ?? "" }
    /// `REQUEST_URI`: path and query as the client has sent them.
    public var target: String { self["REQUEST_URI"] ?? "" }
    /// `QUERY_STRING`, not decoded.
    public var query: String { self["QUERY_STRING"] ?? "" }
    /// `REMOTE_ADDR`.
    public var remoteAddress: String { self["REMOTE_ADDR"] ?? "" }
    /// `REMOTE_PORT`.
    public var remotePort: Int? { self["REMOTE_PORT"].flatMap { Int($0) } }
    /// `REQUEST_SCHEME`: `http` or `https`, as far as is known of the client's side of a trusted proxy.
    public var scheme: String {
        if let scheme = self["REQUEST_SCHEME"], !scheme.isEmpty { return scheme }
        return isSecure ? "https" : "http"
    }
    /// `HTTPS`: `on`, or not there. Other web servers also leave it empty, or say `off` or `1`.
    public var isSecure: Bool {
        self["HTTPS"].map { !$0.isEmpty && $0 != "off" && $0 != "OFF" && $0 != "0" } ?? false
    }
    /// `HTTP_HOST`: the host that the client has asked, with a port where it has said one; else `SERVER_NAME`.
    public var host: String { self["HTTP_HOST"] ?? self["SERVER_NAME"] ?? "" }
    /// `CONTENT_TYPE`.
    public var contentType: String? {
        self["CONTENT_TYPE"].flatMap { $0.isEmpty ? nil : $0 }
    }
    /// `CONTENT_LENGTH`: octets of the body; `nil` where there is none, or where it is on its way and nobody knows.
    public var contentLength: Int? {
        withBytes(of: "CONTENT_LENGTH") { bytes in
            guard let bytes, case .value(let count) = bytes.span.decimal(ByteRange(0, bytes.count)) else {
                return nil
            }
            return Int(exactly: count)
        }
    }
    /// `REQUEST_ID`: what the request is called in the logs.
    public var requestID: String? { self["REQUEST_ID"] }

    /// The value of a header field; several of the same name are joined with commas, or with semicolons where they are cookies.
    public subscript(name: HTTPField.Name) -> String? {
        if name == .contentType { return contentType }
        if name == .contentLength { return self["CONTENT_LENGTH"].flatMap { $0.isEmpty ? nil : $0 } }
        var text = name.rawName
        return text.withUTF8 { name in
            for block in [request, constant] {
                let value = block.withUnsafeBufferPointer { block -> String? in
                    var pairs = NameValuePairs(block)
                    while let pair = pairs.next() {
                        guard Self.isVariable(block[pair.name], of: name) else { continue }
                        return String(decoding: block[pair.value], as: UTF8.self)
                    }
                    return nil
                }
                if let value { return value }
            }
            return nil
        }
    }

    /// All header fields, by the names that their variables stand for: `HTTP_ACCEPT_LANGUAGE` is `Accept-Language`.
    public var fields: HTTPFields {
        var fields = HTTPFields()
        for (variable, value) in variables {
            let text: Substring
            switch variable {
            case "CONTENT_TYPE", "CONTENT_LENGTH": text = value.isEmpty ? "" : variable[...]
            default: text = variable.hasPrefix("HTTP_") ? variable.dropFirst(5) : ""
            }
            guard !text.isEmpty, let name = HTTPField.Name(Self.fieldName(text)) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        return fields
    }

    /// Whether a variable is that of a header field.
    private static func isVariable(
        _ variable: UnsafeBufferPointer<UInt8>, of name: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let prefix: StaticString = "HTTP_"
        let count = prefix.utf8CodeUnitCount
        guard variable.count == count + name.count else { return false }
        for index in 0..<count where variable[index] != prefix.utf8Start[index] { return false }
        for index in 0..<name.count {
            let octet = name[index] == UInt8(ascii: "-") ? UInt8(ascii: "_") : ASCII.uppercased(name[index])
            guard variable[count + index] == octet else { return false }
        }
        return true
    }

    private static func fieldName(_ variable: Substring) -> String {
        var name = ""
        var isFirst = true
        for character in variable.unicodeScalars {
            if character == "_" {
                name += "-"
                isFirst = true
            } else {
                name += isFirst ? String(character) : character.properties.lowercaseMapping
                isFirst = false
            }
        }
        return name
    }
}
