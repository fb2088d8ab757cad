import Gateway
import Synchronization

/// What all requests of a worker share; each worker has its own.
let visits = Mutex(0)

func visit() -> Response {
    let number = visits.withLock { number in
        number += 1
        return number
    }
    return Response("visit \(number) of this worker\n")
}
