"""Reads the requests that Gunicorn is tested with, and what it expects of them, without Gunicorn.

A .http file has its line ends written out, and real ones where the line was too long for its author. The .py file beside it names
the settings and the outcome: a list of requests, or the exception that is raised.
"""

import re
import sys
import types
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional
from urllib.parse import unquote_to_bytes

ROOT = Path(__file__).resolve().parents[2] / ".build/peer-corpus/requests"
ESCAPE = re.compile(rb"\\(r\\n|n|t|0|x[0-9A-Fa-f]{2})")
PLAIN = {b"r\\n": b"\r\n", b"n": b"\n", b"t": b"\t", b"0": b"\0"}


class Case(NamedTuple):
    name: str
    data: bytes
    settings: Dict[str, Any]
    requests: Optional[List[Dict[str, Any]]]  # None where the peer refuses


class Config:
    """Stands for the peer's: it only notes what is set."""

    def __init__(self):
        self.settings = {}

    def set(self, name, value):
        self.settings[name] = value


class Errors(types.ModuleType):
    """Stands for the module of the peer's exceptions: whatever is asked for is one."""

    def __getattr__(self, name):
        return type(name, (Exception,), {})


def uri(text: str) -> Dict[str, Any]:
    before, _, fragment = text.partition("#")
    path, _, query = before.partition("?")
    if absolute := re.match(r"\w+://[^/]*", path):
        path = path[absolute.end():]
    return {"raw": text, "path": path, "query": query, "fragment": fragment}


def decode(text: bytes) -> bytes:
    joined = text.replace(b"\n", b"")
    return ESCAPE.sub(lambda match: PLAIN.get(match[1]) or bytes([int(match[1][1:], 16)]), joined)


def load(folder: str) -> List[Case]:
    stand_ins = {"gunicorn": types.ModuleType("gunicorn"), "gunicorn.http": types.ModuleType("gunicorn.http"),
                 "gunicorn.config": types.ModuleType("gunicorn.config"),
                 "gunicorn.http.errors": Errors("gunicorn.http.errors")}
    stand_ins["gunicorn.config"].Config = Config
    before = {name: sys.modules.get(name) for name in stand_ins}
    sys.modules.update(stand_ins)
    try:
        return [read(path) for path in sorted((ROOT / folder).glob("*.http"))]
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def read(path: Path) -> Case:
    names = {"uri": uri, "cfg": Config()}
    exec(compile(path.with_suffix(".py").read_text(), str(path), "exec"), names)
    expected = names["request"]
    if isinstance(expected, dict):
        expected = [expected]
    requests = expected if isinstance(expected, list) else None
    return Case(f"{path.parent.name}/{path.stem}", decode(path.read_bytes()), names["cfg"].settings, requests)


def with_host(data: bytes) -> bytes:
    """The same octets with the Host that HTTP/1.1 wants behind every request line that has none."""
    heads = re.split(rb"(?<=\r\n\r\n)", data)
    for index, head in enumerate(heads):
        if index and re.search(rb"\r\ncontent-length:", heads[index - 1], re.IGNORECASE):
            continue  # A body that looks like a request.
        line = re.match(rb"[A-Za-z-]+ \S+ HTTP/1\.1\r\n", head)
        if line and not re.search(rb"\r\nhost[ \t]*:", head, re.IGNORECASE):
            heads[index] = line[0] + b"Host: corpus.example\r\n" + head[len(line[0]):]
    return b"".join(heads)


def path_info(request: Dict[str, Any]) -> str:
    """The path as PEP 3333 has it."""
    return unquote_to_bytes(request["uri"]["path"]).decode("latin-1")


def octets(body) -> str:
    """A body as this test compares it, whether the corpus has it as octets or as text."""
    return body if isinstance(body, str) else body.decode("latin-1")
