// Files before the application. A path of a request is a stranger's text: what it names is looked up from the open folder,
// which no `..` and no link leads out of, and what is hidden stays hidden.

import GatewayInterface
import Octets
import Syscalls

/// Answers with the files of a folder, before the application is asked.
///
///     application.with(staticFolder("public"), staticFolder("uploads", at: "/files"))
///
/// GET and HEAD of a path that names a file get ``Response/init(status:fields:file:)``; a folder with an `index.html` gets that, and
/// is redirected to its name with a slash where that is missing. Everything else goes on to the application: other methods, what is not there,
/// names that begin with a dot, and what a link names outside of the folder.
///
/// - Parameters:
///   - folder: Its path, relative to the folder of the process. It is looked up for each request: a link may be turned to another
///     folder while the program runs.
///   - prefix: The path below which the files are, as the application sees it in ``GatewayInterface/Environ/path``.
///   - fields: Header fields of each file, such as Cache-Control.
public func staticFolder(
    _ folder: String, at prefix: String = "/", fields: ResponseFields = []
) -> Middleware {
    let files = StaticFiles(
        folder: folder.hasSuffix("/") && folder != "/" ? String(folder.dropLast()) : folder,
        prefix: prefix.hasSuffix("/") ? prefix : prefix + "/", fields: fields)
    return { application in application.around(before: { files.answer(to: $0) }) }
}

private struct StaticFiles: Sendable {
    let folder: String
    /// A slash is its last octet.
    let prefix: String
    let fields: ResponseFields

    func answer(to request: Request) -> Response? {
        guard request.method == .get || request.method == .head else { return nil }
        let path = request.path
        // Octet by octet: what is canonically equivalent is another file.
        guard path.utf8.starts(with: prefix.utf8) else { return nil }
        let rest = String(path.utf8.dropFirst(prefix.utf8.count)) ?? ""
        let isFolder = rest.isEmpty || rest.utf8.last == ASCII.slash
        let name = isFolder ? String(rest.dropLast()) : rest
        guard name.isEmpty ? rest.isEmpty : isVisible(name), let root = try? Files.openDirectory(folder)
        else {
            return nil
        }
        func kind(_ name: String) -> FileStatus.Kind? { Files.status(name, beneath: root.number)?.kind }

        let index = name.isEmpty ? "index.html" : name + "/index.html"
        switch isFolder ? .directory : kind(name) {
        case .regular: return Response(fields: fields, file: "\(folder)/\(name)")
        case .directory where kind(index) == .regular:
            if isFolder { return Response(fields: fields, file: "\(folder)/\(index)") }
            return redirect(request, to: path + "/")
        default: return nil
        }
    }

    /// Whether a path has names alone: none that is empty, hides itself, or means another place.
    private func isVisible(_ name: String) -> Bool {
        name.utf8.split(separator: ASCII.slash, omittingEmptySubsequences: false).allSatisfy { segment in
            !segment.isEmpty && segment.first != UInt8(ascii: ".") && !segment.contains(0)
        }
    }

    /// By the path as it was understood, and not as it was sent: `//host` is the name of another site.
    private func redirect(_ request: Request, to path: String) -> Response {
        var location: [UInt8] = []
        for octet in (request.scriptName + path).utf8 {
            let isLetter = ASCII.lowercased(octet) &- UInt8(ascii: "a") < 26
            if isLetter || ASCII.isDigit(octet) || "-._~/".utf8.contains(octet) {
                location.append(octet)
            } else {
                location.append(percentEncoding: octet)
            }
        }
        let query = request.query.isEmpty ? "" : "?" + request.query
        return .redirect(to: String(decoding: location, as: UTF8.self) + query, status: .movedPermanently)
    }
}
