// The fuzzer's way in. libFuzzer brings the main function along, and takes no argument that begins with two dashes:
//
//     fuzz --target=request-head [libFuzzer's options] CORPUS
//
// A promise that is broken ends the process as a trap does, so that the fuzzer keeps the input.

import FuzzProperties

private let target: FuzzTarget = {
    let prefix = "--target="
    let name = CommandLine.arguments.first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count) ?? ""
    guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
        let names = FuzzTarget.all.map(\.name).joined(separator: ", ")
        fatalError("there is no target '\(name)': write --target= and one of \(names)")
    }
    return target
}()

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do throws(Violation) {
        try target.check(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
    } catch {
        fatalError(error.description)
    }
    return 0
}
