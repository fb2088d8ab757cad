import Syscalls
import Testing
@testable import CGIResponder

@Suite("When the answer of a script is complete")
struct ScriptLifeTests {
    private let grace = ScriptLife.grace

    /// A script that has said something.
    private func spoken() -> ScriptLife {
        var life = ScriptLife()
        life.read(10, isOutput: true, now: 0)
        return life
    }

    @Test("When it has ended and both its pipes have, in whichever order")
    func order() {
        let steps: [(inout ScriptLife) -> Void] = [
            { $0.outputEnded(now: 5) }, { $0.errorsEnded() }, { $0.ended(.exited(3), waiting: 0, now: 5) },
        ]
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            var life = spoken()
            for step in order {
                #expect(life.verdict(now: 5) == nil)
                steps[step](&life)
            }
            #expect(life.verdict(now: 5) == .answered(exitCode: 3))
        }
    }

    @Test("One that ends without a word, or by a signal, has not answered")
    func failures() {
        func end(_ life: ScriptLife, _ status: Syscalls.ExitStatus) -> ScriptLife.Verdict? {
            var life = life
            life.outputEnded(now: 0)
            life.errorsEnded()
            life.ended(status, waiting: 0, now: 0)
            return life.verdict(now: 0)
        }
        #expect(end(ScriptLife(), .exited(0)) == .silent(.exited(0)))
        #expect(end(ScriptLife(), .signalled(11)) == .silent(.signalled(11)))
        #expect(end(spoken(), .signalled(11)) == .cut(.signalled(11)))
        var complaining = ScriptLife()
        complaining.read(5, isOutput: false, now: 0)
        #expect(end(complaining, .exited(1)) == .silent(.exited(1)))
    }

    @Test("What it has left behind holds its pipes for a grace, and not for ever")
    func grandchild() {
        var life = spoken()
        life.ended(.exited(0), waiting: 0, now: 100)
        #expect(life.verdict(now: 100 + grace - 1) == nil)
        #expect(life.verdict(now: 100 + grace) == .answered(exitCode: 0))
    }

    @Test("What waited in its pipes is read first, however long a slow client makes that last")
    func slowClient() {
        var life = spoken()
        life.ended(.exited(0), waiting: 50, now: 100)
        #expect(life.verdict(now: 100_000) == nil)
        life.read(30, isOutput: true, now: 100_000)
        #expect(life.verdict(now: 200_000) == nil)
        life.read(30, isOutput: true, now: 200_000)
        #expect(life.verdict(now: 200_000) == nil)
        // A flood from what it has left behind does not prolong it.
        life.read(3000, isOutput: true, now: 200_000 + grace - 1)
        #expect(life.verdict(now: 200_000 + grace) == .answered(exitCode: 0))
    }

    @Test("One that has closed its output may go on working; its answer is over")
    func goesOn() {
        var life = spoken()
        life.outputEnded(now: 100)
        #expect(life.verdict(now: 100 + grace - 1) == nil)
        #expect(life.verdict(now: 100 + grace) == .answered(exitCode: 0))
    }

    @Test("One that ran for too long")
    func timeout() {
        var life = spoken()
        life.timedOut()
        #expect(life.verdict(now: 0) == .timedOut(said: true))
        var silent = ScriptLife()
        silent.timedOut()
        #expect(silent.verdict(now: 0) == .timedOut(said: false))
    }
}
