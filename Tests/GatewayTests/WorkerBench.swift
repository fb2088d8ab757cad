import Syscalls
@testable import EventLoop
@testable import Logs
@testable import Plans
@testable import Routing
@testable import Scoreboard
@testable import Settings
@testable import Worker

/// A backend that keeps what it is given, until the test ends it.
final class PatientBackend: Backend {
    private(set) var served: [Exchange] = []
    private(set) var left: [Exchange] = []

    func serve(_ exchange: Exchange) { served.append(exchange) }
    func clientLeft(_ exchange: Exchange) { left.append(exchange) }
    func sweep(_ now: UInt64) {}
    func wake() {}
}

/// What the parts of a worker need around them, without sockets and processes.
struct WorkerBench {
    let plan: WorkerPlan
    let loop: EventLoop
    let backend = PatientBackend()
    let gate: ExchangeGate
    let context: WorkerContext

    init(settings: Settings = Settings(), policy: BuiltinClass = .async, hooks: Hooks = Hooks()) throws {
        let errorLog = try ErrorLog("/dev/null", level: .debug)
        plan = WorkerPlan(
            index: 3, age: 7, settings: settings, listeners: [],
            backend: .broken("there is none"),
            title: "", identity: nil, scoreboard: try Scoreboard(),
            doorbells: try Doorbells(workers: 4), line: -1, errorLog: errorLog,
            extensions: Extensions(hooks: hooks))
        loop = try EventLoop()
        let log = errorLog.logger("test")
        gate = ExchangeGate(backend, settings: settings, log: log)
        context = try WorkerContext(
            plan, info: WorkerInfo(slot: 3, age: 7, pid: 1), policy: policy,
            gate: policy == .sync ? gate : nil, loop: loop, log: log, accessLog: nil,
            dispatcher: Dispatcher(
                backend: policy == .sync ? gate : backend,
                router: Router([], fallback: Route(.everything(to: 0, RouteLimits(settings))))))
    }

    /// An exchange whose client is gone.
    func exchange() -> Exchange { Exchange(context: context) }
}
