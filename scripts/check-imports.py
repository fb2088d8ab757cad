#!/usr/bin/env python3
"""Proves the rules of this project that the compiler does not: which folder may import a module from outside, and
what no file may contain. Prints one line for each place that breaks a rule. (Which target may import which stands in
Package.swift, and the build proves it.)

    scripts/check-imports.py [--root DIR]
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

# A module that only some folders may import: the folders, and what everybody else does instead. The bridge's
# tests compare what it encodes with the constants of the library's own header.
KEEPERS: Dict[str, Tuple[Tuple[str, ...], str]] = {
    # Programs of users import what they like: the examples show it. The gateway's own folders may not: all of
    # Foundation brings ICU along, which makes the binary three times as large.
    "Foundation": (("examples/swift/",), "use Octets for text and numbers, Syscalls for the operating system"),
    "FoundationEssentials": (
        ("Sources/GatewayJSON/", "examples/swift/"),
        "use GatewayJSON for JSON, Octets for text and numbers, Syscalls for the operating system"),
    "Glibc": (("Sources/Syscalls/",), "call Syscalls, and add to it what it lacks"),
    "CSyscalls": (("Sources/Syscalls/",), "call Syscalls, and add to it what it lacks"),
    "CFastCGI": (("Sources/FastCGIBridge/", "Tests/FastCGIBridgeTests/"), "use what FastCGIBridge declares"),
    "CGatewayApplication": (
        ("Sources/ApplicationLibrary/", "Tests/ApplicationLibraryTests/"),
        "export an Application, or load one: both sides of the boundary are ApplicationLibrary's"),
    "CZlib": (("Sources/Compression/", "Tests/TestSupport/"), "use the encoders of Compression"),
    "CBrotli": (("Sources/Compression/",), "use the encoders of Compression"),
    "CDigest": (("Sources/WebSockets/",), "use what WebSockets declares: SHA-1 is for its handshake alone"),
    "CPCRE2": (("Sources/Patterns/",), "use Patterns, whose searches have limits"),
    "ArgumentParser": (
        ("Sources/SettingsReading/",), "parse in Sources/SettingsReading and pass the values on"),
    "CYAML": (("Sources/YAML/",), "use YAMLNode"),
    "YAML": (
        ("Sources/SettingsReading/", "Fuzz/Properties/", "Tests/YAMLTests/"),
        "parse in Sources/SettingsReading and pass the values on"),
    "FuzzProperties": (
        ("Fuzz/Driver/", "Tests/FuzzTests/"), "promises look at the code, and the code does not know them"),
    "Logging": (
        # The interface hands handlers a logger, which a test client keeps the lines of; and Hummingbird's own interface asks for one.
        # A library's lines cross a boundary, and its tests look at what arrives.
        ("Sources/Settings/", "Sources/Logs/", "Sources/Plans/", "Sources/Master/", "Sources/Worker/",
         "Sources/OtherServers/", "Sources/GatewayInterface/", "Sources/GatewayTesting/",
         "Sources/ApplicationLibrary/", "Tests/ApplicationLibraryTests/", "examples/swift/"),
        "answer or throw what happened, and let the gateway log it"),
}

# A folder that may import nothing beyond a list.
PURE = {"Octets", "Synchronization"}
LISTS: Dict[str, Set[str]] = {
    "Sources/Octets/": PURE, "Sources/HTTP/": PURE,
    # The names and the logger that Swift programs share.
    "Sources/GatewayInterface/": PURE | {"HTTPTypes", "Logging"},
    # It knows no socket and no clock, and not the contract either: the gateway joins the two.
    "Sources/WebSockets/": PURE | {"Compression", "CDigest"},
    # It is linked into libraries of any origin, and brings nothing of the operating system along.
    "Sources/ApplicationLibrary/": PURE | {"GatewayInterface", "CGatewayApplication", "Logging"}}

# A module that a folder may import only so that whoever imports the folder's module does not see it: it would bring along methods
# of String that take the place of the standard library's.
HIDDEN: Dict[str, str] = {"Sources/GatewayJSON/": "FoundationEssentials"}

# The only folder that may call the FastCGI library.
FCGX_FOLDER = "Sources/FastCGIBridge/Responder/"

LONGEST = 400  # lines of a Swift file
LONG_BECAUSE = "Long because"

# This file has to spell what it looks for.
SELF = "scripts/check-imports.py"
FINISHED_FOLDERS = ("Sources/", "Tests/", "Fuzz/", "examples/", "docs/", "scripts/")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
# The first part of an absolute path: nothing stands before it that would make it the middle of another.
HOME_PATH = re.compile(r"(?:(?<![\w.~/})\]>*$-])|(?<=file://)|(?<=\s-[IL]))/(?:work|farm)(?!\w)")

# `@testable public import struct Module.Name`, at the start of a line or after a semicolon.
IMPORT = re.compile(
    r"(?:^|;)\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:typealias|struct|class|enum|protocol|let|var|func|actor)\s+)?(\w+)")
FCGX_NAME = re.compile(r"\bFCGX_\w*")

# What ends a stretch of Swift code: a comment, a literal, or a parenthesis (which may end an interpolation).
CODE_END = re.compile(r'//[^\n]*|(/\*)|(#*)("""|")|([()])')
COMMENT_EDGE = re.compile(r"/\*|\*/")


