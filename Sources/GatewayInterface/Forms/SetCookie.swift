// A cookie on its way to a client. Nothing is written that the grammar of Set-Cookie does not allow: a line end in a value
// would let whoever chose it write fields of the answer, and a semicolon attributes of the cookie.

import Octets

/// A cookie for a client to keep (RFC 6265, §4.1).
public struct SetCookie: Equatable, Sendable {
    /// With which requests of other sites a cookie is sent.
    public enum SameSite: String, Sendable {
        /// With none.
        case strict = "Strict"
        /// With those that open a page of this site.
        case lax = "Lax"
        /// With all; clients demand that the cookie is secure.
        case none = "None"
    }

    /// A token: no blanks, no separators.
    public var name: String
    /// Visible ASCII without `"`, `,`, `;` and `\`; anything else has to be encoded before.
    public var value: String
    /// Seconds for which it is kept; 0 and less removes it; `nil` keeps it until the client is closed.
    public var maxAge: Int?
    /// The paths below which it is sent; `nil` for the folder of the request.
    public var path: String?
    /// The host, with all below it, to which it is sent; `nil` for the host of the request alone.
    public var domain: String?
    /// Whether it is sent over TLS only.
    public var secure: Bool
    /// Whether scripts of the page are kept from it.
    public var httpOnly: Bool
    /// With which requests of other sites it is sent; `nil` leaves that to the client.
    public var sameSite: SameSite?

    /// A cookie; as it is by default it is sent to the whole of this host, hidden from scripts, and not sent with what
    /// other sites make a client post.
    public init(
        _ name: String, _ value: String, maxAge: Int? = nil, path: String? = "/", domain: String? = nil,
        secure: Bool = false, httpOnly: Bool = true, sameSite: SameSite? = .lax
    ) {
        (self.name, self.value, self.maxAge, self.path) = (name, value, maxAge, path)
        (self.domain, self.secure, self.httpOnly, self.sameSite) = (domain, secure, httpOnly, sameSite)
    }

    /// What makes a client forget a cookie that was set with this name, path and domain.
    public static func removing(_ name: String, path: String? = "/", domain: String? = nil) -> SetCookie {
        SetCookie(name, "", maxAge: 0, path: path, domain: domain)
    }

    /// The value of a Set-Cookie field.
    ///
    /// - Throws: Where the grammar has no place for one of the parts, or clients would drop the cookie.
    public func fieldValue() throws(SetCookieError) -> String {
        try check()
        var text = "\(name)=\(value)"
        if let maxAge {
            // Max-Age has no zero in the grammar for servers; a date that is past removes a cookie as well.
            text += maxAge > 0 ? "; Max-Age=\(maxAge)" : "; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        }
        if let domain { text += "; Domain=\(domain)" }
        if let path { text += "; Path=\(path)" }
        if secure { text += "; Secure" }
        if httpOnly { text += "; HttpOnly" }
        if let sameSite { text += "; SameSite=\(sameSite.rawValue)" }
        return text
    }

    private func check() throws(SetCookieError) {
        guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken) else { throw .name(name) }
        guard value.utf8.allSatisfy(Self.isCookieOctet) else { throw .value(name: name) }
        if let path {
            let isWritable = path.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: ";") }
            guard path.utf8.first == ASCII.slash, isWritable else { throw .path(path) }
        }
        if let domain { guard Self.isDomain(domain) else { throw .domain(domain) } }
        if sameSite == SameSite.none, !secure { throw .notSecure(name: name) }
        let prefix = name.utf8.map(ASCII.lowercased)
        if prefix.starts(with: "__secure-".utf8) || prefix.starts(with: "__host-".utf8), !secure {
            throw .notSecure(name: name)
        }
        if prefix.starts(with: "__host-".utf8), path != "/" || domain != nil {
            throw .notHostOnly(name: name)
        }
    }

    /// `cookie-octet` of RFC 6265, §4.1.1.
    private static func isCookieOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\\"): false
        default: (0x21...0x7E).contains(octet)
        }
    }

    /// Labels of letters, digits and hyphens between dots (RFC 1034, §3.5).
    private static func isDomain(_ text: String) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy {
            label in
            !label.isEmpty && label.first != hyphen && label.last != hyphen
                && label.allSatisfy {
                    ASCII.isDigit($0) || (0x61...0x7A).contains(ASCII.lowercased($0)) || $0 == hyphen
                }
        }
    }
}

/// Why a cookie cannot be written.
public enum SetCookieError: Error, Equatable, Sendable {
    /// The name is no token.
    case name(String)
    /// The value has an octet that no cookie can hold. It is not shown: it may be a secret.
    case value(name: String)
    /// The path does not begin with `/`, or has a `;` or something else than printable ASCII in it.
    case path(String)
    /// The domain is no name of a host.
    case domain(String)
    /// SameSite=None, `__Secure-` and `__Host-` go with Secure only: clients drop such a cookie.
    case notSecure(name: String)
    /// `__Host-` goes with the path `/` and without a domain: clients drop such a cookie.
    case notHostOnly(name: String)

    /// 500: a client has no part in it.
    public var status: Int { 500 }
}

extension SetCookieError: CustomStringConvertible {
    /// One line for the log.
    public var description: String {
        switch self {
        case .name(let name): "\(name.debugDescription) is no name of a cookie"
        case .value(let name): "the value of the cookie \(name) has characters that have to be encoded"
        case .path(let path): "\(path.debugDescription) is no path of a cookie"
        case .domain(let domain): "\(domain.debugDescription) is no domain of a cookie"
        case .notSecure(let name): "the cookie \(name) has to be secure: clients drop it otherwise"
        case .notHostOnly(let name):
            "the cookie \(name) needs the path / and no domain: clients drop it otherwise"
        }
    }
}
