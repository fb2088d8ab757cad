/// The octets of two texts, where there are any.
func withBytes<Result>(
    _ first: String?, _ second: String?,
    _ body: (UnsafeBufferPointer<UInt8>?, UnsafeBufferPointer<UInt8>?) -> Result
) -> Result {
    Array((first ?? "").utf8).withUnsafeBufferPointer { one in
        Array((second ?? "").utf8).withUnsafeBufferPointer { other in
            body(first == nil ? nil : one, second == nil ? nil : other)
        }
    }
}
