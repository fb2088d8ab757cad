// What becomes of X-Sendfile and X-Accel-Redirect. The file is sent when the application has ended its own answer: then
// its slot is free again, and its connection can be kept.

import GatewayInterface
import HTTP
import Logging
import Octets
import Routing
import Syscalls

/// A file that an application wants sent in the place of its own body, and the fields that go along. It is made for
/// such an answer only.
final class OrderedFile: FileFields {
    let place: FilePlace

    /// - Parameter isDropped: Whether a field, by name and value, does not go along.
    init(
        _ place: FilePlace, _ head: borrowing CGIResponseHead, _ bytes: UnsafeBufferPointer<UInt8>,
        without isDropped: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool
    ) {
        self.place = place
        super.init()
        for field in head.fields where !isDropped(bytes[field.name], bytes[field.value]) {
            add(bytes[field.name], bytes[field.value], field.kind)
        }
    }
}

extension Exchange {
    /// Does what X-Sendfile and X-Accel-Redirect in ``head`` say.
    ///
    /// - Returns: `nil` where they are not obeyed: the answer goes on as it is.
    func takeFileOrder(_ bytes: UnsafeBufferPointer<UInt8>) -> ResponseProgress? {
        let roots = context.fileRoots[application]
        if let target = head.accelRedirect {
            do throws(RequestError) {
                switch try roots.accelRedirect(bytes[target]) {
                case .off: warn("X-Accel-Redirect", "--x-accel-root", &roots.hasWarned.accel)
                case .place(let place): return order(place, bytes)
                case .elsewhere: return noteRedirect(to: bytes[target])
                }
            } catch {
                return .malformed(.malformedLocation)
            }
        }
        guard let path = head.sendfile else { return nil }
        switch roots.sendfile(bytes[path]) {
        case .place(let place): return order(place, bytes)
        case .off, .elsewhere: warn("X-Sendfile", "--x-sendfile-root", &roots.hasWarned.sendfile)
        }
        return nil
    }

    private func order(_ place: FilePlace, _ bytes: UnsafeBufferPointer<UInt8>) -> ResponseProgress {
        response.orderedFile = OrderedFile(place, head, bytes) { name, value in
            AnswerCoding.isIdentity(name, value) || givesWay(name)
        }
        response.hasHead = true
        // Which part of the file is sent is not the application's to say: it sends none of it.
        response.status = [206, 416].contains(head.status) ? 200 : head.status
        return .accepted
    }

    private func warn(_ field: String, _ option: String, _ hasWarned: inout Bool) {
        guard !hasWarned else { return }
        hasWarned = true
        context.log.warning("\(mention): the application's \(field) is dropped: \(option) names no folder")
    }

    /// Sends the file, now that the application has ended its answer.
    func deliver(_ ordered: OrderedFile) {
        guard connection != nil else { return context.giveBack(self) }
        switch ordered.place.open() {
        case .file(let file):
            let type = ordered.place.type(in: route.files.types)
            send(
                FoundFile(file: file, type: type, coding: nil, rules: route.files), ordered: ordered)
        case .refused(let status, let reason):
            context.log.error(
                "\(mention): the file '\(ordered.place.description)', which the application names, \(reason)")
            fail(status: status, status == 404 ? "There is nothing here." : "This may not be read.")
        }
    }
}
