// Objects cross the boundary as opaque handles. Each side retains what it gives away, and releases it when
// the other side says so; each side holds what it was given in an object that says so when nobody needs it
// any more.

typealias Pointer = UnsafeMutableRawPointer

/// Objects of this side as the other side holds them.
enum Handle {
    /// Gives an object away, until it is released.
    static func give(_ object: AnyObject) -> Pointer { Unmanaged.passRetained(object).toOpaque() }

    /// The object behind a handle that is lent.
    static func object<Object: AnyObject>(_ handle: Pointer?, _: Object.Type = Object.self) -> Object {
        Unmanaged<Object>.fromOpaque(handle!).takeUnretainedValue()
    }

    /// The object behind a handle that comes back.
    static func takeBack<Object: AnyObject>(_ handle: Pointer?, _: Object.Type = Object.self) -> Object {
        Unmanaged<Object>.fromOpaque(handle!).takeRetainedValue()
    }

    /// The `release` of both tables.
    static let release: @convention(c) (Pointer?) -> Void = { Unmanaged<AnyObject>.fromOpaque($0!).release() }
}

/// A handle of the other side's, given back once.
final class ForeignHandle: @unchecked Sendable {  // Its release is for any thread.
    let pointer: Pointer
    private let release: @convention(c) (Pointer?) -> Void

    init(_ pointer: Pointer, release: @escaping @convention(c) (Pointer?) -> Void) {
        self.pointer = pointer
        self.release = release
    }

    deinit { release(pointer) }
}

/// Work that the other side is to have done.
struct ForeignJob: @unchecked Sendable {  // Whoever made it leaves its data alone until it is done.
    private let function: @convention(c) (Pointer?) -> Void
    private let user: Pointer?

    init(_ function: @escaping @convention(c) (Pointer?) -> Void, _ user: Pointer?) {
        self.function = function
        self.user = user
    }

    func run() { function(user) }
}
