// An application in a dynamic library: `gateway swift:libapp.so` loads it into its workers.

import ApplicationLibrary

/// What the gateway looks for.
@_cdecl("gateway_application")
public func gatewayApplication() -> UnsafeRawPointer {
    export(
        .asynchronous { request in
            switch request.path {
            case "/": return Response("Hello from a library\n")
            case "/form":
                let form = try await request.form()
                return Response("Hello, \(form["name"] ?? "whoever you are")\n")
            case "/numbers":
                return Response { writer in
                    for number in 1...10 { try await writer.write("\(number)\n") }
                }
            default: throw HTTPError(.notFound)
            }
        })
}
