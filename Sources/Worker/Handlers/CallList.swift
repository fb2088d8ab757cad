/// Calls in no order, each of which knows its place.
struct CallList {
    private(set) var calls: [HandlerCall] = []

    var count: Int { calls.count }

    mutating func append(_ call: HandlerCall) {
        call.position = calls.count
        calls.append(call)
    }

    mutating func remove(_ call: HandlerCall) {
        let last = calls.removeLast()
        guard last !== call else { return }
        last.position = call.position
        calls[call.position] = last
    }
}