class Violation(NamedTuple):
    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


class SwiftFile:
    """A Swift file and its code, line by line."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.code = code_of(text)
        self.lines = list(enumerate(self.code.split("\n"), 1))

    def found(self, pattern: "re.Pattern[str]") -> Iterator[Tuple[int, str]]:
        """The numbers of the lines where a pattern is found, and what was found. Each finding once a line."""
        for number, line in self.lines:
            for name in sorted(set(pattern.findall(line))):
                yield number, name


def code_of(text: str) -> str:
    """Swift text with blanks in place of its comments and literals, but with the code of interpolations."""
    code: List[str] = []
    literals: List[List] = []  # those that are open: what ends it, what escapes in it, open parentheses
    at, in_literal = 0, False

    def take(end: int, keep: bool) -> None:
        nonlocal at
        code.append(text[at:end] if keep else re.sub(r"[^\n]", " ", text[at:end]))
        at = end

    while at < len(text):
        if in_literal:
            ending, escape, _ = literals[-1]
            # A literal of one line ends with the line at the latest, so a mistake here costs one line.
            line_end = "" if ending.startswith('"""') else "|(?=\n)"
            edge = re.compile(f"{re.escape(escape)}(\\()|{re.escape(escape)}.|{re.escape(ending)}{line_end}")
            match = edge.search(text, at)
            take(match.end() if match else len(text), keep=False)
            if match and match.group(1):
                in_literal, literals[-1][2] = False, 1
            elif not match or not match.group().startswith(escape):
                in_literal = False
                literals.pop()
            continue

        match = CODE_END.search(text, at)
        take(match.start() if match else len(text), keep=True)
        if not match:
            break
        comment, hashes, quotes, parenthesis = match.groups()
        if parenthesis:
            take(match.end(), keep=True)
            if literals:
                literals[-1][2] += 1 if parenthesis == "(" else -1
                in_literal = literals[-1][2] == 0
        elif quotes:
            take(match.end(), keep=False)
            literals.append([quotes + hashes, "\\" + hashes, 0])
            in_literal = True
        elif comment:
            depth, end = 1, match.end()
            while depth and end < len(text):
                edge = COMMENT_EDGE.search(text, end)
                end = edge.end() if edge else len(text)
                depth += 1 if edge and edge.group() == "/*" else -1
            take(end, keep=False)
        else:
            take(match.end(), keep=False)
    return "".join(code)


