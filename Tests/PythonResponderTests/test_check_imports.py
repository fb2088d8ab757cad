"""Shows that each rule of scripts/check-imports.py fires on a small tree that breaks it, and only then."""

import contextlib
import importlib.util
import io
import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "check-imports.py"
# Its name has a hyphen, so `import` cannot reach it.
SPECIFICATION = importlib.util.spec_from_file_location("check_imports", SCRIPT)
check_imports = importlib.util.module_from_spec(SPECIFICATION)
SPECIFICATION.loader.exec_module(check_imports)

# When a hook of git runs the tests, git's variables name the project itself instead of the small tree.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}

GOOD = {
    "Sources/Octets/ByteBuffer.swift": "import Synchronization\n\npublic struct ByteBuffer {}\n",
    "Sources/HTTP/RequestHead.swift": "import Octets\n",
    "Sources/GatewayInterface/Environ.swift": "public import Octets\n",
    "Sources/CSyscalls/CSyscalls.c": "#include <errno.h>\n",
    "Sources/Syscalls/Socket.swift": "import CSyscalls\nimport Glibc\n",
    "Sources/FastCGIBridge/Wire/Record.swift": "import CFastCGI\nimport GatewayInterface\nimport Octets\n",
    "Sources/FastCGIBridge/Responder/Responder.swift": "import CFastCGI\n\nlet status = FCGX_Init()\n",
    "Sources/SettingsReading/Options.swift": "import ArgumentParser\n",
    "Sources/Logs/ErrorLog.swift": "import Logging\n",
    "Sources/Master/Master.swift": "final class Master {}\n",
    "Sources/Worker/Worker.swift": "final class Worker {}\n\nprivate struct Slot {}\n",
    "Tests/FastCGIBridgeTests/RecordTests.swift": "@testable import FastCGIBridge\nimport CFastCGI\n",
    "docs/design.md": "The master forks a worker. See /workers, https://example.com/work and build/work.\n",
}


