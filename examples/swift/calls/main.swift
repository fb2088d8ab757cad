// Handlers that ask other services, while their worker serves everybody else.

import Foundation
import FoundationNetworking
import Gateway

let service: URL = {
    let text = ProcessInfo.processInfo.environment["SERVICE"] ?? "http://127.0.0.1:8001/"
    guard let url = URL(string: text), url.scheme == "http" || url.scheme == "https" else {
        fatalError("SERVICE=\(text) is no URL")
    }
    return url
}()

/// Asks with `await`: no thread waits. When the client leaves, or `--timeout` is over, the call is cancelled with its task.
func ask() async throws -> String {
    let (data, answer) = try await URLSession.shared.data(from: service)
    guard let answer = answer as? HTTPURLResponse, answer.statusCode == 200 else {
        throw HTTPError(.badGateway, "The service did not answer as it should.")
    }
    return String(decoding: data, as: UTF8.self)
}

/// A library that knows no `await`: its call blocks the thread that it is made on.
@Sendable func askBlocking() throws -> String {
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var result: Result<String, any Error> = .failure(URLError(.unknown))
    // The semaphore puts the one write before the one read.
    URLSession.shared.dataTask(with: service) { data, _, error in
        result = error.map { .failure($0) } ?? .success(String(decoding: data ?? Data(), as: UTF8.self))
        done.signal()
    }.resume()
    done.wait()
    return try result.get()
}

Gateway.main { request async throws in
    do {
        switch request.path {
        case "/": return Response("/awaited, /offloaded and /both ask \(service)\n")
        case "/awaited": return Response("awaited: \(try await ask())")
        case "/offloaded":
            // On a thread of its own; at most `--offload-threads` at once.
            return Response("off-loaded: \(try await request.environ.offload { try askBlocking() })")
        case "/both":
            // At the same time: the slower one decides how long it takes.
            async let first = ask()
            async let second = ask()
            return Response("both: \(try await first)and \(try await second)")
        default: throw HTTPError(.notFound)
        }
    } catch let error as URLError {
        request.environ.logger.warning("\(service): \(error.localizedDescription)")
        throw HTTPError(.badGateway, "The service cannot be reached.")
    }
}
