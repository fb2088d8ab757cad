import Testing
@testable import Plans
@testable import Settings
@testable import SettingsReading

@Suite("Settings of PHP")
struct PHPSettingsTests {
    @Test(
        "Entries of php.ini, and what is put into quotes",
        arguments: [
            ("memory_limit=256M", "memory_limit=256M"), ("a.b=", "a.b="), ("x=/tmp", "x=\"/tmp\""),
            ("error_reporting=E_ALL & ~E_NOTICE", "error_reporting=E_ALL & ~E_NOTICE"),
            ("session.save_path=2;/tmp", "session.save_path=\"2;/tmp\""), ("x=\"a b\"", "x=\"a b\""),
            ("x=a=b", "x=\"a=b\""), ("x=-1", "x=-1"), ("x=#1", "x=\"#1\""),
        ])
    func entries(_ text: String, _ entry: String) throws {
        #expect(try readSettings(["wsgi:a:b", "--php-ini", text]).settings.phpINI == [entry])
    }

    @Test(
        "What would be another entry, or mean something else",
        arguments: [
            "x", "=x", "a b=c", "x=a\nauto_prepend_file=/x", "x=a\rb", "x=a\"b", "x=${HOME}", "x=a\\b",
            "x\ny=1",
        ])
    func refused(_ text: String) throws {
        #expect(try mistake(["wsgi:a:b", "--php-ini", text])?.contains("--php-ini") == true)
    }

    @Test("Of two entries for one name the later one counts")
    func later() throws {
        let reading = try readSettings([
            "wsgi:a:b", "--php-ini", "a=1", "--php-ini", "b=2", "--php-ini", "a=3",
        ])
        #expect(reading.settings.linesOfPHPINI == ["b=2", "a=3"])
    }

    @Test("The folder that php-fpm sees")
    func scriptRoot() throws {
        #expect(try readSettings(["wsgi:a:b", "--script-root", "/srv/x//"]).settings.scriptRoot == "/srv/x")
        #expect(try mistake(["wsgi:a:b", "--script-root", "x"])?.contains("an absolute path") == true)
    }

    @Test("An interpreter that is not there")
    func interpreters() throws {
        var settings = Settings()
        settings.environment = ["PATH=/nowhere"]
        func message() -> String? {
            do {
                _ = try Executables.php(settings)
                return nil
            } catch { return error.message }
        }
        #expect(
            message()
                == "cannot find php-cgi in PATH (that of --env): install it (Debian: apt-get install php-cgi), or name an interpreter with --php"
        )
        settings.php = "/nowhere/php-cgi9"
        #expect(
            message()
                == "cannot run '/nowhere/php-cgi9' (--php): is it there, and executable? (Debian: apt-get install php-cgi)"
        )
        settings.environment = ["PATH=/nowhere:/bin"]
        settings.php = "sh"
        #expect(try Executables.php(settings) == "/bin/sh")
    }
}
