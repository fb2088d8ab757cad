// The choices of the settings that say who the client is.

import HTTP

/// A field, or several, by which proxies say whose request they pass on.
package enum ForwardedField: String, CaseIterable, Sendable {
    case node = "x-forwarded-for"
    case scheme = "x-forwarded-proto"
    case host = "x-forwarded-host"
    case port = "x-forwarded-port"
    case prefix = "x-forwarded-prefix"
    case forwarded
    case customary = "x-forwarded"
}

extension ForwardingFields {
    package init(_ fields: [ForwardedField]) {
        self = []
        for field in fields {
            switch field {
            case .node: insert(.node)
            case .scheme: insert(.scheme)
            case .host: insert(.host)
            case .port: insert(.port)
            case .prefix: insert(.prefix)
            case .forwarded: insert(.forwarded)
            case .customary: formUnion(.customary)
            }
        }
    }
}

/// What becomes of such fields that are not believed.
package enum UnbelievedFields: String, CaseIterable, Sendable {
    case pass, drop
}

/// The PROXY header that connections begin with.
package enum ProxyProtocol: String, CaseIterable, Sendable {
    case off, v1, v2, auto

    package var versions: ProxyHeader.Versions {
        switch self {
        case .off: []
        case .v1: .one
        case .v2: .two
        case .auto: [.one, .two]
        }
    }
}
