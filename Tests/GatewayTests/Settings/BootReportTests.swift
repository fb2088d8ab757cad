import Testing
@testable import Plans
@testable import Settings

@Suite("What is said of processes that boot")
struct BootReportTests {
    private func lines(_ report: AlikeReports.Report, _ numbers: [Int], pid: Int32 = 40) -> [String] {
        var reports = AlikeReports()
        for number in numbers { reports.add(report, number: number, pid: pid + Int32(number), now: 0) }
        return reports.all().map(\.text)
    }

    private func boot(_ kind: ApplicationKind) -> BootReport { BootReport(kind, place: "user www in '/srv'") }

    @Test("A message knows what the process is doing")
    func kinds() {
        #expect(
            lines(boot(.wsgi("shop:app")).slow(after: 5), [1]) == [
                "'shop:app' is still being imported by application 1 (pid 41) after 5 s, as user www in '/srv'"
            ])
        #expect(
            lines(boot(.php("site")).slow(after: 5), [2]) == [
                "application 2 (pid 42) did not accept a connection for 5 s, as user www in '/srv': php-cgi is held up"
            ])
        #expect(
            lines(boot(.exec(["cat"])).slow(after: 5), [1]) == [
                "application 1 (pid 41) did not accept a connection for 5 s, as user www in '/srv': is it a FastCGI program that accepts on descriptor 0?"
            ])
        #expect(
            lines(boot(.cgi("a")).late(after: 60), [1]) == [
                "application 1 (pid 41) did not accept a connection within 60 s (--boot-timeout), KILL is sent to it, as user www in '/srv': the CGI responder was held up"
            ])
        #expect(
            lines(boot(.exec(["cat"])).late(after: 60), [1]) == [
                "application 1 (pid 41) did not accept a connection within 60 s (--boot-timeout), KILL is sent to it, as user www in '/srv': is it a FastCGI program that accepts on descriptor 0?"
            ])
        #expect(
            lines(boot(.wsgi("shop")).late(after: 60), [3]) == [
                "'shop' was not imported within 60 s (--boot-timeout), KILL is sent: application 3 (pid 43), as user www in '/srv': raise --boot-timeout, or import less"
            ])
    }

    @Test("Without /proc the gateway says what is missing and what to do")
    func proc() throws {
        try ApplicationPlan.requireProc(isThere: true)
        #expect(
            throws: ConfigurationError.environment(
                "there is no /proc here, and processes of applications need it: mount it (mount -t proc proc /proc), in a container or a chroot too"
            )
        ) { try ApplicationPlan.requireProc(isThere: false) }
    }

    @Test("Several processes that report alike are one line with a count")
    func several() {
        #expect(
            lines(BootReport.ended("exited with code 3"), [1, 3, 2]) == [
                "3 processes (application 1, 2, 3) exited with code 3 before they accepted a connection"
            ])
        #expect(
            lines(BootReport.ended("exited with code 3"), [2]) == [
                "application 2 (pid 42) exited with code 3 before it accepted a connection"
            ])
        #expect(
            lines(BootReport.failed("exec /x: Permission denied"), [1, 2], pid: -100) == [
                "cannot start 2 processes (application 1, 2): exec /x: Permission denied"
            ])
        #expect(
            lines(BootReport.pause(3), [1, 2]) == [
                "2 processes (application 1, 2) end soon after their start; next start in 3 s"
            ])
        #expect(
            lines(boot(.wsgi("shop")).slow(after: 5), [1, 2]) == [
                "'shop' is still being imported by 2 processes (application 1, 2) after 5 s, as user www in '/srv'"
            ])
    }

    @Test("A report waits a moment for others; a different one is a line of its own")
    func patience() {
        var reports = AlikeReports()
        reports.add(BootReport.ended("exited with code 3"), number: 1, pid: 41, now: 1000)
        reports.add(BootReport.ended("exited with code 4"), number: 2, pid: 42, now: 1100)
        #expect(reports.due(1249) == [])
        reports.add(BootReport.ended("exited with code 3"), number: 3, pid: 43, now: 1249)
        #expect(
            reports.due(1250).map(\.text) == [
                "2 processes (application 1, 3) exited with code 3 before they accepted a connection"
            ])
        #expect(reports.due(1349) == [])
        #expect(
            reports.due(1350).map(\.text) == [
                "application 2 (pid 42) exited with code 4 before it accepted a connection"
            ])
        #expect(reports.all() == [])
    }
}
