// What a script finds as its environment: the meta-variables of its request, what the operator lists, and PATH. Nothing
// of the responder's own environment comes along unasked: a script has no business with the secrets of a service.

/// Makes environments.
struct ScriptEnvironment {
    /// PATH where neither the request nor the operator says otherwise.
    static let standardPath = "/usr/local/bin:/usr/bin:/bin"

    /// What the operator lists.
    let listed: [ScriptParams.Pair]

    /// - Parameters:
    ///   - variables: Those of the command line; of two with one name the later one counts.
    ///   - inherited: Looks a variable of the responder's environment up; one that is not there is not passed on.
    init(_ variables: [ResponderOptions.Variable], inherited: (String) -> String?) {
        var listed: [ScriptParams.Pair] = []
        for variable in variables {
            let name = Array(variable.name.utf8)
            listed.removeAll { $0.name == name }
            guard let value = variable.value ?? inherited(variable.name) else { continue }
            listed.append(ScriptParams.Pair(name: name, value: Array(value.utf8)))
        }
        self.listed = listed
    }

    /// `NAME=value` for each variable. What the operator lists wins over the request.
    func entries(_ params: ScriptParams) -> [[UInt8]] {
        var pairs = params.pairs.filter { pair in
            !Self.isDropped(pair) && !listed.contains { $0.name == pair.name }
        }
        pairs += listed
        let path = Array("PATH".utf8)
        if !pairs.contains(where: { $0.name == path }) {
            pairs.append(ScriptParams.Pair(name: path, value: Array(Self.standardPath.utf8)))
        }
        return pairs.map { $0.name + [UInt8(ascii: "=")] + $0.value }
    }

    /// A client's Proxy field, which many libraries would obey (httpoxy); and what is set only where there is a body
    /// (RFC 3875, §4.1.2 and §4.1.3) but web servers send empty.
    private static func isDropped(_ pair: ScriptParams.Pair) -> Bool {
        if pair.name == ScriptParams.octets("HTTP_PROXY") { return true }
        return pair.value.isEmpty
            && (pair.name == ScriptParams.octets("CONTENT_LENGTH")
                || pair.name == ScriptParams.octets("CONTENT_TYPE"))
    }
}
