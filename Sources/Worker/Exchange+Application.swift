// A Swift application's side of an exchange: the request as a value, and its answer as HTTP.

import GatewayInterface
import HTTP
import Logging
import Logs
import Octets
import Routing
import Settings
import Syscalls

extension Exchange {
    /// The request as a Swift application sees it.
    ///
    /// - Parameters:
    ///   - own: The encoded pairs that every request to the application carries.
    ///   - streamed: Its body, where that is still on its way; a whole one moves into the request.
    func makeRequest(
        _ services: any RequestServices, _ own: [UInt8], _ streamed: StreamedBody? = nil
    ) -> Request {
        let isAsked = authorization == .asked
        let environ =
            isAsked || !own.isEmpty || !authorizedPairs.isEmpty
            ? selectedEnviron(own, services)
            : Environ(
                constant: local.constantPairs, request: Array(self.environ.bytes), services: services)
        // The body is for whoever is asked next.
        guard !isAsked else { return Request(environ: environ) }
        if let streamed { return Request(environ: environ, body: RequestBody(streamed)) }
        guard bodyCount > 0 || trailers != nil else { return Request(environ: environ) }
        // One thread at a time calls the reader, and the exchange does not touch the spool any more.
        nonisolated(unsafe) let spool = takeBody()
        var readTrailers: (@Sendable () -> [TrailerField])?
        if let trailers { readTrailers = { trailers.texts } }
        let body = FetchedBody(
            count: Int(bodyCount),
            reader: { limit in
                let bytes = Array(try spool.front().prefix(max(0, limit)))
                spool.consume(bytes.count)
                return bytes
            }, trailers: readTrailers)
        return Request(environ: environ, body: RequestBody(body))
    }

    /// The fields behind the body, as a Swift application sees them.
    var trailerFields: [TrailerField] { trailers?.texts ?? [] }

    /// Answers with what a handler has returned or thrown.
    func respond(_ result: Result<Response, any Error>) {
        switch result {
        case .success(let answer): respond(answer)
        case .failure(let error):
            context.log.error("\(mention): the application failed: \(error)")
            fail(
                status: 500,
                context.settings.reloads
                    ? "The application failed: \("\(error)".htmlEscaped)" : "The application failed.")
        }
    }

    /// Answers with a Swift application's response; its fields are held to the same rules as any application's.
    func respond(_ answer: Response) {
        accountAnswer()
        if isGranted(by: answer) { return grant(answer) }
        guard mayBegin(answer) else { return refuse(answer) }
        if bodyState.isStreamed { bodyIsNotRead() }
        switch answer.body {
        case .bytes(let bytes):
            writeHead(answer, length: UInt64(bytes.count))
            bytes.withUnsafeBufferPointer { endWhole($0, length: UInt64($0.count)) }
            end()
        case .file(let path): respond(answer, file: path)
        case .stream, .webSocket:
            // A call makes them.
            context.log.critical("\(mention): an answer came without its call")
            fail(status: 500, "The application failed.")
        }
    }

    /// Whether an answer can be sent as it is: somebody wants it, it is valid, and no page takes its place.
    func mayBegin(_ answer: Response) -> Bool {
        guard connection != nil, answer.isValid, !isGranted(by: answer) else { return false }
        guard let pages = route.errorPages, pages.interceptsErrors else { return true }
        return pages[answer.status.code] == nil
    }

    private func refuse(_ answer: Response) {
        guard connection != nil else { return context.giveBack(self) }
        guard answer.isValid else {
            context.log.error("\(mention): the application's status or a field is malformed")
            return fail(status: 502, "The application did not give a valid answer.")
        }
        replaceAnswer(answer)
    }

    // MARK: A body that is made while it is sent

