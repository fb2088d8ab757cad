// The kinds of value that only applications have.

import Settings
import Syscalls

extension ValueKind
where
    Value: RawRepresentable & CaseIterable, Value.RawValue == String, Value.AllCases: RandomAccessCollection
{
    /// One of a few words.
    static var choice: Self {
        let words = Value.allCases.map(\.rawValue)
        let advice = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        return Self { text throws(Refusal) in
            guard let value = Value(rawValue: text) else { throw .write(advice) }
            return value
        } show: {
            $0.rawValue
        }
    }

    /// Some of a few words, with commas between them, in any case.
    ///
    /// - Parameter nothing: The word for none of them, which the list takes care of.
    static func choices(or nothing: String) -> Self {
        let advice = Value.allCases.map(\.rawValue).joined(separator: ", ") + ", or \(nothing) alone"
        return Self(form: .commaSeparated) { text throws(Refusal) in
            guard let value = Value(rawValue: text.lowercased()) else { throw .write(advice) }
            return value
        } show: {
            $0.rawValue
        }
    }
}

extension ValueKind where Value == ResourceLimit {
    /// `NAME=SOFT` or `NAME=SOFT:HARD`.
    static var resourceLimit: Self {
        Self { text throws(Refusal) in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let resource = ResourceLimit.Resource(rawValue: String(parts[0])) else {
                let names = ResourceLimit.Resource.allCases.map(\.rawValue).joined(separator: ", ")
                throw .write("NAME=LIMIT, with one of \(names)")
            }
            let limits = parts[1].split(separator: ":", omittingEmptySubsequences: false).map(limit)
            guard let soft = limits.first ?? nil, let hard = limits.last ?? nil, limits.count <= 2,
                soft <= hard
            else { throw .write("NAME=SOFT or NAME=SOFT:HARD, with numbers as 1024, 512M or unlimited") }
            return ResourceLimit(resource, soft: soft, hard: hard)
        } show: { limit in
            let (soft, hard) = (show(limit.soft), show(limit.hard))
            return "\(limit.resource.rawValue)=\(soft)" + (soft == hard ? "" : ":\(hard)")
        }
    }

    private static func limit(_ text: Substring) -> UInt64? {
        text == "unlimited" ? .max : OctetCount.value(String(text))
    }

    private static func show(_ limit: UInt64) -> String {
        limit == .max ? "unlimited" : OctetCount.text(limit)
    }
}

extension ValueKind where Value == ExternalSettings.Balance {
    /// `round-robin`, `least-connections`, `hash:client`, `hash:path` or `hash:NAME`.
    static var balance: Self {
        Self { text throws(Refusal) in
            switch text {
            case "round-robin": return .roundRobin
            case "least-connections": return .leastConnections
            case "hash:client": return .hashOfClient
            case "hash:path": return .hashOfPath
            default:
                let name = text.dropFirst(5)
                guard text.hasPrefix("hash:"), !name.isEmpty,
                    name.utf8.allSatisfy({ (65...90).contains($0) || (48...57).contains($0) || $0 == 95 })
                else {
                    throw .write("round-robin, least-connections, hash:client, hash:path or hash:NAME")
                }
                return .hashOf(String(name))
            }
        } show: { balance in
            switch balance {
            case .roundRobin: "round-robin"
            case .leastConnections: "least-connections"
            case .hashOfClient: "hash:client"
            case .hashOfPath: "hash:path"
            case .hashOf(let name): "hash:\(name)"
            }
        }
    }
}

extension ValueKind where Value == ExternalSettings.HealthCheck {
    /// `connect` or a path.
    static var healthCheck: Self {
        Self { text throws(Refusal) in
            if text == "connect" { return .connect }
            guard text.hasPrefix("/"), text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
                throw .write("connect, or a path such as /ping")
            }
            return .path(text)
        } show: {
            switch $0 {
            case .connect: "connect"
            case .path(let path): path
            }
        }
    }
}
