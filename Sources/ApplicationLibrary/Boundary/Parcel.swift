// What a completion brings from one side to the other: octets, a message, a response, or why there is none.
// Encoder and decoder stand side by side here; those of responses are in Parcel+Response.swift.

import CGatewayApplication
import GatewayInterface

/// What something at the other side came to, where it did not fail.
struct Parcel: Sendable {
    var bytes: [UInt8] = []
    /// GATEWAY_TEXT and so on.
    var message: UInt32 = 0
    var response: Response?
}

/// An error of the other side, of which only the text is known.
struct ForeignError: Error, CustomStringConvertible {
    let description: String
}

/// The other side's completion, called once.
struct Completion: @unchecked Sendable {  // It is for any thread.
    private let function: gateway_completion
    private let user: Pointer?

    init(_ function: gateway_completion?, _ user: Pointer?) {
        self.function = function!
        self.user = user
    }

    func call(_ result: Result<Parcel, any Error>) {
        switch result {
        case .success(let parcel): call(parcel)
        case .failure(let error): call(error)
        }
    }

    private func call(_ parcel: Parcel) {
        if let response = parcel.response { return response.lend { call(.done(response: $0)) } }
        parcel.bytes.lend { call(.done($0, message: parcel.message)) }
    }

    private func call(_ error: any Error) {
        switch error {
        case let error as RequestBodyError: call(.failed(error.outcome, limit: error.limit))
        case is CancellationError: call(.failed(GATEWAY_CANCELLED))
        case is ClientLeft: call(.failed(GATEWAY_CLIENT_LEFT))
        case is WebSocketClosed: call(.failed(GATEWAY_SOCKET_CLOSED))
        default: "\(error)".lend { call(.failed(GATEWAY_FAILED, $0)) }
        }
    }

    private func call(_ result: gateway_result) { withUnsafePointer(to: result) { function(user, $0) } }
}

extension gateway_result {
    static func done(
        _ bytes: gateway_bytes = .none, message: UInt32 = 0, response: UnsafePointer<gateway_response>? = nil
    ) -> gateway_result {
        gateway_result(
            outcome: UInt32(GATEWAY_DONE), message: message, limit: 0, bytes: bytes, response: response)
    }

    static func failed(_ outcome: Int, limit: Int = 0, _ text: gateway_bytes = .none) -> gateway_result {
        gateway_result(
            outcome: UInt32(outcome), message: 0, limit: UInt64(clamping: limit), bytes: text, response: nil)
    }

    /// The parcel, copied, or the error.
    ///
    /// - Parameter origin: Whose responses these are, at the gateway's side.
    func open(_ origin: Origin?) -> Result<Parcel, any Error> {
        switch Int(outcome) {
        case GATEWAY_DONE:
            guard let response, let origin else {
                return .success(Parcel(bytes: bytes.array, message: message))
            }
            return Result { Parcel(response: try response.pointee.open(origin)) }
        case GATEWAY_CANCELLED: return .failure(CancellationError())
        case GATEWAY_CLIENT_LEFT: return .failure(ClientLeft())
        case GATEWAY_SOCKET_CLOSED: return .failure(WebSocketClosed())
        case GATEWAY_BODY_TOO_LARGE:
            return .failure(RequestBodyError.tooLarge(limit: Int(clamping: limit)))
        case GATEWAY_BODY_INCOMPLETE: return .failure(RequestBodyError.incomplete)
        case GATEWAY_BODY_TOO_LATE: return .failure(RequestBodyError.tooLate)
        case GATEWAY_BODY_NOT_HERE: return .failure(RequestBodyError.notHere)
        default: return .failure(ForeignError(description: bytes.text))
        }
    }
}

extension RequestBodyError {
    fileprivate var outcome: Int {
        switch self {
        case .tooLarge: GATEWAY_BODY_TOO_LARGE
        case .incomplete: GATEWAY_BODY_INCOMPLETE
        case .tooLate: GATEWAY_BODY_TOO_LATE
        case .notHere: GATEWAY_BODY_NOT_HERE
        }
    }

    fileprivate var limit: Int { if case .tooLarge(let limit) = self { limit } else { 0 } }
}
