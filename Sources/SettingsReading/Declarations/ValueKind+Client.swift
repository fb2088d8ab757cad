import HTTP
import Settings

extension ValueKind where Value == ProxyProtocol {
    /// One of the versions, in any case. Gunicorn's `true` is not taken: it does not say which.
    static var proxyProtocol: Self {
        let kind = choice.orFalse
        return Self { text throws(Refusal) in
            try kind.read(text.lowercased())
        } show: {
            kind.show($0)
        }
    }
}