    /// Begins an answer.
    func begin(_ answer: Response, length: Int?) {
        accountAnswer()
        let length = length.map { UInt64(max(0, $0)) }
        // What waits for a slow client waits here, and whoever makes it has time.
        response.isUnbuffered = true
        writeHead(answer, length: length)
        if response.coding == nil, length != nil || !answer.mayHaveBody { endHead(length: length) }
    }

    /// Sends a part of the body of an answer that has begun.
    func sendPart(_ bytes: UnsafeBufferPointer<UInt8>) {
        writeBody(bytes)
        flush()
    }

    /// Sends the head of an answer whose body lets itself be waited for.
    func flushHead() {
        if isFramingOpen { openFraming() }
        connection?.flush()
    }

    // MARK: A file

    private func respond(_ answer: Response, file path: String) {
        switch OutgoingFile.open(path) {
        case .refused(let status, let reason):
            context.log.error("\(mention): the file '\(path)' of the answer \(reason)")
            fail(status: status, status == 404 ? "There is nothing here." : "This may not be read.")
        case .file(let file):
            response.status = answer.status.code
            let fields = FileFields()
            for field in answer.fields.endToEnd {
                var (name, value) = field
                name.withUTF8 { name in
                    value.withUTF8 { value in
                        let kind = CGIFieldName.recognise(ByteRange(0, name.count), in: name.span)
                        guard isSent(kind), !isVariable(name), !AnswerCoding.isIdentity(name, value),
                            !givesWay(name)
                        else {
                            return
                        }
                        fields.add(name, value, kind)
                    }
                }
            }
            var path = path
            let type = path.withUTF8 { route.files.types.type(of: $0) }
            send(FoundFile(file: file, type: type, coding: nil, rules: route.files), ordered: fields)
        }
    }

    // MARK: The head

    private func isSent(_ kind: CGIFieldName) -> Bool {
        switch kind {
        case .hopByHop, .contentLength, .status, .sendfile, .accelRedirect, .accelBuffering, .accel: false
        default: true
        }
    }

    /// Writes the head but for its end.
    private func writeHead(_ answer: Response, length: UInt64?) {
        response.status = answer.status.code
        response.hasHead = true
        if context.isDraining { response.keepsAlive = false }
        if let policy = route.compression { considerCoding(policy, answer, length: length) }
        response.position = connection?.writingPosition ?? 0
        connection?.write { writeFields(answer, to: &$0) }
        response.isHeadSent = true
        if let coding = response.coding { settle(coding) }
    }

    private func writeFields(_ answer: Response, to output: inout ByteBuffer) {
        ResponseEncoder.appendStatusLine(answer.status.code, to: &output)
        var hasServer = false
        var hasDate = false
        let coding = response.coding
        for field in answer.fields.endToEnd {
            var (name, value) = field
            name.withUTF8 { name in
                value.withUTF8 { value in
                    let kind = CGIFieldName.recognise(ByteRange(0, name.count), in: name.span)
                    guard isSent(kind), !isVariable(name) else {
                        if kind == .hopByHop, answer.status.code == 426 {
                            ResponseEncoder.appendUpgrade(name, value, to: &output)
                        }
                        return
                    }
                    switch kind {
                    case .content where AnswerCoding.isIdentity(name, value): return
                    case .server: hasServer = true
                    case .date: hasDate = true
                    case .other where givesWay(name): return
                    default: if let coding, coding.holds(kind, name, value) { return }
                    }
                    ResponseEncoder.appendField(name, value, to: &output)
                }
            }
        }
        coding?.appendVary(to: &output)
        context.appendCommonFields(server: !hasServer, date: !hasDate, to: &output)
        appendIDField(to: &output)
    }
}

extension TrailerSection {
    /// The fields as a Swift application sees them.
    fileprivate var texts: [TrailerField] {
        fields.map { field in
            TrailerField(
                name: String(decoding: bytes[field.name.start..<field.name.end], as: UTF8.self),
                value: String(decoding: bytes[field.value.start..<field.value.end], as: UTF8.self))
        }
    }
}
