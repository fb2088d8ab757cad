"""Tests of scripts/check-linked, with a readelf that says what a program would link."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "check-linked"


class CheckLinkedTests(unittest.TestCase):
    def run_script(self, *libraries: str) -> "tuple[int, str]":
        with tempfile.TemporaryDirectory() as folder:
            readelf = Path(folder, "readelf")
            lines = "".join(f" 0x01 (NEEDED)  Shared library: [{name}]\n" for name in libraries)
            readelf.write_text(f"#!/bin/sh\ncat <<'END'\n{lines} 0x0c (INIT)  0x1000\nEND\n", encoding="utf-8")
            readelf.chmod(0o755)
            result = subprocess.run(
                [str(SCRIPT), "gateway"], stdout=subprocess.PIPE, check=False, universal_newlines=True,
                env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})
        return result.returncode, result.stdout

    def test_the_essentials_are_allowed(self):
        status, output = self.run_script("libswiftCore.so", "libFoundationEssentials.so", "libc.so.6")
        self.assertEqual(status, 0, output)

    def test_each_part_of_foundation_that_needs_icu_is_named(self):
        for name in (
            "libFoundation.so", "libFoundationInternationalization.so", "libFoundationNetworking.so",
            "libFoundationXML.so", "lib_FoundationICU.so",
        ):
            with self.subTest(name=name):
                status, output = self.run_script("libswiftCore.so", "libFoundationEssentials.so", name)
                self.assertEqual(status, 1)
                self.assertTrue(output.startswith(f"{name}\n"), output)

    def test_a_program_whose_libraries_cannot_be_seen_proves_nothing(self):
        status, output = self.run_script("libc.so.6")
        self.assertEqual(status, 1)
        self.assertIn("check a debug build", output)


if __name__ == "__main__":
    unittest.main()
