import Gateway

/// Hooks that write down when they are called.
func makeHooks() -> Hooks {
    var hooks = Hooks()
    hooks.onStarting = { _ in note("onStarting") }
    hooks.whenReady = { note("whenReady \($0.workers) \($0.generation)") }
    hooks.onReload = { note("onReload \($0.generation)") }
    hooks.preFork = { note("preFork \($1.slot) \($1.age)") }
    hooks.childExit = { note("childExit \($1.slot) \($1.age)") }
    hooks.nworkersChanged = { note("nworkersChanged \($1) \($2)") }
    hooks.preExec = { _ in note("preExec") }
    hooks.onExit = { _ in note("onExit") }
    hooks.postFork = { note("postFork \($0.slot) \($0.age)") }
    hooks.postWorkerInit = { note("postWorkerInit \($0.slot)") }
    hooks.workerInt = { note("workerInt \($0.slot)") }
    hooks.workerAbort = { note("workerAbort \($0.slot)") }
    hooks.preRequest = { note("preRequest \($0.slot) \($1.method) \($1.path)") }
    hooks.postRequest = { note("postRequest \($0.slot) \($1.method) \($1.path) \($2)") }
    hooks.workerExit = { note("workerExit \($0.slot)") }
    return hooks
}
