import CGatewayApplication

/// Calls a blocking function of the other side, and answers with what its completion brings.
///
/// - Parameters:
///   - origin: Whose responses these are, at the gateway's side.
///   - call: Calls the other side with the completion and its user.
func callBlocking(
    _ origin: Origin? = nil, _ call: (@escaping gateway_completion, Pointer) -> Void
) throws -> Parcel {
    // Lives on the stack until the completion has been called, which is before the function returns.
    struct Slot {
        let origin: Origin?
        var result: Result<Parcel, any Error>?
    }
    var slot = Slot(origin: origin)
    withUnsafeMutablePointer(to: &slot) { slot in
        call(
            { user, result in
                let slot = user!.assumingMemoryBound(to: Slot.self)
                slot.pointee.result = result!.pointee.open(slot.pointee.origin)
            }, Pointer(slot))
    }
    guard let result = slot.result else {
        throw ForeignError(description: "the library has returned without an answer")
    }
    return try result.get()
}
