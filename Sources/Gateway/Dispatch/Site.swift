import Octets

/// A folder, and what a path means in it.
protocol Site {
    /// Decides what a path means; for a script, appends its pairs to `environ`.
    ///
    /// - Parameters:
    ///   - path: Decoded and normalized; without what stands before the folder's own part of it.
    ///   - mount: What stood before it: SCRIPT_NAME begins with it.
    func resolve(
        _ path: UnsafeBufferPointer<UInt8>, mount: UnsafeBufferPointer<UInt8>, into environ: inout ByteBuffer
    ) -> Destination
}
