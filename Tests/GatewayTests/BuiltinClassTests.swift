import Testing
@testable import Plans
@testable import Settings

@Suite("Worker classes")
struct BuiltinClassTests {
    @Test(
        "Where nobody asks for a class, threads choose",
        arguments: [(1, true, BuiltinClass.async), (2, true, .thread), (2, false, .async)])
    func unasked(_ threads: Int, _ isInProcess: Bool, _ expected: BuiltinClass) {
        #expect(BuiltinClass.resolve(name: nil, threads: threads, isInProcess: isInProcess) == expected)
    }

    @Test("A name is taken at its word", arguments: BuiltinClass.allCases)
    func named(_ policy: BuiltinClass) {
        #expect(BuiltinClass.resolve(name: policy.rawValue, threads: 1, isInProcess: true) == policy)
        #expect(BuiltinClass.resolve(name: policy.rawValue, threads: 9, isInProcess: false) == policy)
        #expect(policy.servesOneAtATime == (policy == .sync))
    }

    @Test("Other names are none of them", arguments: ["", "Sync", "gthread", "tiny"])
    func unknown(_ name: String) {
        #expect(BuiltinClass.resolve(name: name, threads: 1, isInProcess: true) == nil)
    }

    @Test("A program's own class serves where it is asked for, or where nothing is and it is the default")
    func own() {
        let mine = WorkerClass("mine") { _ in }
        var settings = Settings()
        var extensions = Extensions(workerClasses: [mine])
        #expect(extensions.workerClass(for: settings) == nil)
        extensions.defaultWorkerClass = "mine"
        #expect(extensions.workerClass(for: settings)?.name == "mine")
        settings.workerClass = "async"
        #expect(extensions.workerClass(for: settings) == nil)
        settings.workerClass = "mine"
        extensions.defaultWorkerClass = nil
        #expect(extensions.workerClass(for: settings)?.name == "mine")
    }
}
