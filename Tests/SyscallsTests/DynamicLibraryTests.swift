import Syscalls
import Testing

@Suite("Dynamic libraries")
struct DynamicLibraryTests {
    /// A library that is there for certain: this process has it.
    private static var path: String {
        get throws {
            let maps = String(decoding: try Files.contents("/proc/self/maps", limit: 4 << 20), as: UTF8.self)
            let paths = maps.split(separator: "\n").compactMap { $0.split(separator: " ").last }
            return String(try #require(paths.first { $0.hasSuffix("/libc.so.6") }))
        }
    }

    @Test("A function of a library can be called")
    func symbol() throws {
        let library = try DynamicLibrary(path: Self.path)
        typealias Function = @convention(c) (CInt) -> CInt
        let function = unsafeBitCast(try library.symbol("abs"), to: Function.self)
        #expect(function(-7) == 7)
    }

    @Test(
        "What is not there is said in the loader's words, and a name without a slash is looked for nowhere else"
    )
    func missing() throws {
        let library = try DynamicLibrary(path: Self.path)
        let noSymbol = #expect(throws: DynamicLibraryError.self) { try library.symbol("nobody_has_this") }
        #expect(noSymbol?.reason.contains("nobody_has_this") == true)
        let noFile = #expect(throws: DynamicLibraryError.self) { try DynamicLibrary(path: "libc.so.6") }
        #expect(noFile?.reason.contains("./libc.so.6: cannot open shared object file") == true)
    }
}