@mock.patch.dict(os.environ, ENVIRONMENT, clear=True)
class CheckImportsTests(unittest.TestCase):
    def run_script(self, root):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = check_imports.main(["--root", root])
        return status, output.getvalue().splitlines()

    def check(self, changes, git=False):
        """The exit status and the lines printed for the good tree with these files in place of its own."""
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**GOOD, **changes}.items():
                file = Path(root, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            if git:
                subprocess.run(["git", "init", "-q", root], check=True)
            return self.run_script(root)

    def assertGood(self, changes, **more):
        swift = sum(path.endswith(".swift") for path in {**GOOD, **changes})
        self.assertEqual(self.check(changes, **more), (0, [f"{swift} files obey the import rules"]))

    def assertBad(self, path, text, *expected):
        """`expected` are pairs of a line's number and words of what is printed for it."""
        status, lines = self.check({path: text})
        self.assertEqual(status, 1, lines)
        self.assertEqual(len(lines), len(expected), lines)
        for line, (number, words) in zip(lines, expected):
            self.assertTrue(line.startswith(f"{path}:{number}: "), line)
            self.assertIn(words, line)
            self.assertIn("; ", line)  # and what to do instead

    def test_a_good_tree_passes(self):
        self.assertGood({})
        self.assertGood({}, git=True)

    def test_as_a_command(self):
        with tempfile.TemporaryDirectory() as root:
            Path(root, "File.swift").write_text("import Foundation\n", encoding="utf-8")
            result = subprocess.run([str(SCRIPT), "--root", root], stdout=subprocess.PIPE, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertTrue(result.stdout.startswith(b"File.swift:1: imports Foundation"), result.stdout)

    def test_a_tree_with_nothing_to_check_proves_nothing(self):
        with tempfile.TemporaryDirectory() as root:
            status, _ = self.run_script(root)
        self.assertEqual(status, 1)

    # Imports

    def test_pure_modules_import_octets_and_synchronization_only(self):
        for folder in ("Octets", "HTTP", "GatewayInterface"):
            with self.subTest(folder=folder):
                self.assertBad(
                    f"Sources/{folder}/A/File.swift", "import Octets\nimport Dispatch\n",
                    (2, "imports Dispatch"))

    def test_glibc_belongs_to_syscalls(self):
        for folder in ("Sources/HTTP", "Sources/Worker", "Sources/SyscallsMore", "Tests/HTTPTests"):
            with self.subTest(folder=folder):
                self.assertBad(f"{folder}/File.swift", "\nimport Glibc\n", (2, "imports Glibc"))

    def test_foundation_belongs_to_json_and_is_hidden_there(self):
        for line in (
            "import Foundation", "import FoundationEssentials", "@preconcurrency import Foundation",
            "import struct Foundation.Data", "internal import Foundation", "import Glibc; import Foundation",
            "@_spi(Name) @testable import Foundation",
        ):
            with self.subTest(line=line):
                self.assertBad("Sources/Syscalls/File.swift", line, (1, "imports Foundation"))
        self.assertBad("Package.swift", "import Foundation", (1, "imports Foundation"))
        path = "Sources/GatewayJSON/File.swift"
        self.assertGood({path: "import Octets\n\ninternal import FoundationEssentials"})
        for line in ("import FoundationEssentials", "public import FoundationEssentials"):
            with self.subTest(line=line):
                self.assertBad(path, line, (1, "for all who import Sources/GatewayJSON/"))
        self.assertBad("Tests/GatewayJSONTests/File.swift", "import Foundation", (1, "imports Foundation"))

    def test_no_folder_of_the_gateway_imports_all_of_foundation(self):
        # It brings ICU along, 34 MB of it.
        for folder in ("GatewayJSON", "YAML", "SettingsReading", "GatewayTool"):
            for module in ("Foundation", "FoundationNetworking", "FoundationInternationalization"):
                with self.subTest(folder=folder, module=module):
                    self.assertBad(
                        f"Sources/{folder}/File.swift", f"internal import {module}", (1, f"imports {module}"))
        self.assertBad("Sources/YAML/File.swift", "import FoundationEssentials", (1, "imports FoundationEssentials"))
        self.assertGood({"examples/swift/a/main.swift": "import Foundation\nimport FoundationNetworking"})

    def test_csyscalls_belongs_to_syscalls(self):
        self.assertBad("Sources/Gateway/File.swift", "import CSyscalls", (1, "imports CSyscalls"))

    def test_cfastcgi_belongs_to_the_bridge(self):
        self.assertBad("Sources/Gateway/File.swift", "import CFastCGI", (1, "imports CFastCGI"))

    def test_http_does_not_know_the_bridge(self):
        self.assertBad("Sources/HTTP/File.swift", "import FastCGIBridge", (1, "imports FastCGIBridge"))

    def test_the_interface_imports_of_the_project_only_octets(self):
        self.assertBad("Sources/GatewayInterface/File.swift", "import HTTP", (1, "imports HTTP"))

    def test_argument_parser_belongs_to_the_configuration(self):
        self.assertBad("Sources/Gateway/File.swift", "import ArgumentParser", (1, "imports ArgumentParser"))

    def test_logging_belongs_to_the_gateway(self):
        self.assertBad("Sources/GatewayTool/main.swift", "import Logging", (1, "imports Logging"))

    def test_every_import_that_breaks_a_rule_has_its_line(self):
        self.assertBad(
            "Sources/HTTP/File.swift", "import Glibc\nimport Octets\nimport Logging\n",
            (1, "imports Glibc"), (3, "imports Logging"))

    # Identifiers

    def test_the_fastcgi_library_is_called_by_the_responder_only(self):
        self.assertBad(
            "Sources/FastCGIBridge/Wire/File.swift", "\nlet a = FCGX_Accept_r(&request) // FCGX_Finish_r",
            (2, "uses FCGX_Accept_r"))

    def test_what_is_no_call(self):
        self.assertGood({
            "Sources/Worker/File.swift": '''
                // A FCGX_Init, in a comment /* that begins no other
                /* FCGX_Init /* FCGX_Init */ FCGX_Init */
                let a = "FCGX_Init", b = "\\"FCGX_Init", c = #"\\(FCGX_Init) "FCGX_Init"#
                let d = "\\(init) FCGX_Init \\(f("FCGX_Init")) FCGX_Init"
                let e = """
                    FCGX_Init "quoted" FCGX_Init
                    """
                let f = myFCGX_Init
            ''',
        })

    def test_an_interpolation_is_code(self):
        for text in (
            'let a = "\\(FCGX_Init)"',
            'let a = #"\\#((FCGX_Init()))"#',
            'let a = """\n  "\\(f(")", FCGX_Init()))"\n"""',
        ):
            with self.subTest(text=text):
                status, lines = self.check({"Sources/Worker/File.swift": text})
                self.assertEqual((status, len(lines)), (1, 1), lines)

    def test_an_import_in_a_comment_or_a_literal_is_none(self):
        text = '// import Glibc\n/*\nimport Glibc\n*/\nlet a = """\nimport Glibc\n"""\n'
        self.assertGood({"Sources/HTTP/File.swift": text})

    # Texts

    def test_a_long_file_says_why(self):
        path = "Tests/HTTPTests/Long.swift"
        self.assertGood({path: "//\n" * 400})
        self.assertBad(path, "//\n" * 401, (401, "401 lines"))
        self.assertGood({path: "//\n" * 4 + "// Long because it is a table.\n" + "//\n" * 400})
        self.assertBad(
            path, "//\n" * 5 + "// Long because it is a table.\n" + "//\n" * 400, (401, "406 lines"))

    def test_nothing_is_left_unfinished(self):
        # Joined here, for this file is checked as well.
        for word in ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"):
            for folder in ("Sources/HTTP", "Tests", "examples", "docs", "scripts"):
                with self.subTest(word=word, folder=folder):
                    self.assertBad(f"{folder}/notes.txt", f"\n# {word}: later\n", (2, word))
            self.assertGood({"docs/notes.txt": f"{word}S /tmp/file.{word}{word}", "other/notes.txt": word})

    def test_no_text_names_a_path_of_one_machine(self):
        work, farm = "/" + "work", "/" + "farm"
        for text in (
            f"cd {work}", f'"{farm}/x"', f"file://{work}/x", f"cc -I{work}/include", f"={farm}",
            f"`{work}/a`",
        ):
            with self.subTest(text=text):
                self.assertBad("notes.txt", text, (1, "absolute path"))
        self.assertGood({
            "notes.txt": f"a{work} ./b{farm} ~{work} $(pwd){work} {work}ers {farm}land ..{work}",
        })

    def test_the_script_may_spell_what_it_looks_for(self):
        self.assertGood({"scripts/check-imports.py": "TO" + "DO"})

    # Which files

    def test_ignored_files_are_not_checked(self):
        self.assertGood({".gitignore": "build/\n", "build/notes.txt": "/" + "work/x"}, git=True)
        status, lines = self.check({"notes.txt": "/" + "work/x"}, git=True)  # neither tracked nor ignored
        self.assertEqual((status, len(lines)), (1, 1), lines)

    def test_a_tree_without_git_is_checked_too(self):
        changes = {".build/notes.txt": "/" + "work/x", ".gitignore": ".build\n"}
        self.assertGood(changes)
        status, lines = self.check({**changes, "notes.txt": "/" + "work/x"})
        self.assertEqual((status, len(lines)), (1, 1), lines)

    def test_a_file_that_is_not_text_is_not_read_as_text(self):
        self.assertGood({"examples/image.bin": "\0 " + "TO" + "DO"})


if __name__ == "__main__":
    unittest.main()
