// A program with an application of its own, as integration tests need it. What it is, and what it does wrong, is
// said by variables of its environment.

import Gateway
import Syscalls

let kind = SystemProcess.environmentValue("TEST_APPLICATION") ?? "inline"
let hooks = makeHooks()

switch kind {
case "tiny": Gateway.main(workerClass: tinyClass, hooks: hooks)
// For measurements: hooks cost more than the handler.
case "asynchronous-hello": Gateway.main(.asynchronous { _ in Response("Hello, world\n") })
case "trailing": Gateway.main { request in answer(request) }
default: Gateway.main(building: buildApplication, hooks: hooks, workerClasses: [tinyClass])
}