def import_violations(file: SwiftFile) -> Iterator[Violation]:
    for line, module in file.found(IMPORT):
        # FoundationNetworking and the like stand on Foundation; FoundationEssentials is what it stands on.
        is_foundation = module.startswith("Foundation") and module != "FoundationEssentials"
        family = "Foundation" if is_foundation else module
        folders, instead = KEEPERS.get(family, ((), ""))
        if family in KEEPERS and not file.path.startswith(folders):
            where = " and ".join(folders) or "no file"
            yield Violation(file.path, line, f"imports {module}, which belongs to {where}; {instead}")
            continue
        for folder, hidden in HIDDEN.items():
            if file.path.startswith(folder) and family == hidden and "internal import" not in file.lines[line - 1][1]:
                yield Violation(
                    file.path, line, f"imports {module} for all who import {folder}; write 'internal import {module}'")
        for folder, allowed in LISTS.items():
            if file.path.startswith(folder) and module not in allowed:
                yield Violation(
                    file.path, line,
                    f"imports {module}, but {folder} knows only {', '.join(sorted(allowed))}; "
                    "take plain values instead, and leave the rest to the module that calls it")


def fcgx_violations(file: SwiftFile) -> Iterator[Violation]:
    if not file.path.startswith(FCGX_FOLDER):
        for line, name in file.found(FCGX_NAME):
            yield Violation(
                file.path, line, f"uses {name}, but only {FCGX_FOLDER} calls the FastCGI library; "
                "use what it declares")


def length_violations(file: SwiftFile) -> Iterator[Violation]:
    lines = file.text.rstrip("\n").split("\n")
    if len(lines) > LONGEST and not any(LONG_BECAUSE in line for line in lines[:5]):
        yield Violation(
            file.path, LONGEST + 1, f"has {len(lines)} lines, more than {LONGEST}; split it, or say "
            f"'{LONG_BECAUSE} ...' in its first five lines")


def text_violations(path: str, text: str) -> Iterator[Violation]:
    if path == SELF:
        return
    for number, line in enumerate(text.split("\n"), 1):
        note = UNFINISHED.search(line)
        if note and path.startswith(FINISHED_FOLDERS):
            yield Violation(path, number, f"says {note.group()}; finish it, or say why it is as it is")
        home = HOME_PATH.search(line)
        if home:
            yield Violation(
                path, number, f"names the absolute path {home.group()}, which other machines do not have; "
                "write it relative to the project's folder")


def project_files(root: Path) -> List[str]:
    """The paths of the files that are, or are about to be, part of the project. Build products are not."""
    try:
        listing = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        paths = set(listing.decode("utf-8", "surrogateescape").split("\0")) - {""}
    except (OSError, subprocess.CalledProcessError):
        # The source may have come without its history. Build products lie in folders that begin with a dot.
        found = (path.relative_to(root) for path in root.rglob("*"))
        paths = {
            str(path) for path in found
            if not any(part == "__pycache__" or part.startswith(".") for part in path.parts[:-1])
        }
    # A file that is still tracked may be gone already, and a link's text is another file's.
    return sorted(path for path in paths if (root / path).is_file() and not (root / path).is_symlink())


def violations(root: Path) -> Tuple[int, List[Violation]]:
    """How many Swift files there are, and everything that breaks a rule, in the order of the paths."""
    swift: List[SwiftFile] = []
    found: List[Violation] = []
    for path in project_files(root):
        octets = (root / path).read_bytes()
        if b"\0" in octets:
            continue  # not text
        text = octets.decode("utf-8", "replace")
        found += text_violations(path, text)
        if path.endswith(".swift"):
            swift.append(SwiftFile(path, text))

    for file in swift:
        found += import_violations(file)
        found += fcgx_violations(file)
        if file.path.startswith(("Sources/", "Tests/", "Fuzz/")):
            found += length_violations(file)
    return len(swift), sorted(found)


def main(argv: Optional[List[str]] = None) -> int:
    arguments = argparse.ArgumentParser(description="Proves the dependency rules of this project.")
    arguments.add_argument(
        "--root", type=Path, default=Path(__file__).resolve().parents[1], help="the project's folder")
    root = arguments.parse_args(argv).root

    count, found = violations(root)
    for violation in found:
        print(violation)
    if not found and count == 0:
        # A check that looked at nothing has proved nothing.
        print(f"{root}: has no Swift files; name the project's folder with --root")
    elif not found:
        print(f"{count} files obey the import rules")
    return 1 if found or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
