// Compression of an application's answer, whatever way the answer came (RFC 9110, §8.4 and §12.5.3). The head stays open until
// it is known what the body is: an answer that is all there gets the length of its compressed body, any other one travels as
// it becomes ready, and is flushed as often as the application's own parts are passed on.

import Compression
import GatewayInterface
import HTTP
import Logging
import Octets
import Routing

extension Exchange {
    // MARK: The head

    /// Looks whether the answer in ``head`` may be compressed.
    func considerCoding(_ policy: CompressionPolicy, _ bytes: UnsafeBufferPointer<UInt8>) {
        let coding = beginCoding(policy, status: head.status, length: head.contentLength)
        for field in head.fields where field.kind != .hopByHop {
            coding.look(bytes[field.name], bytes[field.value])
        }
        keep(coding)
    }

    /// Looks whether a Swift application's answer may be compressed.
    ///
    /// - Parameter length: Octets of its body; `nil` where they are not known.
    func considerCoding(_ policy: CompressionPolicy, _ answer: Response, length: UInt64?) {
        // Of one that is all there: the loop does nothing else meanwhile.
        if let bytes = answer.body.bytes, bytes.count > Self.wholeLimit { return }
        let coding = beginCoding(policy, status: answer.status.code, length: length)
        for field in answer.fields.endToEnd {
            var (name, value) = field
            name.withUTF8 { name in value.withUTF8 { coding.look(name, $0) } }
        }
        keep(coding)
    }

    /// Octets of an answer that is compressed in one go.
    private static let wholeLimit = 4 << 20

    private func beginCoding(_ policy: CompressionPolicy, status: Int, length: UInt64?) -> AnswerCoding {
        let coding = context.encoders.takeCoding()
        coding.begin(
            policy, status: status, length: length,
            acceptEncoding: NameValuePairs.value(of: "HTTP_ACCEPT_ENCODING", in: environ.bytes))
        return coding
    }

    private func keep(_ coding: AnswerCoding) {
        if coding.isPossible { response.coding = coding } else { coding.release() }
    }

    /// The fields have been written. Lets go of the compression where it is clear already that there will be none.
    func settle(_ coding: AnswerCoding) {
        if !coding.isWanted(length: coding.announced) { sendPlain() }
    }

    /// The body travels as it is.
    private func sendPlain() {
        guard let coding = response.coding else { return }
        let known = NameValuePairs.value(of: "HTTP_IF_NONE_MATCH", in: environ.bytes)
        connection?.write { coding.appendPlainFields(known: known, to: &$0) }
        coding.release()
        response.coding = nil
    }

    /// Ends the head of an answer that is compressed.
    private func endHead(_ coding: AnswerCoding, _ choice: ContentCoding?, length: UInt64?) {
        connection?.write { coding.appendFields(coded: choice, to: &$0) }
        endHead(length: length)
    }

    // MARK: In parts

    /// A part of the body is there, and more may follow.
    func beginStream(_ coding: AnswerCoding) {
        if isHead { return endHead(coding, coding.choice, length: nil) }
        if coding.open() { return endHead(coding, coding.choice, length: nil) }
        let announced = coding.announced
        sendPlain()
        endHead(length: announced)
    }

    /// Compresses a part of the body.
    func encode(_ bytes: UnsafeBufferPointer<UInt8>, with coding: AnswerCoding) {
        guard let encoder = coding.encoder, !response.isBroken else { return }
        let count = Int(min(UInt64(bytes.count), coding.remaining))
        coding.remaining -= UInt64(count)
        if count < bytes.count { logExcess() }
        guard count > 0 else { return }
        coding.isDirty = true
        attempt { () throws(EncoderError) in
            try encoder.encode(UnsafeBufferPointer(rebasing: bytes[..<count]), into: &coding.encoded)
        }
        if coding.encoded.count >= 32_768 { sendEncoded(coding) }
    }

    /// Makes all that the application has sent so far readable for the client.
    func flush(_ coding: AnswerCoding) {
        guard coding.isDirty, let encoder = coding.encoder, !response.isBroken else { return }
        coding.isDirty = false
        attempt { () throws(EncoderError) in try encoder.flush(into: &coding.encoded) }
        sendEncoded(coding)
    }

    /// The body is complete.
    func finish(_ coding: AnswerCoding) {
        guard let encoder = coding.encoder, !response.isBroken else { return }
        if coding.announced != nil, coding.remaining > 0 {
            logShortfall(coding.remaining)
            flush(coding)
            response.isBroken = true
            return
        }
        attempt { () throws(EncoderError) in try encoder.finish(into: &coding.encoded) }
        sendEncoded(coding)
        coding.closeEncoder()
    }

    private func sendEncoded(_ coding: AnswerCoding) {
        writeFramed(coding.encoded.bytes)
        coding.encoded.clear()
    }

    /// Lets the encoder do something; where it fails, the client has to see that its answer is not whole.
    private func attempt(_ body: () throws(EncoderError) -> Void) {
        do throws(EncoderError) { try body() } catch {
            context.log.error("\(mention): an answer could not be compressed: \(error)")
            response.isBroken = true
        }
    }

    // MARK: As a whole

    /// Ends the head of an answer whose body is all there, and sends it.
    ///
    /// - Parameter length: Of the body that a GET would have; `nil` where that is not known.
    func endWhole(_ body: UnsafeBufferPointer<UInt8>, length: UInt64?, _ coding: AnswerCoding) {
        let length = coding.announced ?? length
        // What HEAD leaves out is not compressed to know its length, and whether it is long enough may not be known.
        if isHead, length == nil { return endHead(coding, nil, length: nil) }
        guard coding.isWanted(length: length) else {
            sendPlain()
            return endPlain(body, length: length)
        }
        if isHead { return endHead(coding, coding.choice, length: nil) }
        if coding.announced != nil, body.count < coding.remaining {
            // The client has to see what is missing, and so the end of the body must not be told beforehand.
            beginStream(coding)
            guard response.coding != nil else { return writeFramed(body) }
            encode(body, with: coding)
            return finish(coding)
        }
        guard coding.open(), encodeWhole(body, coding) else {
            sendPlain()
            return endPlain(body, length: length)
        }
        endHead(coding, coding.choice, length: UInt64(coding.encoded.count))
        sendEncoded(coding)
        coding.closeEncoder()
    }

    private func endPlain(_ body: UnsafeBufferPointer<UInt8>, length: UInt64?) {
        endHead(length: length)
        writeFramed(body)
    }

    /// - Returns: False where the encoder has failed: nothing has been sent yet, and the body can travel as it is.
    private func encodeWhole(_ body: UnsafeBufferPointer<UInt8>, _ coding: AnswerCoding) -> Bool {
        guard let encoder = coding.encoder else { return false }
        let count = Int(min(UInt64(body.count), coding.remaining))
        if count < body.count { logExcess() }
        do throws(EncoderError) {
            try encoder.encode(UnsafeBufferPointer(rebasing: body[..<count]), into: &coding.encoded)
            try encoder.finish(into: &coding.encoded)
            return true
        } catch {
            context.log.error("\(mention): an answer is sent as it is, not compressed: \(error)")
            coding.encoded.clear()
            return false
        }
    }
}
